#include "shared/limits/admission.hpp"

#include <algorithm>
#include <limits>

namespace arouter::limits {

namespace {

constexpr std::int64_t kSecond_ns = 1'000'000'000;

std::int64_t seconds_up(std::int64_t ns) noexcept {
  return ns <= 0 ? 0 : (ns - 1) / kSecond_ns + 1;
}

/// From now to the end of the period, for a request that fits into a new one.
std::int64_t wait_for_budget(const Budget& budget, const Spending& spending, Money asked,
                             std::int64_t unix_s) noexcept {
  const bool fits_ever = budget.limit > Money{} && (!budget.hard || asked <= budget.limit);
  if (!fits_ever || budget.period == Period::lifetime) return kNever;
  const std::int64_t end_s = period_end(budget.period, spending.period_number);
  const std::int64_t wait_s = std::max<std::int64_t>(end_s - unix_s, 1);
  return wait_s > kNever / kSecond_ns ? kNever : wait_s * kSecond_ns;
}

/// One subject of a request: what its state becomes, or what refuses.
class Examination {
 public:
  Examination(const Subject& subject, SubjectState& next, const Demand& demand, const Instant& now)
      : subject_(subject), limits_(*subject.limits), next_(next), demand_(demand), now_(now) {}

  /// Takes what the demand asks for out of `next`, which is not to be kept when anything refuses.
  Charge take() {
    take_requests(limits_.requests_per_minute, next_.minute_full_at_ns,
                  LimitKind::requests_per_minute);
    take_requests(limits_.requests_per_day, next_.day_full_at_ns, LimitKind::requests_per_day);
    Charge charge;
    charge.tokens = take_tokens();
    if (limits_.concurrency != 0 && next_.running >= limits_.concurrency) {
      refuse({.kind = LimitKind::concurrency, .wait_ns = kSecond_ns, .limit = limits_.concurrency});
    }
    ++next_.running;
    if (limits_.budget) charge.money = take_money(*limits_.budget);
    return charge;
  }

  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  void refuse(Refusal refusal) {
    refusal.scope = subject_.scope;
    if (!refusal_ || refusal.wait_ns > refusal_->wait_ns) refusal_ = refusal;
  }

  void take_requests(const Rate& rate, std::int64_t& full_at_ns, LimitKind kind) {
    const RateAnswer answer = ask(rate, full_at_ns, 1, now_.steady_ns);
    if (!answer.admitted) {
      refuse({.kind = kind, .wait_ns = answer.wait_ns, .limit = rate.burst, .asked = 1});
    }
    full_at_ns = answer.full_at_ns;
  }

  RateCharge take_tokens() {
    const Rate& rate = limits_.tokens_per_minute;
    if (!rate.limited()) return {};
    const std::int64_t asked = std::max<std::int64_t>(demand_.tokens, 0);
    const RateAnswer answer = ask(rate, next_.tokens.full_at_ns, asked, now_.steady_ns);
    if (!answer.admitted) {
      refuse({.kind = LimitKind::tokens_per_minute,
              .wait_ns = answer.wait_ns,
              .limit = rate.burst,
              .asked = asked});
      return {};
    }
    return charge(next_.tokens, answer, asked);
  }

  Hold take_money(const Budget& budget) {
    enter_period(next_.money, budget.period, now_.unix_s);
    if (budget.hard && !demand_.is_priced) {
      refuse({.kind = LimitKind::price, .wait_ns = kNever, .budget = budget});
      return {};
    }
    const Money asked = budget.hard ? demand_.most : demand_.estimate;
    if (!fits(budget, next_.money, asked)) {
      refuse({.kind = LimitKind::budget,
              .wait_ns = wait_for_budget(budget, next_.money, asked, now_.unix_s),
              .budget = budget,
              .money_asked = asked,
              .money_left = left_of(budget, next_.money)});
      return {};
    }
    return reserve(next_.money, asked);
  }

  const Subject& subject_;
  const Limits& limits_;
  SubjectState& next_;
  const Demand& demand_;
  const Instant& now_;
  std::optional<Refusal> refusal_;
};

void tighten(RateHeader& header, const Rate& rate, std::int64_t full_at_ns, const Instant& now) {
  if (!rate.limited()) return;
  const RateHeader other{
      .limit = rate.burst,
      .remaining = std::max<std::int64_t>(remaining(rate, full_at_ns, now.steady_ns), 0),
      .reset_s = now.unix_s + seconds_up(std::max(full_at_ns, now.steady_ns) - now.steady_ns)};
  const bool is_tighter = header.limit == 0 || other.remaining < header.remaining ||
                          (other.remaining == header.remaining && other.reset_s > header.reset_s);
  if (is_tighter) header = other;
}

RateHeader header_of(std::span<const Subject> subjects, const Instant& now) {
  RateHeader header;
  for (const Subject& each : subjects) {
    tighten(header, each.limits->requests_per_minute, each.state->minute_full_at_ns, now);
    tighten(header, each.limits->requests_per_day, each.state->day_full_at_ns, now);
  }
  return header;
}

/// The first subject with the state of `index`: states that stand twice are one.
std::size_t first_with_state(std::span<const Subject> subjects, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (subjects[i].state == subjects[index].state) return i;
  }
  return index;
}

}  // namespace

bool Limits::any() const {
  return requests_per_minute.limited() || requests_per_day.limited() ||
         tokens_per_minute.limited() || concurrency != 0 || budget.has_value();
}

Decision admit(std::span<const Subject> subjects, const Demand& demand, const Instant& now) {
  Decision decision;
  std::array<SubjectState, kMostSubjects> next;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const std::size_t first = first_with_state(subjects, i);
    if (first == i) next[i] = *subjects[i].state;
    Examination examination(subjects[i], next[first], demand, now);
    decision.charges[i] = examination.take();
    const std::optional<Refusal>& refusal = examination.refusal();
    if (!refusal) continue;
    if (!decision.refusal || refusal->wait_ns > decision.refusal->wait_ns) {
      decision.refusal = refusal;
    }
  }
  if (!decision.refusal) {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      if (first_with_state(subjects, i) == i) *subjects[i].state = next[i];
    }
  }
  decision.header = header_of(subjects, now);
  return decision;
}

std::uint8_t settle(const Limits& limits, SubjectState& state, const Charge& charge,
                    const Actual& actual, std::int64_t steady_ns) noexcept {
  if (state.running > 0) --state.running;
  correct(limits.tokens_per_minute, state.tokens, charge.tokens, actual.tokens, steady_ns);
  if (!limits.budget) return 0;
  return settle(*limits.budget, state.money, charge.money, actual.cost);
}

void release(const Limits& limits, SubjectState& state, const Charge& charge,
             std::int64_t steady_ns) noexcept {
  if (state.running > 0) --state.running;
  correct(limits.tokens_per_minute, state.tokens, charge.tokens, 0, steady_ns);
  if (limits.budget) release(state.money, charge.money);
}

bool is_idle(const SubjectState& state, const Instant& now) noexcept {
  const std::int64_t latest_ns =
      std::max({state.minute_full_at_ns, state.day_full_at_ns, state.tokens.full_at_ns});
  if (state.running != 0 || latest_ns > now.steady_ns) return false;
  const Spending& money = state.money;
  if (money.spent == Money{} && money.held == Money{}) return true;
  return period_number(money.period, now.unix_s) > money.period_number;
}

}  // namespace arouter::limits
