// What a breaker promises whatever happens, tried on random events under a virtual clock.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "shared/health/breaker.hpp"
#include "tests/unit/shared/health/virtual_clock.hpp"

namespace arouter {

namespace {

using test::VirtualClock;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr BreakerRules kRules{};
constexpr unsigned kSeeds = 150;
constexpr int kSteps = 2'000;

/// Watches a breaker from outside, and keeps the permits under way.
class Watched {
 public:
  explicit Watched(std::uint64_t seed) : breaker_(kRules, seed) {}

  bool ask(SteadyTime now, bool panic = false) {
    const bool open = breaker_.state(now) == BreakerState::open;
    const Permit permit = panic ? breaker_.ask_anyway(now) : breaker_.ask(now);
    see(now);
    if (!permit.granted) return false;
    REQUIRE((panic || !open));
    if (panic && open) {
      REQUIRE((!last_panic_ || now - *last_panic_ >= kRules.panic_interval));
      last_panic_ = now;
    }
    if (permit.probe) {
      REQUIRE((!probed_at_ || now - *probed_at_ >= kRules.probe_limit));  // never two
      probed_at_ = now;
    }
    running_.push_back({permit, benchings_});
    return true;
  }

  void report(std::size_t index, Verdict verdict, SteadyTime now) {
    const Running ended = running_[index];
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    spent_ = ended;
    report_now(ended, verdict, now, false);
  }

  /// A second report of what was reported before.
  void report_again(Verdict verdict, SteadyTime now) {
    if (spent_ && (spent_->permit.probe || spent_->benchings != benchings_)) {
      report_now(*spent_, verdict, now, true);
    }
  }

  void lose(std::size_t index) {
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  std::size_t running() const { return running_.size(); }
  const Breaker& breaker() const { return breaker_; }
  const std::vector<SteadyTime>& changes() const { return changes_; }

 private:
  struct Running {
    Permit permit;
    int benchings;  // so many there had been when it began
  };

  void report_now(const Running& ended, Verdict verdict, SteadyTime now, bool spent) {
    const BreakerState before = breaker_.state(now);
    const SteadyTime reopened = breaker_.reopens_at();
    const bool stale = spent || (ended.benchings != benchings_);
    breaker_.report(ended.permit, verdict, now);
    if (stale) {
      REQUIRE(breaker_.state(now) == before);
      REQUIRE(breaker_.reopens_at() == reopened);
    } else if (ended.permit.probe) {
      probed_at_.reset();
    }
    if (breaker_.reopens_at() != reopened) {
      ++benchings_;
      probed_at_.reset();
      REQUIRE(verdict == Verdict::failure);
      REQUIRE(breaker_.reopens_at() - now >= kRules.open * 8 / 10);
      REQUIRE(breaker_.reopens_at() - now <= kRules.open_cap);
    } else if (before == BreakerState::open && breaker_.state(now) != BreakerState::open) {
      probed_at_.reset();  // a pass of the panic rule began the trial
      REQUIRE(verdict == Verdict::success);
    }
    see(now);
  }

  void see(SteadyTime now) {
    const bool open = breaker_.state(now) != BreakerState::closed;
    if (breaker_.changed()) {
      // One call may notice that it closed meanwhile, and open it.
      if (open == open_) changes_.push_back(now);
      changes_.push_back(now);
    } else {
      REQUIRE(open == open_);
    }
    open_ = open;
    // Two changes in 2 x proof at most: three in a row span that.
    if (changes_.size() >= 3) {
      const auto span = changes_.back() - changes_[changes_.size() - 3];
      REQUIRE(span >= 2 * kRules.proof);
    }
  }

  Breaker breaker_;
  std::deque<Running> running_;
  std::optional<Running> spent_;
  std::optional<SteadyTime> probed_at_, last_panic_;
  std::vector<SteadyTime> changes_;
  int benchings_ = 0;
  bool open_ = false;
};

milliseconds random_pause(std::mt19937& random) {
  switch (random() % 8) {
    case 0:
      return 0ms;
    case 1:
      return milliseconds(random() % 10'000);
    case 2:
      return random() % 16 == 0 ? milliseconds(random() % 900'000) : 1ms;
    default:
      return milliseconds(random() % 100);
  }
}

Verdict random_verdict(std::mt19937& random, unsigned long failing_percent) {
  if (random() % 10 == 0) return Verdict::neutral;
  return random() % 100 < failing_percent ? Verdict::failure : Verdict::success;
}

/// Random events; the upstream's mood changes now and then.
void live(Watched& watched, VirtualClock& clock, std::mt19937& random, int steps) {
  unsigned long failing_percent = 50;
  for (int i = 0; i < steps; ++i) {
    clock.after(random_pause(random));
    if (random() % 50 == 0) failing_percent = random() % 3 * 50;
    const std::size_t running = watched.running();
    const std::size_t any = running == 0 ? 0 : random() % running;
    switch (random() % 10) {
      case 0:
        watched.ask(clock.now, true);
        break;
      case 1:
        if (running != 0 && random() % 8 == 0) watched.lose(any);
        break;
      case 2:
        watched.report_again(random_verdict(random, 50), clock.now);
        break;
      case 3:
      case 4:
      case 5:
        watched.ask(clock.now);
        break;
      default:
        if (running != 0) watched.report(any, random_verdict(random, failing_percent), clock.now);
    }
  }
}

}  // namespace

TEST_SUITE("breaker, random") {
  TEST_CASE("never two probes, never oscillating, deaf to what is past") {
    std::size_t changes = 0;
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      Watched watched(seed);
      live(watched, clock, random, kSteps);
      changes += watched.changes().size();
    }
    CHECK(changes > kSeeds * 10);  // the events were such as to change something
  }

  TEST_CASE("once the upstream is well, the breaker closes and stays closed") {
    for (unsigned seed = 0; seed < kSeeds; ++seed) {
      INFO("seed ", seed);
      std::mt19937 random(seed);
      VirtualClock clock;
      Watched watched(seed);
      live(watched, clock, random, static_cast<int>(random() % kSteps));

      const bool lost = random() % 2 == 0;  // what runs is never heard of
      const SteadyTime healed = clock.now;
      while (watched.running() != 0) {
        if (lost) {
          watched.lose(0);
        } else {
          watched.report(0, Verdict::success, clock.now);
        }
      }
      const milliseconds pause{1 + random() % 2'000};
      const SteadyTime closed_by =
          healed + kRules.open_cap + kRules.probe_limit + 2 * kRules.proof + 2 * pause;
      while (clock.now < closed_by) {
        if (watched.ask(clock.now)) watched.report(0, Verdict::success, clock.now);
        clock.after(pause);
      }
      REQUIRE(watched.breaker().state(clock.now) == BreakerState::closed);
      for (int i = 0; i < 100; ++i) {
        REQUIRE(watched.ask(clock.after(pause)));
        watched.report(0, Verdict::success, clock.now);
      }
      CHECK(watched.breaker().state(clock.now) == BreakerState::closed);
    }
  }
}

}  // namespace arouter
