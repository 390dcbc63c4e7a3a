// An upstream that flaps, beside a healthy one: breaker and retry budget together.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "shared/health/breaker.hpp"
#include "shared/health/retry_budget.hpp"
#include "tests/unit/shared/health/virtual_clock.hpp"

namespace arouter {

namespace {

using test::VirtualClock;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto kLength = 120s;

/// Requests come at random, go to the flapping upstream where its breaker lets them, and to the
/// healthy one else, or again where the budget allows a retry.
struct Traffic {
  unsigned seed;
  int per_second;
  milliseconds latency;
  std::function<bool(milliseconds, std::mt19937&)> is_well;  // by the time since the beginning

  int requests = 0, failed = 0, attempts = 0;
  std::vector<milliseconds> changes{};  // of the breaker

  void run();
};

struct Event {
  SteadyTime at;
  bool retry = false;  // its end; else that of a first attempt
  Permit permit{};
  Verdict verdict = Verdict::success;
  bool operator<(const Event& other) const { return at > other.at; }  // the earliest on top
};

void Traffic::run() {
  std::mt19937 random(seed);
  std::exponential_distribution<> pause(per_second / 1000.0);
  VirtualClock clock;
  const SteadyTime begin = clock.now;
  Breaker breaker({}, seed);
  RetryBudget budget;
  std::priority_queue<Event> events;
  const auto since_begin = [&] {
    return std::chrono::duration_cast<milliseconds>(clock.now - begin);
  };
  const auto note_change = [&] {
    if (breaker.changed()) changes.push_back(since_begin());
  };

  SteadyTime next = begin;
  while (next < begin + kLength) {
    if (!events.empty() && events.top().at <= next) {
      const Event event = events.top();
      events.pop();
      clock.now = event.at;
      if (event.retry) {
        budget.retry_ended();
        budget.request_ended();
        continue;
      }
      breaker.report(event.permit, event.verdict, clock.now);
      note_change();
      if (event.verdict == Verdict::failure && budget.retry_began()) {
        ++attempts;
        events.push({.at = clock.now + latency, .retry = true});
        continue;
      }
      if (event.verdict == Verdict::failure) ++failed;
      budget.request_ended();
      continue;
    }
    clock.now = next;
    next += 1ms + milliseconds(static_cast<long>(pause(random)));
    ++requests;
    ++attempts;
    const Permit permit = breaker.ask(clock.now);
    note_change();
    if (!permit.granted) continue;  // the other serves it
    budget.request_began();
    const bool well = is_well(since_begin(), random);
    events.push({.at = clock.now + (well ? latency : latency / 4),
                 .permit = permit,
                 .verdict = well ? Verdict::success : Verdict::failure});
  }
}

/// Tries `is_well` at many rates and latencies.
void try_traffic(const std::function<bool(milliseconds, std::mt19937&)>& is_well) {
  for (const int per_second : {1, 2, 5, 20, 100}) {
    for (const milliseconds latency : {20ms, 200ms, 1'000ms}) {
      INFO(per_second, " per second, latency ", latency.count(), " ms");
      int requests = 0, failed = 0, attempts = 0;
      for (unsigned seed = 0; seed < 10; ++seed) {
        INFO("seed ", seed);
        Traffic traffic{seed, per_second, latency, is_well};
        traffic.run();
        requests += traffic.requests;
        failed += traffic.failed;
        attempts += traffic.attempts;

        const auto& changes = traffic.changes;
        CHECK(changes.size() <= static_cast<std::size_t>(kLength / 5s) + 1);
        for (std::size_t i = 2; i < changes.size(); ++i) {
          CHECK(changes[i] - changes[i - 2] >= 10s);
        }
        // With so few requests that none tells, an upstream may seem well for a while.
        if (per_second < 5) continue;
        CHECK(changes.size() >= 1);
        for (std::size_t i = 1; i < changes.size(); ++i) CHECK(changes[i] - changes[i - 1] >= 5s);
      }
      CHECK(failed * 100 <= requests);  // 99 % are served
      if (per_second >= 5) CHECK(attempts * 10 <= requests * 11);
    }
  }
}

}  // namespace

TEST_SUITE("flapping") {
  TEST_CASE("an upstream that is well every other second costs nobody an answer") {
    try_traffic([](milliseconds time, std::mt19937&) { return time / 1s % 2 == 0; });
  }

  TEST_CASE("one that fails every other time at random neither") {
    try_traffic([](milliseconds, std::mt19937& random) { return random() % 2 == 0; });
  }
}

}  // namespace arouter
