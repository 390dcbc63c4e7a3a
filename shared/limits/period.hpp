// The periods that budgets are for, in UTC: days, weeks from Monday, months, or for ever.
//
// Source: ARouter's API, "key management": limit_reset.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace arouter::limits {

enum class Period : std::uint8_t { lifetime, daily, weekly, monthly };

/// "daily", "weekly", "monthly"; "lifetime".
std::string_view period_name(Period period) noexcept;
/// The same words, and "never" for a budget that is never renewed.
std::optional<Period> find_period(std::string_view name) noexcept;

/// Which day, week or month of them all `unix_s` lies in, before 1970 too; 0 of a lifetime. Times
/// beyond the year 9999 or before the year 0 count as those.
std::int32_t period_number(Period period, std::int64_t unix_s) noexcept;
/// The first second of it; INT64_MIN of a lifetime.
std::int64_t period_start(Period period, std::int32_t number) noexcept;
/// The first second behind it; INT64_MAX of a lifetime.
std::int64_t period_end(Period period, std::int32_t number) noexcept;

}  // namespace arouter::limits
