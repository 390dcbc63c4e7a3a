#include "shared/limits/rate.hpp"

#include <algorithm>
#include <limits>

namespace arouter::limits {

namespace {

constexpr std::int64_t kMinute_ns = 60'000'000'000;
constexpr std::int64_t kDay_ns = 24 * 60 * kMinute_ns;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t plus(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? kMost : std::numeric_limits<std::int64_t>::min();
}

std::int64_t minus(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? kMost : std::numeric_limits<std::int64_t>::min();
}

/// Of numbers that are not negative.
std::int64_t times(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

std::int64_t window(const Rate& rate) noexcept {
  return times(rate.burst, rate.interval_ns);
}

/// Rounded up: rather a little slower than the limit than faster.
Rate spread(std::int64_t limit, std::int64_t period_ns) noexcept {
  if (limit <= 0) return {};
  return {.interval_ns = 1 + (period_ns - 1) / limit, .burst = limit};
}

}  // namespace

Rate per_minute(std::int64_t limit) noexcept {
  return spread(limit, kMinute_ns);
}

Rate per_day(std::int64_t limit) noexcept {
  return spread(limit, kDay_ns);
}

RateAnswer ask(const Rate& rate, std::int64_t full_at_ns, std::int64_t cost,
               std::int64_t now_ns) noexcept {
  if (!rate.limited()) return {.full_at_ns = full_at_ns};
  cost = std::max<std::int64_t>(cost, 0);
  const std::int64_t full_at = plus(std::max(full_at_ns, now_ns), times(cost, rate.interval_ns));
  // Compared as a point in time: far in the future both sides are the same end of time.
  const std::int64_t latest = plus(now_ns, window(rate));
  if (cost <= rate.burst && full_at <= latest) return {.full_at_ns = full_at};
  if (cost > rate.burst) return {.admitted = false, .full_at_ns = full_at_ns, .wait_ns = kNever};
  return {.admitted = false, .full_at_ns = full_at_ns, .wait_ns = full_at - latest};
}

std::int64_t remaining(const Rate& rate, std::int64_t full_at_ns, std::int64_t now_ns) noexcept {
  if (!rate.limited()) return kMost;
  const std::int64_t missing = minus(full_at_ns, now_ns);
  if (missing <= 0) return rate.burst;
  return rate.burst - (missing / rate.interval_ns + (missing % rate.interval_ns != 0 ? 1 : 0));
}

RateCharge charge(MeteredRate& state, const RateAnswer& admitted, std::int64_t units) noexcept {
  state.full_at_ns = admitted.full_at_ns;
  return {.units = units,
          .position_ns = static_cast<std::uint64_t>(state.full_at_ns) + state.refunded_ns};
}

void correct(const Rate& rate, MeteredRate& state, const RateCharge& charge, std::int64_t used,
             std::int64_t now_ns) noexcept {
  if (!rate.limited()) return;
  used = std::max<std::int64_t>(used, 0);
  if (used > charge.units) {
    const std::int64_t debt = times(used - charge.units, rate.interval_ns);
    const std::int64_t farthest = plus(now_ns, times(1 + kMostDebt, window(rate)));
    const std::int64_t full_at = plus(std::max(state.full_at_ns, now_ns), debt);
    state.full_at_ns = std::max(state.full_at_ns, std::min(full_at, farthest));
    return;
  }
  // Time works off charges in their order; of this one it has left what lies before its end.
  const auto position = static_cast<std::int64_t>(charge.position_ns - state.refunded_ns);
  const std::int64_t left = std::max<std::int64_t>(minus(position, now_ns), 0);
  const std::int64_t refund = std::min(times(charge.units - used, rate.interval_ns), left);
  state.full_at_ns -= refund;
  state.refunded_ns += static_cast<std::uint64_t>(refund);
}

}  // namespace arouter::limits
