// Limits as people write them, in a key's settings or in the configuration.
#pragma once

#include <cstdint>
#include <optional>

#include "shared/limits/admission.hpp"

namespace arouter::limits {

/// 0 and nothing: no limit.
struct Settings {
  std::int64_t requests_per_minute = 0, requests_per_day = 0, tokens_per_minute = 0;
  std::int64_t concurrency = 0;
  std::optional<Budget> budget{};

  bool operator==(const Settings&) const = default;
};

Limits limits_of(const Settings& settings);

/// What `own` leaves open as `fallback` has it, each by itself.
Settings with_fallback(Settings own, const Settings& fallback);

}  // namespace arouter::limits
