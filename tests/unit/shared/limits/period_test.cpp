#include "shared/limits/period.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>
#include <random>

namespace arouter::limits {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMonday = 1'796'601'600;  // 2026-12-07T00:00:00Z

}  // namespace

TEST_SUITE("limits.period") {
  TEST_CASE("days begin at midnight, weeks on Monday, months on the first, in UTC") {
    struct Case {
      Period period;
      std::int64_t start, end;
    };
    for (const Case& each :
         {Case{Period::daily, kMonday, kMonday + kDay},
          {Period::weekly, kMonday, kMonday + 7 * kDay},
          {Period::monthly, kMonday - 6 * kDay, kMonday + 25 * kDay},   // December
          {Period::monthly, kMonday + 25 * kDay, kMonday + 56 * kDay},  // into another year
          {Period::monthly, 951'782'400 - 28 * kDay, 951'868'800},      // 29 days in 2000
          {Period::weekly, -3 * kDay, 4 * kDay},                        // that 1970 began in
          {Period::monthly, -31 * kDay, 0},                             // and the month before
          {Period::daily, -kDay, 0}}) {
      CAPTURE(each.start);
      const std::int32_t number = period_number(each.period, each.start);
      CHECK(period_start(each.period, number) == each.start);
      CHECK(period_end(each.period, number) == each.end);
      CHECK(period_number(each.period, each.end - 1) == number);
      CHECK(period_number(each.period, each.start - 1) == number - 1);
      CHECK(period_number(each.period, each.end) == number + 1);
    }
  }

  TEST_CASE("a lifetime has no beginning and no end") {
    CHECK(period_number(Period::lifetime, kMonday) == 0);
    CHECK(period_start(Period::lifetime, 0) == std::numeric_limits<std::int64_t>::min());
    CHECK(period_end(Period::lifetime, 0) == std::numeric_limits<std::int64_t>::max());
  }

  TEST_CASE("every time lies in its period, and later times in no earlier one") {
    constexpr unsigned kSeed = 11;
    CAPTURE(kSeed);
    std::mt19937_64 random(kSeed);
    std::uniform_int_distribution<std::int64_t> times(-60'000'000'000, 250'000'000'000);
    for (int i = 0; i < 20'000; ++i) {
      const std::int64_t at = times(random), later = at + times(random) % (40 * kDay);
      for (const Period period : {Period::daily, Period::weekly, Period::monthly}) {
        CAPTURE(at);
        const std::int32_t number = period_number(period, at);
        REQUIRE(period_start(period, number) <= at);
        REQUIRE(at < period_end(period, number));
        REQUIRE((period_number(period, later) >= number) ==
                (later >= period_start(period, number)));
      }
    }
  }

  TEST_CASE("times that no clock shows are still in some period") {
    for (const Period period : {Period::daily, Period::weekly, Period::monthly}) {
      constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
      constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
      CHECK(period_number(period, kFirst) < period_number(period, 0));
      CHECK(period_number(period, kLast) > period_number(period, kMonday));
    }
  }

  TEST_CASE("periods are named as limit_reset names them") {
    CHECK(find_period("daily") == Period::daily);
    CHECK(find_period("weekly") == Period::weekly);
    CHECK(find_period("monthly") == Period::monthly);
    CHECK(find_period("never") == Period::lifetime);
    CHECK_FALSE(find_period("Daily").has_value());
    CHECK_FALSE(find_period("").has_value());
    CHECK(period_name(Period::monthly) == "monthly");
  }
}

}  // namespace arouter::limits
