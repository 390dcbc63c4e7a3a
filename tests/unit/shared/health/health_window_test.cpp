#include "shared/health/health_window.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "tests/unit/shared/health/virtual_clock.hpp"

namespace arouter {

namespace {

using test::VirtualClock;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using enum HealthEvent;

struct Span {
  HealthSpan span;
  std::chrono::seconds length, slot;
};
constexpr Span kSpans[] = {{HealthSpan::half_minute, 30s, 5s},
                           {HealthSpan::five_minutes, 5min, 1min},
                           {HealthSpan::half_hour, 30min, 5min},
                           {HealthSpan::day, 24h, 1h}};

void count(HealthWindow& window, SteadyTime now, HealthEvent event, int times) {
  for (int i = 0; i < times; ++i) window.count(event, now);
}

/// Within the scale's step, half of it either way.
bool near(std::uint64_t measured, std::uint64_t exact) {
  const std::uint64_t most = std::max(measured, exact), least = std::min(measured, exact);
  return (most - least) * 100 <= exact * 7;
}

}  // namespace

TEST_SUITE("health window") {
  TEST_CASE("each span counts what is younger than itself") {
    for (const Span& span : kSpans) {
      CAPTURE(span.length.count());
      VirtualClock clock{SteadyTime(100'000h)};  // where slots of all widths begin
      HealthWindow window;
      count(window, clock.now, success, 3);
      count(window, clock.after(span.slot), failure, 2);
      count(window, clock.now, rate_limited, 1);
      CHECK(window.counts(span.span, clock.now) == HealthCounts{3, 2, 1});
      clock.after(span.length - 2 * span.slot);
      CHECK(window.counts(span.span, clock.after(span.slot - 1ms)) == HealthCounts{3, 2, 1});
      CHECK(window.counts(span.span, clock.after(1ms)) == HealthCounts{0, 2, 1});
      count(window, clock.now, success, 1);
      CHECK(window.counts(span.span, clock.now) == HealthCounts{1, 2, 1});
      CHECK(window.counts(span.span, clock.after(10 * span.length)) == HealthCounts{});
    }
  }

  TEST_CASE("counts agree with a list of all events") {
    for (unsigned seed = 0; seed < 20; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      HealthWindow window;
      std::deque<std::pair<SteadyTime, HealthEvent>> events;
      for (int i = 0; i < 2'000; ++i) {
        clock.after(milliseconds(random() % 20 == 0 ? random() % 4'000'000 : random() % 5'000));
        const auto event = static_cast<HealthEvent>(random() % 3);
        window.count(event, clock.now);
        events.emplace_front(clock.now, event);
        if (random() % 20 != 0) continue;
        for (const Span& span : kSpans) {
          CAPTURE(span.length.count());
          // A span begins where the slot does that its first moment is in, one later.
          const auto first = clock.now.time_since_epoch() / span.slot - span.length / span.slot + 1;
          std::uint64_t expected[3] = {};
          for (const auto& [at, what] : events) {
            if (at.time_since_epoch() / span.slot < first) break;
            ++expected[static_cast<int>(what)];
          }
          REQUIRE(window.counts(span.span, clock.now) ==
                  HealthCounts{expected[0], expected[1], expected[2]});
        }
      }
    }
  }

  TEST_CASE("uptime is in hundredths of a percent, rounded down, without the rate-limited") {
    struct Row {
      int successes, failures, limited;
      std::optional<std::uint32_t> uptime;
    };
    const Row rows[] = {{0, 0, 0, {}},    {0, 0, 9, {}},         {1, 0, 9, 10'000}, {0, 1, 0, 0},
                        {2, 1, 7, 6'666}, {19'999, 1, 0, 9'999}, {1, 99, 0, 100}};
    for (const Row& row : rows) {
      CAPTURE(row.successes);
      CAPTURE(row.failures);
      VirtualClock clock;
      HealthWindow window;
      count(window, clock.now, success, row.successes);
      count(window, clock.now, failure, row.failures);
      count(window, clock.now, rate_limited, row.limited);
      for (const Span& span : kSpans) CHECK(window.uptime(span.span, clock.now) == row.uptime);
    }
  }

  TEST_CASE("an outage is three failures or more of the last 30 s, and half of the requests") {
    struct Row {
      int successes, failures, limited;
      bool outage;
    };
    const Row rows[] = {{0, 2, 0, false}, {0, 3, 0, true},  {3, 3, 0, true},
                        {4, 3, 0, false}, {0, 0, 9, false}, {3, 3, 99, true}};
    for (const Row& row : rows) {
      CAPTURE(row.successes);
      CAPTURE(row.failures);
      VirtualClock clock;
      HealthWindow window;
      count(window, clock.now, success, row.successes);
      count(window, clock.now, failure, row.failures);
      count(window, clock.now, rate_limited, row.limited);
      CHECK(window.outage(clock.now) == row.outage);
      CHECK(window.outage(clock.after(25s)) == row.outage);
      CHECK_FALSE(window.outage(clock.after(5s)));
    }
  }

  TEST_CASE("percentiles say what so many requests reach or better") {
    VirtualClock clock;
    HealthWindow window;
    CHECK_FALSE(window.first_token(HealthSpan::five_minutes, clock.now).has_value());
    CHECK_FALSE(window.throughput(HealthSpan::half_hour, clock.now).has_value());
    for (int i = 1; i <= 1'000; ++i) {
      window.add_first_token(milliseconds(i), clock.now);
      window.add_throughput(static_cast<std::uint32_t>(i) * 100, clock.now);
    }
    for (const HealthSpan span : {HealthSpan::five_minutes, HealthSpan::half_hour}) {
      const auto first_token = window.first_token(span, clock.now);
      REQUIRE(first_token.has_value());
      CHECK(first_token->requests == 1'000);
      CHECK(near(first_token->p50, 500));
      CHECK(near(first_token->p75, 750));
      CHECK(near(first_token->p90, 900));
      CHECK(near(first_token->p99, 990));
      const auto throughput = window.throughput(span, clock.now);
      REQUIRE(throughput.has_value());
      CHECK(throughput->requests == 1'000);
      CHECK(near(throughput->p50, 50'100));
      CHECK(near(throughput->p75, 25'100));
      CHECK(near(throughput->p90, 10'100));
      CHECK(near(throughput->p99, 1'100));
    }
    clock.after(6min);
    CHECK_FALSE(window.first_token(HealthSpan::five_minutes, clock.now).has_value());
    CHECK(window.first_token(HealthSpan::half_hour, clock.now).has_value());
    CHECK_FALSE(window.first_token(HealthSpan::half_hour, clock.after(30min)).has_value());
  }

  TEST_CASE("one value alone is every percentile, over the whole range") {
    for (std::uint32_t value = 0; value < 1'000'000; value += value / 13 + 1) {
      CAPTURE(value);
      VirtualClock clock;
      HealthWindow window;
      window.add_first_token(milliseconds(value), clock.now);
      const auto measured = window.first_token(HealthSpan::five_minutes, clock.now);
      REQUIRE(measured.has_value());
      CHECK(near(measured->p50, value));
      CHECK(measured->p50 == measured->p99);
      if (value < 16) CHECK(measured->p50 == value);
    }
    for (std::uint32_t value = 1'000; value < 60'000'000; value += value / 7) {
      CAPTURE(value);
      VirtualClock clock;
      HealthWindow window;
      window.add_throughput(value, clock.now);
      CHECK(near(window.throughput(HealthSpan::half_hour, clock.now)->p90, value));
    }
  }

  TEST_CASE("two windows seen as one tell what one tells that was told all of it") {
    for (unsigned seed = 0; seed < 20; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      HealthWindow one, other, all;
      for (int i = 0; i < 300; ++i) {
        clock.now += milliseconds(random() % 60'000);
        HealthWindow& window = random() % 2 == 0 ? one : other;
        const auto event = static_cast<HealthEvent>(random() % 3);
        const milliseconds time(random() % 5'000);
        for (HealthWindow* each : {&window, &all}) {
          each->count(event, clock.now);
          each->add_first_token(time, clock.now);
          each->add_throughput(static_cast<std::uint32_t>(time.count()), clock.now);
        }
      }
      one.add_all(other);
      for (const Span& span : kSpans) {
        CHECK(one.counts(span.span, clock.now) == all.counts(span.span, clock.now));
      }
      for (const HealthSpan span : {HealthSpan::five_minutes, HealthSpan::half_hour}) {
        CHECK(one.first_token(span, clock.now) == all.first_token(span, clock.now));
        CHECK(one.throughput(span, clock.now) == all.throughput(span, clock.now));
      }
    }
  }

  TEST_CASE("values that nobody should measure are taken all the same") {
    VirtualClock clock;
    HealthWindow window;
    window.add_first_token(-5ms, clock.now);
    CHECK(window.first_token(HealthSpan::half_hour, clock.now)->p99 == 0);
    window.add_first_token(milliseconds::max(), clock.now);
    CHECK(near(window.first_token(HealthSpan::half_hour, clock.now)->p99, 1 << 20));
    window.add_throughput(0, clock.now);
    CHECK(window.throughput(HealthSpan::half_hour, clock.now)->p50 == 0);
    window.add_throughput(0xFFFFFFFF, clock.now);
    CHECK(near(window.throughput(HealthSpan::half_hour, clock.now)->p50, 64U << 20));
    window.count(success, SteadyTime{} - 1h);
    window.count(success, clock.now - 1s);
    CHECK(window.counts(HealthSpan::half_minute, clock.now).successes >= 1);
  }

  TEST_CASE("throughput is tokens over time, in thousandths per second") {
    CHECK(HealthWindow::throughput_of(100, 2s) == 50'000);
    CHECK(HealthWindow::throughput_of(1, 3s) == 333);
    CHECK(HealthWindow::throughput_of(0, 3s) == 0);
    CHECK(HealthWindow::throughput_of(5, 0ms) == 5'000'000);
    CHECK(HealthWindow::throughput_of(5, -1s) == 5'000'000);
    CHECK(HealthWindow::throughput_of(UINT64_MAX, 1ms) == UINT32_MAX);
  }

  TEST_CASE("percentiles agree with a sorted list") {
    for (unsigned seed = 0; seed < 50; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      HealthWindow window;
      std::vector<std::uint32_t> values;
      const int size = 1 + static_cast<int>(random() % 500);
      for (int i = 0; i < size; ++i) {
        values.push_back(static_cast<std::uint32_t>(random() >> (12 + random() % 20)));
        window.add_first_token(milliseconds(values.back()), clock.now);
      }
      std::sort(values.begin(), values.end());
      const auto measured = window.first_token(HealthSpan::five_minutes, clock.now);
      REQUIRE(measured.has_value());
      const auto exact = [&](std::size_t percent) {
        return values[(values.size() * percent + 99) / 100 - 1];
      };
      CHECK(near(measured->p50, exact(50)));
      CHECK(near(measured->p75, exact(75)));
      CHECK(near(measured->p90, exact(90)));
      CHECK(near(measured->p99, exact(99)));
    }
  }
}

}  // namespace arouter
