#include "shared/limits/budget.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace arouter::limits {

namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Wide used(const Spending& spending) noexcept {
  return static_cast<Wide>(spending.spent.pico_usd) + spending.held.pico_usd;
}

Money or_nothing(Money amount) noexcept {
  return std::max(amount, Money{});
}

/// The highest of the shares that are told of.
std::uint8_t share_reached(Money spent, Money limit) noexcept {
  for (const std::uint8_t percent : {std::uint8_t{100}, std::uint8_t{80}, std::uint8_t{50}}) {
    const Wide part = static_cast<Wide>(limit.pico_usd) * percent;
    if (static_cast<Wide>(spent.pico_usd) * 100 >= part) return percent;
  }
  return 0;
}

}  // namespace

void enter_period(Spending& spending, Period period, std::int64_t unix_s) noexcept {
  const std::int32_t number = period_number(period, unix_s);
  if (spending.period != period) {
    spending.period = period;
    spending.period_number = number;
    return;
  }
  if (number <= spending.period_number) return;
  const auto turn = static_cast<std::uint16_t>(spending.turn + 1);
  spending = {.period_number = number, .period = period, .turn = turn};
}

bool fits(const Budget& budget, const Spending& spending, Money asked) noexcept {
  if (asked <= Money{}) return true;
  if (!budget.hard) return used(spending) < budget.limit.pico_usd;
  return used(spending) + asked.pico_usd <= budget.limit.pico_usd;
}

Money left_of(const Budget& budget, const Spending& spending) noexcept {
  const Wide left = budget.limit.pico_usd - used(spending);
  return left <= 0 ? Money{} : Money{static_cast<std::int64_t>(left)};
}

Hold reserve(Spending& spending, Money asked) noexcept {
  // Not more than can be given back exactly; only a soft budget gets near.
  const Money most{kMost - spending.held.pico_usd};
  const Hold hold{.amount = std::min(or_nothing(asked), most), .turn = spending.turn};
  spending.held.pico_usd += hold.amount.pico_usd;
  return hold;
}

void release(Spending& spending, const Hold& hold) noexcept {
  if (hold.turn == spending.turn) spending.held.pico_usd -= hold.amount.pico_usd;
}

std::uint8_t settle(const Budget& budget, Spending& spending, const Hold& hold,
                    Money cost) noexcept {
  if (hold.turn != spending.turn) return 0;
  spending.held.pico_usd -= hold.amount.pico_usd;
  spending.spent = add(spending.spent, or_nothing(cost));
  const std::uint8_t share = share_reached(spending.spent, budget.limit);
  if (share <= spending.alerted || cost <= Money{}) return 0;
  spending.alerted = share;
  return share;
}

void count_spent(Spending& spending, Period period, std::int64_t unix_s, Money spent) noexcept {
  enter_period(spending, period, unix_s);
  spending.spent = or_nothing(spent);
}

}  // namespace arouter::limits
