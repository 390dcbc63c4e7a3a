#include "shared/health/retry_budget.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace arouter {

namespace {

/// How many retries pass at once.
int take_all(RetryBudget& budget) {
  int taken = 0;
  while (taken < 10'000 && budget.retry_began()) ++taken;
  return taken;
}

}  // namespace

TEST_SUITE("retry budget") {
  TEST_CASE("how many retries pass at once, by the requests under way") {
    struct Row {
      int active, retries;
    };
    // Ten of them for tokens, but for the last rows: three, or a fifth, for nothing.
    const Row rows[] = {{0, 13}, {1, 13}, {15, 13}, {19, 13}, {20, 14}, {50, 20}, {1'000, 210}};
    for (const Row& row : rows) {
      CAPTURE(row.active);
      RetryBudget budget;
      for (int i = 0; i < row.active; ++i) budget.request_began();
      CHECK(take_all(budget) == row.retries);
      CHECK(budget.tenths() == 0);
    }
  }

  TEST_CASE("ten requests earn a token, up to ten tokens") {
    RetryBudget budget({.percent_of_active = 0, .min_at_once = 0});
    CHECK(take_all(budget) == 10);
    for (int i = 0; i < 9; ++i) budget.request_began();
    CHECK(take_all(budget) == 0);
    budget.request_began();
    CHECK(take_all(budget) == 1);
    for (int i = 0; i < 1'000; ++i) budget.request_began();
    CHECK(budget.tenths() == 100);
    CHECK(take_all(budget) == 10);
  }

  TEST_CASE("one after the other, retries cost nothing") {
    RetryBudget budget;
    for (int i = 0; i < 1'000; ++i) {
      budget.request_began();
      REQUIRE(budget.retry_began());
      budget.retry_ended();
      budget.request_ended();
    }
    CHECK(budget.tenths() == 100);
  }

  TEST_CASE("an end too many does not wrap") {
    RetryBudget budget;
    budget.request_ended();
    budget.retry_ended();
    CHECK(budget.active() == 0);
    CHECK(budget.retrying() == 0);
    CHECK(take_all(budget) == 13);
  }

  TEST_CASE("retries paid with tokens stay under a tenth of the requests and ten") {
    for (unsigned seed = 0; seed < 50; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      RetryBudget budget;
      std::uint64_t requests = 0, paid = 0;
      for (int i = 0; i < 20'000; ++i) {
        switch (random() % 6) {
          case 0:
            budget.request_began();
            ++requests;
            break;
          case 1:
            budget.request_ended();
            break;
          case 2:
            budget.retry_ended();
            break;
          default: {
            const std::uint32_t before = budget.tenths(), retrying = budget.retrying();
            const bool free = retrying < std::max(budget.active() / 5, 3U);
            const bool passed = budget.retry_began();
            REQUIRE(passed == (free || before >= 10));
            REQUIRE(budget.tenths() == before - (passed && !free ? 10 : 0));
            REQUIRE(budget.retrying() == retrying + (passed ? 1 : 0));
            if (passed && !free) ++paid;
          }
        }
        REQUIRE(budget.tenths() <= 100);
      }
      CHECK(paid <= requests / 10 + 10);
    }
  }
}

}  // namespace arouter
