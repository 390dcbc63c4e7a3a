#include "shared/limits/period.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace arouter::limits {

namespace {

constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kFirst_s = -62'167'219'200;  // 0000-01-01
constexpr std::int64_t kLast_s = 253'402'300'799;   // 9999-12-31T23:59:59Z
// 1970 began on a Thursday: its week began three days before.
constexpr std::int64_t kFromMonday = 3;

constexpr std::array<std::string_view, 4> kNames{"lifetime", "daily", "weekly", "monthly"};

std::int64_t floor_of(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}

}  // namespace

std::string_view period_name(Period period) noexcept {
  return kNames[static_cast<std::size_t>(period)];
}

std::optional<Period> find_period(std::string_view name) noexcept {
  if (name == "never") return Period::lifetime;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Period>(i);
  }
  return std::nullopt;
}

std::int32_t period_number(Period period, std::int64_t unix_s) noexcept {
  if (period == Period::lifetime) return 0;
  const std::int64_t day = floor_of(std::clamp(unix_s, kFirst_s, kLast_s), kDay_s);
  if (period == Period::daily) return static_cast<std::int32_t>(day);
  if (period == Period::weekly) return static_cast<std::int32_t>(floor_of(day + kFromMonday, 7));
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  return static_cast<int>(date.year()) * 12 +
         static_cast<std::int32_t>(static_cast<unsigned>(date.month())) - 1;
}

std::int64_t period_start(Period period, std::int32_t number) noexcept {
  if (period == Period::lifetime) return std::numeric_limits<std::int64_t>::min();
  if (period == Period::daily) return number * kDay_s;
  if (period == Period::weekly) return (number * std::int64_t{7} - kFromMonday) * kDay_s;
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(floor_of(number, 12))),
      std::chrono::month(static_cast<unsigned>(number - floor_of(number, 12) * 12) + 1),
      std::chrono::day(1));
  return std::chrono::sys_days(date).time_since_epoch().count() * kDay_s;
}

std::int64_t period_end(Period period, std::int32_t number) noexcept {
  if (period == Period::lifetime) return std::numeric_limits<std::int64_t>::max();
  return period_start(period, number + 1);
}

}  // namespace arouter::limits
