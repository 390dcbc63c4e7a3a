// What a key has spent, from sums by day.
#pragma once

#include <cstdint>

#include "shared/money.hpp"

namespace arouter {

/// Ever, and in the day, week and month that now is, in UTC.
struct KeyUsage {
  Money total{}, daily{}, weekly{}, monthly{};
};

/// Adds what was spent on `day`, in days since 1970; `now_s`: Unix seconds.
void add_day(KeyUsage& usage, std::int32_t day, Money cost, std::int64_t now_s) noexcept;

}  // namespace arouter
