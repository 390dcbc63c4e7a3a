// Spans of time as people type them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arouter {

/// Seconds in "90s", "30m", "24h", "7d" or "2w", at most 100 years. Nothing for anything else.
std::optional<std::int64_t> decode_period(std::string_view text);

/// Unix seconds, the end not among them.
struct TimeSpan {
  std::int64_t begin_s = 0, end_s = 0;
};
/// The month "2027-01", of UTC. Nothing for anything else.
std::optional<TimeSpan> decode_month(std::string_view text);
/// The month before the one of `now_s`, as "2026-12".
std::string month_before(std::int64_t now_s);

}  // namespace arouter
