// The circuit breaker of one provider, or of one of its keys: a pure state machine.
//
//   closed     everybody passes; failures are counted.
//   open       nobody passes until reopens_at().
//   half_open  one probe at a time, until one succeeds; then a few at once, and more by each
//              success: the trial. Failures bench the upstream again sooner than a closed breaker
//              (the share is taken of a quarter of `min_requests`). When `proof` went by, and they
//              were fewer than half of `failure_percent`, it closes.
//
// Closing waits for proof so that an upstream that is well every other second is not announced as
// healed each time a probe meets a good one. The promise, whatever happens: openings lie 2 x
// `proof` apart or more, as do closings; so there are never three changes within 2 x `proof`. The
// steps between open and half_open are no changes in this sense: they are one outage.
//
// A permit belongs to the generation in which it was given. What a request of an earlier generation
// has to report neither trips nor closes anything: it tells of an upstream that was.
// Threads: none; the owner guards it.
#pragma once

#include <array>
#include <cstdint>

#include "shared/health/breaker_rules.hpp"
#include "shared/health/steady_time.hpp"

namespace arouter {

enum class BreakerState : std::uint8_t { closed, open, half_open };

/// How a request went, as far as it tells of the upstream's health. failure: connect, TLS,
/// timeout, 5xx, an answer cut short. neutral: 4xx, 429, client left; nothing is learned.
enum class Verdict : std::uint8_t { success, failure, neutral };

/// Leave to send one request. To be reported once; a probe's report decides, and the sooner the
/// better (with the first event of an answer, say): until then nobody else passes.
struct Permit {
  bool granted = false;
  bool probe = false;
  std::uint64_t generation = 0;
};

class Breaker {
 public:
  /// `seed` decides the jitter; give each breaker its own.
  explicit Breaker(const BreakerRules& rules = {}, std::uint64_t seed = 0);

  /// May a request be sent now?
  Permit ask(SteadyTime now);

  /// As ask(), but for the panic rule (panic.hpp): passes in spite of the state, once per
  /// `panic_interval`, as the probe when its place is free. A success of what passed so begins the
  /// trial; a failure before reopens_at() makes nothing worse.
  Permit ask_anyway(SteadyTime now);

  /// What became of a permit; of one that was not granted, nothing.
  void report(const Permit& permit, Verdict verdict, SteadyTime now);
  /// An answer has begun: a success as to a probe. Returns what its end is to be reported with.
  Permit answered(const Permit& permit, SteadyTime now);

  /// What a check of ours found: no permit is needed. A success begins the trial of who is benched;
  /// elsewhere it says nothing, as clients ask for more. A failure counts as a request's.
  void check(Verdict verdict, SteadyTime now);

  /// Whether the last call opened or closed it: log this once. (A trial ends with time and is
  /// noticed by the next call; where that opens it again, both are one.)
  bool changed() const { return changed_; }

  BreakerState state(SteadyTime now) const;
  /// When the first probe may pass; in the past when not open.
  SteadyTime reopens_at() const { return reopens_at_; }
  /// Of the last failure that counted; the panic rule tries the oldest first.
  SteadyTime last_failure() const { return last_failure_; }

 private:
  // Benched: open, or half open without a success yet.
  enum class Phase : std::uint8_t { closed, benched, trial };
  struct Step {
    std::uint32_t requests = 0, failures = 0;
  };

  Permit probe(SteadyTime now);
  void end_trial(SteadyTime now);
  void end_probe(Verdict verdict, SteadyTime now);
  void count(bool failed, SteadyTime now);
  void judge(SteadyTime now);
  bool overrun(std::uint32_t min_requests, std::uint32_t percent) const;
  void open(SteadyTime now);
  void bench(SteadyTime now);
  BreakerRules::Duration open_time();

  BreakerRules rules_;
  std::array<Step, 10> steps_{};  // by number of the step modulo 10
  std::int64_t step_ = 0;         // number of the latest step since the clock's epoch
  SteadyTime reopens_at_{}, opened_at_{}, proven_at_{}, probed_at_{}, panicked_at_{};
  SteadyTime last_failure_{};
  std::uint64_t random_;
  std::uint64_t generation_ = 1;
  std::uint32_t in_a_row_ = 0;  // failures
  std::uint32_t on_trial_ = 0, trial_places_ = 0;
  std::uint8_t doublings_ = 0;  // of the next open time
  Phase phase_ = Phase::closed;
  bool probing_ = false;
  bool panicked_ = false;
  bool changed_ = false;
};

}  // namespace arouter
