// What a rate limit promises whatever comes, tried on random requests under a virtual clock.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <random>
#include <vector>

#include "shared/limits/rate.hpp"

namespace arouter::limits {

namespace {

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr unsigned kSeeds = 300;
constexpr int kSteps = 1'500;

struct Admitted {
  std::int64_t at = 0;
  std::int64_t units = 0;  // that count: the cost, or what was used in the end
};

/// The most units that lie within any period, both ends included.
std::int64_t most_in_a_window(const std::vector<Admitted>& all, std::int64_t period) {
  std::int64_t most = 0, sum = 0;
  std::size_t first = 0;
  for (const Admitted& each : all) {
    sum += each.units;
    while (each.at - all[first].at > period) sum -= all[first++].units;
    most = std::max(most, sum);
  }
  return most;
}

std::int64_t pick(std::mt19937_64& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

/// Now a burst, now a pause.
std::int64_t pause(std::mt19937_64& random, std::int64_t mean) {
  const std::int64_t kind = pick(random, 0, 9);
  if (kind < 5) return 0;
  return pick(random, 0, kind < 9 ? 2 * mean : 40 * mean);
}

}  // namespace

TEST_SUITE("limits.rate") {
  TEST_CASE("no period sees more than limit and burst, and a refusal is exact and free") {
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      const std::int64_t limit = pick(random, 1, seed % 3 == 0 ? 100'000 : 50);
      Rate rate = per_minute(limit);
      rate.burst = pick(random, 1, limit);
      std::int64_t now = pick(random, 0, 1'000 * kMinute), full_at = 0;
      std::vector<Admitted> admitted;
      for (int step = 0; step < kSteps; ++step) {
        now += pause(random, kMinute / limit);
        const std::int64_t cost = pick(random, 0, std::max<std::int64_t>(rate.burst / 3, 1));
        const RateAnswer answer = ask(rate, full_at, cost, now);
        if (answer.admitted) {
          full_at = answer.full_at_ns;
          admitted.push_back({now, cost});
          continue;
        }
        REQUIRE(answer.full_at_ns == full_at);
        REQUIRE(answer.wait_ns > 0);
        REQUIRE_FALSE(ask(rate, full_at, cost, now + answer.wait_ns - 1).admitted);
        REQUIRE(ask(rate, full_at, cost, now + answer.wait_ns).admitted);
      }
      REQUIRE(most_in_a_window(admitted, kMinute) <= limit + rate.burst);
    }
  }

  TEST_CASE("who asks as often as the limit says is never refused") {
    for (const std::int64_t limit : {1, 7, 60, 999}) {
      CAPTURE(limit);
      const Rate rate = per_minute(limit);
      std::int64_t full_at = 0;
      for (std::int64_t i = 0; i < 3 * limit; ++i) {
        const RateAnswer answer = ask(rate, full_at, 1, i * rate.interval_ns);
        REQUIRE(answer.admitted);
        full_at = answer.full_at_ns;
      }
    }
  }

  TEST_CASE("what is used keeps to limit and burst however far estimates are above it") {
    struct Running {
      RateCharge charge;
      std::size_t index;
    };
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      CAPTURE(seed);
      std::mt19937_64 random(seed);
      const std::int64_t limit = pick(random, 100, 10'000);
      const Rate rate = per_minute(limit);
      std::int64_t now = 0;
      MeteredRate state;
      std::vector<Admitted> used;
      std::deque<Running> running;
      for (int step = 0; step < kSteps; ++step) {
        now += pause(random, kMinute / 20);
        const std::int64_t cost = pick(random, 1, limit);
        const RateAnswer answer = ask(rate, state.full_at_ns, cost, now);
        if (answer.admitted) {
          running.push_back({charge(state, answer, cost), used.size()});
          used.push_back({now, pick(random, 0, 3) == 0 ? cost : pick(random, 0, cost)});
        }
        while (!running.empty() && (running.size() > 40 || pick(random, 0, 2) == 0)) {
          const auto at = static_cast<std::size_t>(
              pick(random, 0, static_cast<std::int64_t>(running.size()) - 1));
          std::swap(running[at], running.front());
          const Running& ended = running.front();
          correct(rate, state, ended.charge, used[ended.index].units, now);
          running.pop_front();
        }
      }
      REQUIRE(most_in_a_window(used, kMinute) <= 2 * limit);
    }
  }
}

}  // namespace arouter::limits
