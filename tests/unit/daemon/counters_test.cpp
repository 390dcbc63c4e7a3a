#include "daemon/counters.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace arouter::daemon {

TEST_SUITE("counters") {
  TEST_CASE("a time falls into the first bucket that is not below it") {
    TimeHistogram times;
    for (const std::int64_t microseconds :
         {0L, 50'000L, 50'001L, 600'000'000L, 600'000'001L, -5L}) {
      times.add(microseconds);
    }
    CHECK(times.count(0) == 3);
    CHECK(times.count(1) == 1);
    CHECK(times.count(TimeHistogram::kBounds_ms.size() - 1) == 1);
    CHECK(times.count(TimeHistogram::kBounds_ms.size()) == 1);
    CHECK(times.sum_us() == 1'200'100'002);
  }

  TEST_CASE("a status that is not told apart counts as another") {
    StatusCounters statuses;
    statuses.add(200);
    statuses.add(418);
    statuses.add(-1);
    CHECK(statuses.count(1) == 1);
    CHECK(statuses.count(StatusCounters::kStatuses.size() - 1) == 2);
  }

  TEST_CASE("a sum of money stays at its largest") {
    MoneyCounter money;
    money.add(Money{132});
    CHECK(money.value() == Money{132});
    money.add(Money{std::numeric_limits<std::int64_t>::max()});
    money.add(Money{1});
    CHECK(money.value() == Money{std::numeric_limits<std::int64_t>::max()});
  }
}

}  // namespace arouter::daemon
