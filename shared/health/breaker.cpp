#include "shared/health/breaker.hpp"

#include <algorithm>

namespace arouter {

namespace {

constexpr std::uint8_t kMostDoublings = 32;

/// Sebastiano Vigna's splitmix64 (public domain, 2015): any seed is a good one.
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

}  // namespace

// There is one for each provider and key.
static_assert(sizeof(Breaker) <= 256);

Breaker::Breaker(const BreakerRules& rules, std::uint64_t seed) : rules_(rules), random_(seed) {
  rules_.window = std::max(rules_.window, BreakerRules::Duration(10));
}

Permit Breaker::ask(SteadyTime now) {
  changed_ = false;
  end_trial(now);
  if (phase_ == Phase::benched) return now < reopens_at_ ? Permit{} : probe(now);
  if (phase_ == Phase::trial) {
    if (on_trial_ >= trial_places_) return {};
    ++on_trial_;
  }
  return {.granted = true, .generation = generation_};
}

Permit Breaker::ask_anyway(SteadyTime now) {
  if (const Permit permit = ask(now); permit.granted) return permit;
  if (panicked_ && now - panicked_at_ < rules_.panic_interval) return {};
  panicked_ = true;
  panicked_at_ = now;
  if (phase_ == Phase::trial) {
    ++on_trial_;
  } else if (const Permit permit = probe(now); permit.granted) {
    return permit;
  }
  return {.granted = true, .generation = generation_};
}

void Breaker::report(const Permit& permit, Verdict verdict, SteadyTime now) {
  changed_ = false;
  end_trial(now);
  if (!permit.granted || permit.generation != generation_) return;
  if (phase_ == Phase::benched) {
    // What passed beside the probe, in panic, can only do good.
    if (permit.probe || verdict == Verdict::success) end_probe(verdict, now);
    return;
  }
  if (phase_ == Phase::trial) {
    if (on_trial_ != 0) --on_trial_;
    if (verdict == Verdict::success) ++trial_places_;
  }
  if (verdict == Verdict::neutral) return;
  count(verdict == Verdict::failure, now);
  if (verdict == Verdict::failure) judge(now);
}

void Breaker::check(Verdict verdict, SteadyTime now) {
  changed_ = false;
  end_trial(now);
  if (verdict == Verdict::neutral) return;
  const bool fails = verdict == Verdict::failure;
  if (phase_ == Phase::benched) {
    if (!fails || now >= reopens_at_) end_probe(verdict, now);
  } else if (fails) {
    count(true, now);
    judge(now);
  }
}

/// After one more of them.
void Breaker::judge(SteadyTime now) {
  const std::uint32_t enough = rules_.min_requests / (phase_ == Phase::trial ? 4 : 1);
  if ((rules_.consecutive != 0 && in_a_row_ >= rules_.consecutive) ||
      (enough != 0 && overrun(enough, rules_.failure_percent))) {
    open(now);
  } else if (phase_ == Phase::trial && overrun(1, rules_.failure_percent / 2)) {
    proven_at_ = std::max(proven_at_, now + rules_.proof);
  }
}

Permit Breaker::answered(const Permit& permit, SteadyTime now) {
  const bool decides =
      phase_ == Phase::benched && permit.granted && permit.generation == generation_;
  if (!decides) return permit;
  report(permit, Verdict::success, now);
  return ask(now);  // a place of the trial that this began
}

BreakerState Breaker::state(SteadyTime now) const {
  if (phase_ == Phase::closed) return BreakerState::closed;
  if (phase_ == Phase::trial) {
    return now < proven_at_ ? BreakerState::half_open : BreakerState::closed;
  }
  return now < reopens_at_ ? BreakerState::open : BreakerState::half_open;
}

/// The probe's place, if it is free.
Permit Breaker::probe(SteadyTime now) {
  if (probing_ && now - probed_at_ < rules_.probe_limit) return {};
  probing_ = true;
  probed_at_ = now;
  return {.granted = true, .probe = true, .generation = ++generation_};
}

/// Time alone ends a trial: whoever comes first after `proven_at_` notices.
void Breaker::end_trial(SteadyTime now) {
  if (phase_ != Phase::trial || now < proven_at_) return;
  phase_ = Phase::closed;
  changed_ = true;
}

void Breaker::end_probe(Verdict verdict, SteadyTime now) {
  probing_ = false;
  ++generation_;  // a second report of this permit comes too late
  if (verdict == Verdict::success) {
    phase_ = Phase::trial;
    on_trial_ = 0;
    trial_places_ = rules_.trial_places;
    proven_at_ = std::max(now + rules_.proof, opened_at_ + 2 * rules_.proof);
    steps_ = {};
    in_a_row_ = 0;
  } else if (verdict == Verdict::failure) {
    last_failure_ = std::max(last_failure_, now);
    // One sent early, by the panic rule, must not drive the open time up once a second.
    if (now >= reopens_at_) bench(now);
  }
}

void Breaker::count(bool failed, SteadyTime now) {
  const auto size = static_cast<std::int64_t>(steps_.size());
  const std::int64_t latest = now.time_since_epoch() / (rules_.window / size);
  if (latest - step_ >= size) {
    steps_ = {};
    step_ = latest;
  }
  while (step_ < latest) steps_[static_cast<std::size_t>(++step_ % size)] = {};
  Step& step = steps_[static_cast<std::size_t>(step_ % size)];
  ++step.requests;
  if (!failed) {
    in_a_row_ = 0;
    return;
  }
  ++step.failures;
  ++in_a_row_;
  last_failure_ = std::max(last_failure_, now);
}

/// Whether the window holds so many requests, and too many failures among them.
bool Breaker::overrun(std::uint32_t min_requests, std::uint32_t percent) const {
  std::uint64_t requests = 0, failures = 0;
  for (const Step& step : steps_) {
    requests += step.requests;
    failures += step.failures;
  }
  return requests >= min_requests && failures * 100 >= requests * percent;
}

/// From closed, or back from a trial, which is no change.
void Breaker::open(SteadyTime now) {
  if (phase_ == Phase::closed) {
    const auto healthy = std::max(now - proven_at_, SteadyTime::duration::zero());
    const auto forgotten = healthy / std::max(rules_.forget, BreakerRules::Duration(1));
    doublings_ -= static_cast<std::uint8_t>(std::min<std::int64_t>(doublings_, forgotten));
    opened_at_ = now;
    changed_ = true;
  }
  bench(now);
}

void Breaker::bench(SteadyTime now) {
  phase_ = Phase::benched;
  ++generation_;
  reopens_at_ = now + open_time();
}

BreakerRules::Duration Breaker::open_time() {
  const std::int64_t jitter = rules_.jitter_percent;
  const BreakerRules::Duration longest = rules_.open_cap * 100 / (100 + jitter);
  BreakerRules::Duration time = rules_.open;
  for (int i = 0; i < doublings_ && time < longest; ++i) time *= 2;
  if (time < longest && doublings_ < kMostDoublings) ++doublings_;
  // Per mille, so that breakers that opened together part.
  const auto drawn = static_cast<std::int64_t>(next_random(random_) >> 32) % (20 * jitter + 1);
  return std::min(time, longest) * (1000 - 10 * jitter + drawn) / 1000;
}

}  // namespace arouter
