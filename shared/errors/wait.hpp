// How long a provider asks to be left alone: every spelling of it, as seconds.
//
// Source: RFC 9110 10.2.3 (Retry-After: seconds, or a date in one of three forms); OpenAI "Rate
// limits" (x-ratelimit-reset-requests: "6m0s") and its SDKs (retry-after-ms); Anthropic "Rate
// limits" (anthropic-ratelimit-*-reset: RFC 3339); Groq and Cerebras "Rate limits" ("2m59.56s",
// "59.2"); google.rpc.RetryInfo ("39s") (checked 2026-11-30).
// Surprises: a rate limit is often told without Retry-After; x-ratelimit-reset is a span with some
// providers, Unix seconds with others and milliseconds with OpenRouter.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/http/head.hpp"

namespace arouter {

/// No wait is longer, whatever a provider says: one that means hours may mean a broken clock.
inline constexpr std::uint32_t kLongestWait_s = 300;

/// Milliseconds of "39s", "6m0s", "1.5s", "120ms" or "59.2" (seconds). Nothing for other texts.
std::optional<std::int64_t> decode_span_ms(std::string_view text) noexcept;
/// Seconds, 1..kLongestWait_s, rounded up.
std::uint32_t wait_of_ms(std::int64_t ms) noexcept;

/// Of a Retry-After: seconds, with or without a fraction, or a date against `now_s` (Unix
/// seconds), past ones being 1. 0 when it is absent or says neither.
std::uint32_t decode_retry_after(std::string_view value, std::int64_t now_s) noexcept;

/// What the fields of an error answer ask for; 0 when none does.
std::uint32_t find_wait(const HeaderFields& fields, std::int64_t now_s) noexcept;

/// "Please try again in 1.2s", "Please retry after 6 seconds": some say it in words alone. 0 when
/// `message` does not.
std::uint32_t find_wait_in(std::string_view message) noexcept;

}  // namespace arouter
