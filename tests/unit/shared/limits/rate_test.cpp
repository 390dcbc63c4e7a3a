#include "shared/limits/rate.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

namespace arouter::limits {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kNow = 5'000 * kSecond;
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

/// Asks, and keeps what was admitted.
bool take(const Rate& rate, std::int64_t& full_at, std::int64_t cost, std::int64_t now) {
  const RateAnswer answer = ask(rate, full_at, cost, now);
  if (answer.admitted) full_at = answer.full_at_ns;
  return answer.admitted;
}

}  // namespace

TEST_SUITE("limits.rate") {
  TEST_CASE("as many as the limit go at once, also where it does not divide the minute") {
    for (const std::int64_t limit : {1, 2, 7, 60, 61, 997, 10'000}) {
      CAPTURE(limit);
      const Rate rate = per_minute(limit);
      std::int64_t full_at = 0;
      for (std::int64_t i = 0; i < limit; ++i) REQUIRE(take(rate, full_at, 1, kNow));
      CHECK_FALSE(take(rate, full_at, 1, kNow));
      CHECK(remaining(rate, full_at, kNow) == 0);
      CHECK(remaining(rate, full_at, full_at) == limit);
    }
  }

  TEST_CASE("a unit comes back after its share of the minute, not at the minute's end") {
    const Rate rate = per_minute(6);
    std::int64_t full_at = 0;
    for (int i = 0; i < 6; ++i) REQUIRE(take(rate, full_at, 1, kNow));
    CHECK_FALSE(take(rate, full_at, 1, kNow + 10 * kSecond - 1));
    CHECK(remaining(rate, full_at, kNow + 10 * kSecond - 1) == 0);
    CHECK(remaining(rate, full_at, kNow + 10 * kSecond) == 1);
    CHECK(take(rate, full_at, 1, kNow + 10 * kSecond));
    CHECK_FALSE(take(rate, full_at, 1, kNow + 10 * kSecond));
  }

  TEST_CASE("who is refused is told the instant at which the same request goes") {
    const Rate rate = per_minute(1'000);
    std::int64_t full_at = 0;
    REQUIRE(take(rate, full_at, 900, kNow));
    const RateAnswer refused = ask(rate, full_at, 300, kNow);
    CHECK_FALSE(refused.admitted);
    CHECK(refused.wait_ns == 12 * kSecond);
    CHECK(refused.full_at_ns == full_at);
    CHECK_FALSE(ask(rate, full_at, 300, kNow + refused.wait_ns - 1).admitted);
    CHECK(ask(rate, full_at, 300, kNow + refused.wait_ns).admitted);
  }

  TEST_CASE("what costs more than the limit never goes, and is told so") {
    const Rate rate = per_minute(100);
    CHECK(ask(rate, 0, 101, kNow).wait_ns == kNever);
    CHECK_FALSE(ask(rate, 0, 101, kNow).admitted);
    CHECK_FALSE(ask(rate, 0, kMost, kNow).admitted);
    CHECK(ask(rate, 0, 100, kNow).admitted);
  }

  TEST_CASE("a limit of a day goes at once too, and comes back over the day") {
    const Rate rate = per_day(2);
    std::int64_t full_at = 0;
    CHECK(take(rate, full_at, 1, kNow));
    CHECK(take(rate, full_at, 1, kNow));
    CHECK(ask(rate, full_at, 1, kNow).wait_ns == 12 * 60 * kMinute);
  }

  TEST_CASE("without a limit everything goes, and nothing is counted") {
    for (const std::int64_t limit : {std::int64_t{0}, std::int64_t{-1}}) {
      CHECK_FALSE(per_minute(limit).limited());
      CHECK(ask(per_minute(limit), 0, kMost, kNow).admitted);
      CHECK(ask(per_minute(limit), 0, kMost, kNow).full_at_ns == 0);
      CHECK(remaining(per_minute(limit), 0, kNow) == kMost);
    }
  }

  TEST_CASE("absurd limits, costs and times neither wrap nor lock anybody out") {
    for (const std::int64_t limit : {kMost, kMost - 1, std::int64_t{1} << 40}) {
      const Rate rate = per_minute(limit);
      std::int64_t full_at = 0;
      CHECK(take(rate, full_at, limit, kNow));
      CHECK(take(rate, full_at, 1, kMost));
      CHECK(full_at >= kNow);
      CHECK(remaining(rate, kMost, std::numeric_limits<std::int64_t>::min()) <= limit);
    }
    const Rate widest{.interval_ns = kMost, .burst = kMost};
    CHECK(ask(widest, kMost, kMost, kMost).admitted);
    CHECK(ask(per_minute(5), 0, -7, kNow).full_at_ns == kNow);
    MeteredRate state;
    correct(widest, state, {.units = kMost}, 0, kNow);
    correct(widest, state, {}, kMost, kMost);
    CHECK(state.full_at_ns == kMost);
  }

  TEST_CASE("a limit that changes takes over what was used as time") {
    std::int64_t full_at = 0;
    REQUIRE(take(per_minute(10), full_at, 5, kNow));
    CHECK(remaining(per_minute(100), full_at, kNow) == 50);
    CHECK(remaining(per_minute(2), full_at, kNow) == 1);
  }
}

TEST_SUITE("limits.metered_rate") {
  TEST_CASE("what was estimated too high is given back at once") {
    const Rate rate = per_minute(6'000);
    MeteredRate state;
    const RateCharge charged = charge(state, ask(rate, 0, 6'000, kNow), 6'000);
    CHECK_FALSE(ask(rate, state.full_at_ns, 100, kNow + 1).admitted);
    correct(rate, state, charged, 200, kNow + 1);
    // A nanosecond has given nothing back yet that could be counted.
    CHECK(remaining(rate, state.full_at_ns, kNow + 1) == 5'800);
  }

  TEST_CASE("what was estimated too low is a debt, and the next one waits for it") {
    const Rate rate = per_minute(6'000);
    MeteredRate state;
    const RateCharge charged = charge(state, ask(rate, 0, 4'000, kNow), 4'000);
    correct(rate, state, charged, 12'000, kNow);
    CHECK(remaining(rate, state.full_at_ns, kNow) == -6'000);
    CHECK(ask(rate, state.full_at_ns, 1'000, kNow).wait_ns == 70 * kSecond);
    CHECK_FALSE(ask(rate, state.full_at_ns, 0, kNow).admitted);
  }

  TEST_CASE("no report makes a debt without end") {
    const Rate rate = per_minute(6'000);
    MeteredRate state;
    const RateCharge charged = charge(state, ask(rate, 0, 1, kNow), 1);
    correct(rate, state, charged, kMost, kNow);
    CHECK(remaining(rate, state.full_at_ns, kNow) == -kMostDebt * 6'000);
    const MeteredRate before = state;
    correct(rate, state, {}, kMost, kNow - 2 * kMinute);  // the bound of an earlier time is nearer
    CHECK(state.full_at_ns == before.full_at_ns);
  }

  TEST_CASE("time gives back what was charged, and a correction not once more") {
    const Rate rate = per_minute(6'000);
    MeteredRate state;
    const RateCharge slow = charge(state, ask(rate, 0, 6'000, kNow), 6'000);
    const std::int64_t later = kNow + kMinute;  // all of it has come back
    charge(state, ask(rate, state.full_at_ns, 6'000, later), 6'000);
    correct(rate, state, slow, 0, later);
    CHECK(remaining(rate, state.full_at_ns, later) == 0);
  }

  TEST_CASE("a charge is corrected where it lies after an earlier one was given back") {
    const Rate rate = per_minute(6'000);
    MeteredRate state;
    const RateCharge first = charge(state, ask(rate, 0, 3'000, kNow), 3'000);
    const RateCharge second = charge(state, ask(rate, state.full_at_ns, 3'000, kNow), 3'000);
    correct(rate, state, first, 0, kNow);
    const std::int64_t later = kNow + kMinute / 2;  // the second one's has come back
    charge(state, ask(rate, state.full_at_ns, 6'000, later), 6'000);
    correct(rate, state, second, 0, later);
    CHECK(remaining(rate, state.full_at_ns, later) == 0);
  }
}

}  // namespace arouter::limits
