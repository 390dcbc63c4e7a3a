#include "shared/limits/settings.hpp"

#include <algorithm>
#include <limits>

namespace arouter::limits {

Limits limits_of(const Settings& settings) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  Limits limits;
  limits.requests_per_minute = per_minute(settings.requests_per_minute);
  limits.requests_per_day = per_day(settings.requests_per_day);
  limits.tokens_per_minute = per_minute(settings.tokens_per_minute);
  limits.concurrency =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(settings.concurrency, 0, kMost));
  limits.budget = settings.budget;
  return limits;
}

Settings with_fallback(Settings own, const Settings& fallback) {
  const auto fill = [](std::int64_t& count, std::int64_t other) {
    if (count == 0) count = other;
  };
  fill(own.requests_per_minute, fallback.requests_per_minute);
  fill(own.requests_per_day, fallback.requests_per_day);
  fill(own.tokens_per_minute, fallback.tokens_per_minute);
  fill(own.concurrency, fallback.concurrency);
  if (!own.budget) own.budget = fallback.budget;
  return own;
}

}  // namespace arouter::limits
