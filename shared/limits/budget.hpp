// A budget: what may be spent in a period, what was, and what is held for requests under way.
//
//   hard   spent, held and the request's upper bound together never exceed the limit.
//   soft   refused from the limit on; what is under way may exceed it.
//
// A request is charged to the period in which it was admitted: one that ends in the next leaves
// that one alone. A clock that is set back begins no period again. A request that cannot cost
// anything passes every budget.
//
// Units: Money. Threads: none; the owner guards the state.
#pragma once

#include <cstdint>

#include "shared/limits/period.hpp"
#include "shared/money.hpp"

namespace arouter::limits {

struct Budget {
  Money limit{};
  Period period = Period::lifetime;
  bool hard = true;

  bool operator==(const Budget&) const = default;
};

struct Spending {
  Money spent{}, held{};
  std::int32_t period_number = 0;
  Period period = Period::lifetime;
  std::uint8_t alerted = 0;  // the share that was last told of, in percent
  std::uint16_t turn = 0;    // counts periods: holds of an earlier one are none of this
};

/// What is held for one request.
struct Hold {
  Money amount{};
  std::uint16_t turn = 0;
};

/// Brings `spending` into the period of `unix_s`. Where the budget came to be for another kind of
/// period, what was spent and held stays, and count_spent() is to say better.
void enter_period(Spending& spending, Period period, std::int64_t unix_s) noexcept;

bool fits(const Budget& budget, const Spending& spending, Money asked) noexcept;
/// Neither spent nor held; never less than nothing.
Money left_of(const Budget& budget, const Spending& spending) noexcept;

/// Holds `asked`, which fits().
Hold reserve(Spending& spending, Money asked) noexcept;
/// Gives a hold back: nothing was spent.
void release(Spending& spending, const Hold& hold) noexcept;
/// Replaces a hold by what was spent. Returns 50, 80 or 100 when the spending has reached that
/// share of the limit and it was not yet told in this period; else 0.
std::uint8_t settle(const Budget& budget, Spending& spending, const Hold& hold,
                    Money cost) noexcept;

/// What others know to have been spent in the period of `unix_s`: the ledger, at the start.
void count_spent(Spending& spending, Period period, std::int64_t unix_s, Money spent) noexcept;

}  // namespace arouter::limits
