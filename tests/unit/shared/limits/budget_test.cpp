#include "shared/limits/budget.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

namespace arouter::limits {

namespace {

constexpr std::int64_t kMonday = 1'796'601'600;  // 2026-12-07T00:00:00Z
constexpr std::int64_t kDay = 86'400;
constexpr Money kMost{std::numeric_limits<std::int64_t>::max()};

constexpr Budget hard(std::int64_t limit, Period period = Period::daily) {
  return {.limit = Money{limit}, .period = period, .hard = true};
}
constexpr Budget soft(std::int64_t limit) {
  return {.limit = Money{limit}, .period = Period::daily, .hard = false};
}

Spending today() {
  Spending spending;
  enter_period(spending, Period::daily, kMonday);
  return spending;
}

}  // namespace

TEST_SUITE("limits.budget") {
  TEST_CASE("a hard budget is spent to the last unit and not beyond") {
    const Budget budget = hard(100);
    Spending spending = today();
    const Hold first = reserve(spending, Money{60});
    CHECK(left_of(budget, spending) == Money{40});
    CHECK(fits(budget, spending, Money{40}));
    CHECK_FALSE(fits(budget, spending, Money{41}));
    settle(budget, spending, first, Money{25});
    CHECK(spending.spent == Money{25});
    CHECK(spending.held == Money{});
    CHECK(fits(budget, spending, Money{75}));
    CHECK_FALSE(fits(budget, spending, Money{76}));
  }

  TEST_CASE("a soft budget is refused from its limit on, whatever the request would cost") {
    const Budget budget = soft(100);
    Spending spending = today();
    const Hold hold = reserve(spending, Money{99});
    CHECK(fits(budget, spending, Money{5'000}));
    settle(budget, spending, hold, Money{100});
    CHECK_FALSE(fits(budget, spending, Money{1}));
  }

  TEST_CASE("what cannot cost anything passes a budget that is used up") {
    Spending spending = today();
    settle(hard(10), spending, reserve(spending, Money{10}), Money{12});
    CHECK_FALSE(fits(hard(10), spending, Money{1}));
    CHECK(fits(hard(10), spending, Money{}));
    CHECK(fits(soft(10), spending, Money{}));
    CHECK(left_of(hard(10), spending) == Money{});
  }

  TEST_CASE("a request that ends in the next period is none of that one") {
    const Budget budget = hard(100);
    Spending spending = today();
    const Hold before = reserve(spending, Money{70});
    enter_period(spending, Period::daily, kMonday + kDay);
    CHECK(left_of(budget, spending) == Money{100});
    const Hold after = reserve(spending, Money{30});
    settle(budget, spending, before, Money{70});
    CHECK(spending.spent == Money{});
    CHECK(spending.held == Money{30});
    enter_period(spending, Period::daily, kMonday + 2 * kDay);
    release(spending, after);
    CHECK(spending.held == Money{});
  }

  TEST_CASE("a clock that is set back begins no period again") {
    Spending spending = today();
    settle(hard(100), spending, reserve(spending, Money{100}), Money{100});
    enter_period(spending, Period::daily, kMonday - 1);
    CHECK(left_of(hard(100), spending) == Money{});
    enter_period(spending, Period::daily, kMonday + kDay - 1);
    CHECK(left_of(hard(100), spending) == Money{});
    enter_period(spending, Period::daily, kMonday + kDay);
    CHECK(left_of(hard(100), spending) == Money{100});
  }

  TEST_CASE("another kind of period loses neither what was spent nor what is held") {
    Spending spending = today();
    const Hold hold = reserve(spending, Money{40});
    settle(hard(100), spending, reserve(spending, Money{20}), Money{20});
    const Budget monthly = hard(100, Period::monthly);
    enter_period(spending, Period::monthly, kMonday);
    CHECK(left_of(monthly, spending) == Money{40});
    settle(monthly, spending, hold, Money{30});
    CHECK(spending.spent == Money{50});
    CHECK(spending.held == Money{});
    count_spent(spending, Period::monthly, kMonday, Money{90});
    CHECK(left_of(monthly, spending) == Money{10});
    enter_period(spending, Period::monthly, kMonday + 25 * kDay);
    CHECK(left_of(monthly, spending) == Money{100});
  }

  TEST_CASE("each share of a limit is told once a period") {
    const Budget budget = soft(1'000);
    Spending spending = today();
    std::vector<int> told;
    for (int i = 0; i < 12; ++i) {
      told.push_back(settle(budget, spending, reserve(spending, Money{100}), Money{100}));
    }
    CHECK(told == std::vector<int>{0, 0, 0, 0, 50, 0, 0, 80, 0, 100, 0, 0});
    enter_period(spending, Period::daily, kMonday + kDay);
    CHECK(settle(budget, spending, reserve(spending, Money{}), Money{2'000}) == 100);
    CHECK(settle(budget, spending, reserve(spending, Money{}), Money{}) == 0);
  }

  TEST_CASE("sums near the end of Money neither wrap nor lose a hold") {
    const Budget budget{.limit = kMost, .period = Period::daily, .hard = false};
    Spending spending = today();
    const Hold first = reserve(spending, Money{kMost.pico_usd - 5});
    const Hold second = reserve(spending, kMost);
    CHECK(spending.held == kMost);
    CHECK_FALSE(fits({.limit = kMost, .period = Period::daily}, spending, Money{1}));
    CHECK_FALSE(fits({.limit = kMost, .period = Period::daily}, spending, kMost));
    CHECK(settle(budget, spending, first, kMost) == 100);
    settle(budget, spending, second, kMost);
    CHECK(spending.spent == kMost);
    CHECK(spending.held == Money{});
    CHECK(reserve(spending, Money{-7}).amount == Money{});
    CHECK(settle(budget, spending, {.turn = spending.turn}, Money{-7}) == 0);
    CHECK(spending.spent == kMost);
  }

  TEST_CASE("a hard budget holds for every order of requests that cost no more than was held") {
    for (unsigned seed = 1; seed <= 200; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      const Budget budget = hard(static_cast<std::int64_t>(random() % 100'000));
      Spending spending = today();
      std::vector<Hold> running;
      std::int64_t spent = 0;
      for (int step = 0; step < 1'000; ++step) {
        const Money asked{static_cast<std::int64_t>(random() % 3'000)};
        if (fits(budget, spending, asked)) running.push_back(reserve(spending, asked));
        if (running.empty() || random() % 2 == 0) continue;
        const std::size_t at = random() % running.size();
        std::swap(running[at], running.back());
        const Money cost{static_cast<std::int64_t>(
            random() % static_cast<std::uint64_t>(running.back().amount.pico_usd + 1))};
        settle(budget, spending, running.back(), cost);
        spent += cost.pico_usd;
        running.pop_back();
        REQUIRE(spent <= budget.limit.pico_usd);
        REQUIRE(spending.spent.pico_usd == spent);
      }
    }
  }
}

}  // namespace arouter::limits
