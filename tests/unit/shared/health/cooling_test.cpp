#include "shared/health/cooling.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "shared/health/panic.hpp"
#include "tests/unit/shared/health/virtual_clock.hpp"

namespace arouter {

namespace {

using test::VirtualClock;
using namespace std::chrono_literals;

}  // namespace

TEST_SUITE("cooling") {
  TEST_CASE("waits are brought within 1 s and 300 s") {
    struct Row {
      std::chrono::seconds said, waited;
    };
    const Row rows[] = {{5s, 5s},
                        {0s, 1s},
                        {-1s, 1s},
                        {1s, 1s},
                        {300s, 300s},
                        {301s, 300s},
                        {std::chrono::seconds::max(), 300s},
                        {std::chrono::seconds::min(), 1s},
                        {std::chrono::seconds(1'000'000'000'000'000'000), 300s}};
    for (const Row& row : rows) {
      CAPTURE(row.said.count());
      VirtualClock clock;
      Cooling cooling;
      CHECK(cooling.ready(clock.now));
      cooling.cool(row.said, clock.now);
      CHECK(cooling.until() == clock.now + row.waited);
      CHECK_FALSE(cooling.ready(clock.after(row.waited) - 1ms));
      CHECK(cooling.ready(clock.now));
    }
  }

  TEST_CASE("a shorter wait does not end a longer one") {
    VirtualClock clock;
    Cooling cooling;
    cooling.cool(60s, clock.now);
    cooling.cool(2s, clock.after(1s));
    CHECK_FALSE(cooling.ready(clock.after(58s)));
    CHECK(cooling.ready(clock.after(1s)));
  }

  TEST_CASE("a revoked key waits for the reset, and for its wait") {
    VirtualClock clock;
    Cooling cooling;
    cooling.cool(60s, clock.now);
    cooling.revoke();
    CHECK_FALSE(cooling.ready(clock.after(24h)));
    cooling.cool(60s, clock.now);
    cooling.reset();
    CHECK_FALSE(cooling.ready(clock.now));
    CHECK(cooling.ready(clock.after(60s)));
  }

  TEST_CASE("no sequence of events shortens a wait") {
    for (unsigned seed = 0; seed < 100; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      Cooling cooling;
      SteadyTime until{};
      bool revoked = false;
      for (int i = 0; i < 2'000; ++i) {
        clock.after(std::chrono::milliseconds(random() % 10'000));
        switch (random() % 8) {
          case 0:
            cooling.revoke();
            revoked = true;
            break;
          case 1:
            cooling.reset();
            revoked = false;
            break;
          case 2:
          case 3: {
            const auto wait = std::chrono::seconds(static_cast<long>(random() % 1'000) - 300);
            cooling.cool(wait, clock.now);
            REQUIRE(cooling.until() >= until);
            REQUIRE(cooling.until() >=
                    clock.now + std::clamp<std::chrono::seconds>(wait, 1s, 300s));
            REQUIRE(cooling.until() <= std::max(until, clock.now + 300s));
            until = cooling.until();
            break;
          }
          default:
            break;
        }
        REQUIRE(cooling.until() == until);
        REQUIRE(cooling.ready(clock.now) == (!revoked && clock.now >= until));
      }
    }
  }
}

TEST_SUITE("panic") {
  TEST_CASE("more than half of the candidates are benched") {
    struct Row {
      std::size_t benched, candidates;
      bool panics;
    };
    const Row rows[] = {{0, 0, false}, {0, 1, false}, {1, 1, true},  {1, 2, false}, {2, 2, true},
                        {1, 3, false}, {2, 3, true},  {2, 4, false}, {3, 4, true}};
    for (const Row& row : rows) {
      CAPTURE(row.benched);
      CAPTURE(row.candidates);
      CHECK(panicking(row.benched, row.candidates) == row.panics);
    }
  }
}

}  // namespace arouter
