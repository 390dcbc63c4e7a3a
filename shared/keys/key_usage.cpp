#include "shared/keys/key_usage.hpp"

#include "shared/limits/period.hpp"

namespace arouter {

void add_day(KeyUsage& usage, std::int32_t day, Money cost, std::int64_t now_s) noexcept {
  const std::int64_t day_s = std::int64_t{day} * 86'400;
  const auto is_now = [&](limits::Period period) {
    return limits::period_number(period, day_s) == limits::period_number(period, now_s);
  };
  usage.total = add(usage.total, cost);
  if (is_now(limits::Period::daily)) usage.daily = add(usage.daily, cost);
  if (is_now(limits::Period::weekly)) usage.weekly = add(usage.weekly, cost);
  if (is_now(limits::Period::monthly)) usage.monthly = add(usage.monthly, cost);
}

}  // namespace arouter
