#include "shared/health/breaker.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

#include "tests/unit/shared/health/virtual_clock.hpp"

namespace arouter {

namespace {

using test::VirtualClock;
using namespace std::chrono_literals;

constexpr BreakerRules kNoJitter{.jitter_percent = 0};

/// One request for each letter: s(uccess), f(ailure), n(eutral).
void run(Breaker& breaker, SteadyTime now, std::string_view verdicts) {
  for (const char letter : verdicts) {
    const Permit permit = breaker.ask(now);
    REQUIRE(permit.granted);
    breaker.report(permit,
                   letter == 's'   ? Verdict::success
                   : letter == 'f' ? Verdict::failure
                                   : Verdict::neutral,
                   now);
  }
}

void trip(Breaker& breaker, SteadyTime now) {
  run(breaker, now, "fffff");
  REQUIRE(breaker.state(now) == BreakerState::open);
}

/// Fails one probe after the other; the open times that follow, from the first failure on.
std::vector<std::chrono::milliseconds> open_times(Breaker& breaker, VirtualClock& clock,
                                                  int count) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  std::vector<milliseconds> times;
  trip(breaker, clock.now);
  for (int i = 0; i < count; ++i) {
    times.push_back(duration_cast<milliseconds>(breaker.reopens_at() - clock.now));
    clock.now = breaker.reopens_at();
    run(breaker, clock.now, "f");
  }
  return times;
}

}  // namespace

TEST_SUITE("breaker") {
  TEST_CASE("what opens a breaker, and what does not") {
    struct Row {
      std::string_view verdicts;
      bool opens;
    };
    const Row rows[] = {
        {"ffff", false},
        {"fffff", true},
        {"ffffsffff", false},                 // not in a row
        {"ffffnf", true},                     // a 4xx says nothing, for or against
        {"nnnnnnnnnnnnnnnnnnnnnnnn", false},  // 429s
        {"sfsfsfsfsfsfsfsfsfs", false},       // 19 requests
        {"sfsfsfsfsfsfsfsfsfsf", true},       // 20, the half of them failed
        {"sssfsfsfsfsfsfsfsfsfsf", false},    // 22, less than the half
        {"sfsfsfsfsfnnnnnnnnnn", false},      // neutral ones do not make it 20
    };
    for (const Row& row : rows) {
      CAPTURE(row.verdicts);
      VirtualClock clock;
      Breaker breaker;
      run(breaker, clock.now, row.verdicts);
      CHECK(breaker.changed() == row.opens);
      CHECK(breaker.state(clock.now) == (row.opens ? BreakerState::open : BreakerState::closed));
      CHECK(breaker.ask(clock.now).granted == !row.opens);
      CHECK_FALSE(breaker.changed());
    }
  }

  TEST_CASE("failures leave the window; those in a row stay") {
    VirtualClock clock;
    Breaker breaker;
    run(breaker, clock.now, "sfsfsfsfsfsfsfsfsfs");
    run(breaker, clock.after(10s), "sf");
    CHECK(breaker.state(clock.now) == BreakerState::closed);
    run(breaker, clock.after(1h), "fff");
    CHECK(breaker.state(clock.now) == BreakerState::closed);
    run(breaker, clock.after(1h), "f");
    CHECK(breaker.state(clock.now) == BreakerState::open);
  }

  TEST_CASE("rules that are 0 are not looked at") {
    VirtualClock clock;
    Breaker breaker({.consecutive = 0, .min_requests = 0});
    for (int i = 0; i < 100; ++i) run(breaker, clock.now, "f");
    CHECK(breaker.state(clock.now) == BreakerState::closed);
  }

  TEST_CASE("an open breaker lets one probe through when its time is over") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    CHECK(breaker.reopens_at() == clock.now + 5s);
    CHECK(breaker.last_failure() == clock.now);
    CHECK_FALSE(breaker.ask(clock.after(4'999ms)).granted);
    CHECK(breaker.state(clock.after(1ms)) == BreakerState::half_open);

    const Permit probe = breaker.ask(clock.now);
    CHECK(probe.granted);
    CHECK(probe.probe);
    CHECK_FALSE(breaker.changed());
    CHECK_FALSE(breaker.ask(clock.after(10s)).granted);
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
  }

  TEST_CASE("a probe's success begins a trial, in which each success makes room for one more") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    run(breaker, clock.after(5s), "s");
    CHECK_FALSE(breaker.changed());
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
    std::vector<Permit> running;
    const auto ask_all = [&] {
      for (Permit permit; (permit = breaker.ask(clock.now)).granted;) {
        REQUIRE(running.size() < 100);
        CHECK_FALSE(permit.probe);
        running.push_back(permit);
      }
      return running.size();
    };
    CHECK(ask_all() == 3);
    for (int i = 0; i < 3; ++i) breaker.report(running[i], Verdict::success, clock.after(1s));
    running.clear();
    CHECK(ask_all() == 6);
    breaker.report(running.back(), Verdict::neutral, clock.now);
    running.pop_back();
    CHECK(ask_all() == 6);
    // In panic one more, which is not taken for a probe.
    const Permit more = breaker.ask_anyway(clock.now);
    CHECK(more.granted);
    CHECK_FALSE(more.probe);
    CHECK_FALSE(breaker.ask_anyway(clock.now).granted);
    breaker.report(more, Verdict::success, clock.now);
    CHECK(ask_all() == 7);
  }

  TEST_CASE("the breaker closes on proof, whatever became of those on trial") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    run(breaker, clock.after(5s), "s");
    for (int i = 0; i < 3; ++i) CHECK(breaker.ask(clock.now).granted);  // never heard of
    CHECK(breaker.state(clock.after(4'999ms)) == BreakerState::half_open);
    CHECK_FALSE(breaker.ask(clock.now).granted);
    CHECK(breaker.state(clock.after(1ms)) == BreakerState::closed);
    CHECK(breaker.ask(clock.now).granted);
    CHECK(breaker.changed());
    CHECK(breaker.ask(clock.now).granted);
    CHECK_FALSE(breaker.changed());
  }

  TEST_CASE("it closes no sooner than 10 s after it opened") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    breaker.report(breaker.ask_anyway(clock.after(1s)), Verdict::success, clock.now);
    CHECK(breaker.state(clock.after(8'999ms)) == BreakerState::half_open);
    CHECK(breaker.state(clock.after(1ms)) == BreakerState::closed);
  }

  TEST_CASE("an upstream that is well but for a few failures closes all the same") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    clock.now = breaker.reopens_at();
    run(breaker, clock.now, "s");
    for (int i = 0; i < 50; ++i) run(breaker, clock.after(100ms), i % 5 == 4 ? "f" : "s");
    CHECK(breaker.state(clock.now) == BreakerState::closed);
  }

  TEST_CASE("one that is not well stays on trial, or is benched again") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    run(breaker, clock.after(5s), "s");
    run(breaker, clock.after(4s), "sf");
    CHECK(breaker.state(clock.after(4s)) == BreakerState::half_open);
    run(breaker, clock.now, "sff");
    CHECK_FALSE(breaker.changed());  // it never closed
    CHECK(breaker.state(clock.now) == BreakerState::open);
    CHECK(breaker.reopens_at() == clock.now + 10s);
  }

  TEST_CASE("open times double up to the cap, and vary by the jitter") {
    VirtualClock clock;
    Breaker plain(kNoJitter);
    CHECK(open_times(plain, clock, 9) ==
          std::vector<std::chrono::milliseconds>{5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s, 300s});
    bool differ = false;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      CAPTURE(seed);
      Breaker first({}, seed), second({}, seed + 1);
      const auto times = open_times(first, clock, 9);
      differ = differ || times != open_times(second, clock, 9);
      std::chrono::milliseconds expected = 5s;
      for (std::size_t i = 0; i < 6; ++i, expected *= 2) {
        CHECK(times[i] >= expected * 8 / 10);
        CHECK(times[i] <= expected * 12 / 10);
      }
      CHECK(times[8] >= 200s);
      CHECK(times[8] <= 300s);
    }
    CHECK(differ);
  }

  TEST_CASE("health takes doublings back") {
    struct Row {
      std::chrono::milliseconds healthy, open_time;
    };
    const Row rows[] = {{0s, 80s}, {29s, 80s}, {30s, 40s}, {61s, 20s}, {10min, 5s}};
    for (const Row& row : rows) {
      CAPTURE(row.healthy.count());
      VirtualClock clock;
      Breaker breaker(kNoJitter);
      open_times(breaker, clock, 3);  // the fourth is under way
      clock.now = breaker.reopens_at();
      run(breaker, clock.now, "s");
      run(breaker, clock.after(5s + row.healthy), "fffff");
      CHECK(breaker.reopens_at() == clock.now + row.open_time);
    }
  }

  TEST_CASE("a neutral probe gives its place back") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    const SteadyTime reopens = breaker.reopens_at();
    run(breaker, clock.after(5s), "nnn");
    CHECK(breaker.reopens_at() == reopens);
    CHECK(breaker.ask(clock.now).probe);
  }

  TEST_CASE("a probe that nobody hears of is given up") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    const Permit lost = breaker.ask(clock.after(5s));
    CHECK_FALSE(breaker.ask(clock.after(10min - 1ms)).granted);
    const Permit next = breaker.ask(clock.after(1ms));
    CHECK(next.probe);
    breaker.report(lost, Verdict::success, clock.now);
    CHECK_FALSE(breaker.ask(clock.now).granted);
    breaker.report(next, Verdict::success, clock.now);
    CHECK(breaker.ask(clock.now).granted);
  }

  TEST_CASE("reports of an earlier generation have no effect") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    const Permit old = breaker.ask(clock.now);
    trip(breaker, clock.now);
    breaker.report(old, Verdict::success, clock.after(5s));
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
    const Permit probe = breaker.ask(clock.now);
    breaker.report(old, Verdict::failure, clock.now);
    breaker.report(probe, Verdict::success, clock.now);
    for (int i = 0; i < 100; ++i) breaker.report(old, Verdict::failure, clock.now);
    for (int i = 0; i < 100; ++i) breaker.report(probe, Verdict::failure, clock.now);
    CHECK(breaker.ask(clock.now).granted);
    CHECK(breaker.state(clock.after(5s)) == BreakerState::closed);
  }

  TEST_CASE("a permit that was not granted reports nothing") {
    Breaker breaker;
    for (int i = 0; i < 100; ++i) breaker.report({}, Verdict::failure, SteadyTime{});
    CHECK(breaker.state(SteadyTime{}) == BreakerState::closed);
  }

  TEST_CASE("in panic one passes a second, and its success counts") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    const Permit first = breaker.ask_anyway(clock.after(1ms));
    CHECK(first.granted);
    CHECK_FALSE(breaker.ask_anyway(clock.after(999ms)).granted);
    const Permit second = breaker.ask_anyway(clock.after(1ms));
    CHECK(second.granted);
    CHECK_FALSE(second.probe);
    CHECK(breaker.state(clock.now) == BreakerState::open);
    breaker.report(second, Verdict::failure, clock.now);
    CHECK_FALSE(breaker.ask_anyway(clock.now).granted);

    breaker.report(breaker.ask_anyway(clock.after(1s)), Verdict::success, clock.now);
    CHECK(breaker.ask(clock.now).granted);
    breaker.report(first, Verdict::failure, clock.now);
    CHECK(breaker.ask(clock.now).granted);
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
  }

  TEST_CASE("failures in panic do not prolong the open time") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    trip(breaker, clock.now);
    const SteadyTime reopens = breaker.reopens_at();
    while (clock.now < reopens) {
      const Permit permit = breaker.ask_anyway(clock.now);
      REQUIRE(permit.granted);
      breaker.report(permit, Verdict::failure, clock.now);
      CHECK(breaker.reopens_at() == reopens);
      clock.after(1s);
    }
    run(breaker, clock.now, "f");
    CHECK(breaker.reopens_at() == clock.now + 10s);
  }

  TEST_CASE("times out of order are harmless") {
    VirtualClock clock;
    Breaker breaker(kNoJitter);
    run(breaker, clock.now, "sss");
    for (int i = 0; i < 40; ++i) run(breaker, clock.now - i * 1s, i % 3 == 0 ? "f" : "s");
    CHECK(breaker.state(clock.now) == BreakerState::closed);
    run(breaker, SteadyTime{}, "ffff");
    CHECK(breaker.ask(clock.now).probe);
  }

  TEST_CASE("a probe is over when its answer begins, and its end counts in the trial") {
    Breaker breaker(kNoJitter);
    VirtualClock clock;
    trip(breaker, clock.now);
    clock.now = breaker.reopens_at();
    const Permit probe = breaker.ask(clock.now);
    REQUIRE(probe.probe);
    CHECK_FALSE(breaker.ask(clock.now).granted);
    const Permit rest = breaker.answered(probe, clock.now);
    CHECK(rest.granted);
    CHECK_FALSE(rest.probe);
    CHECK(breaker.answered(rest, clock.now).generation == rest.generation);  // said once
    run(breaker, clock.now, "ffff");
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
    breaker.report(rest, Verdict::failure, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::open);
    // What is left of an earlier time changes nothing.
    breaker.answered(probe, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::open);
  }

  TEST_CASE("a check that goes well begins the trial of a benched breaker, whenever it comes") {
    Breaker breaker(kNoJitter);
    VirtualClock clock;
    trip(breaker, clock.now);
    breaker.check(Verdict::neutral, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::open);
    CHECK(!breaker.ask(clock.now).granted);
    breaker.check(Verdict::success, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::half_open);
    CHECK(breaker.ask(clock.now).granted);
    clock.now += 10s;
    breaker.check(Verdict::success, clock.now);
    CHECK(breaker.changed());
    CHECK(breaker.state(clock.now) == BreakerState::closed);
  }

  TEST_CASE("checks that fail open a breaker, and keep it open when its probe is due") {
    Breaker breaker(kNoJitter);
    VirtualClock clock;
    for (int i = 0; i < 4; ++i) breaker.check(Verdict::failure, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::closed);
    breaker.check(Verdict::failure, clock.now);
    CHECK(breaker.changed());
    REQUIRE(breaker.state(clock.now) == BreakerState::open);
    const SteadyTime due = breaker.reopens_at();
    breaker.check(Verdict::failure, clock.now);
    CHECK(breaker.reopens_at() == due);
    breaker.check(Verdict::failure, due);
    CHECK(breaker.reopens_at() == due + 10s);
  }

  TEST_CASE("a check that goes well forgives no failed request") {
    Breaker breaker(kNoJitter);
    VirtualClock clock;
    run(breaker, clock.now, "ffff");
    breaker.check(Verdict::success, clock.now);
    CHECK(breaker.state(clock.now) == BreakerState::closed);
    run(breaker, clock.now, "f");
    CHECK(breaker.state(clock.now) == BreakerState::open);
  }
}

}  // namespace arouter
