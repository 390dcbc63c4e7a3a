#include "daemon/fallback.hpp"

#include <algorithm>

#include "daemon/attempt_report.hpp"
#include "daemon/client_watch.hpp"
#include "daemon/fetched_token.hpp"
#include "daemon/stages/attempt.hpp"
#include "daemon/stages/proxy.hpp"
#include "daemon/stages/relay.hpp"
#include "daemon/stages/translate.hpp"
#include "shared/health/back_off.hpp"
#include "shared/health/panic.hpp"

namespace arouter::daemon {

namespace {

using routing::Candidate;

/// Why none of a provider's keys could be used.
Error hindered(const KeyTurn& turn, const Provider& provider, SteadyTime now) {
  const std::string who = "provider '" + provider.name + "' ";
  Error error;
  switch (turn.hindrance) {
    case KeyHindrance::cooling:
      error = upstream_error(
          ErrorKind::rate_limited,
          who + (provider.keys.empty() ? "has said to wait"
                                       : "limits every key that it may be asked with"));
      break;
    case KeyHindrance::revoked:
      error = upstream_error(ErrorKind::upstream_auth,
                             who + "refuses every key that it may be asked with");
      break;
    case KeyHindrance::busy:
      error = upstream_error(ErrorKind::overloaded, who + "has as many requests as its keys allow");
      break;
    case KeyHindrance::foreign:
    case KeyHindrance::none:
      error = upstream_error(ErrorKind::upstream_auth, who + "has no key for this model");
      break;
    case KeyHindrance::open:
      error = upstream_error(ErrorKind::overloaded,
                             who + "has failed lately and is left alone for a while");
      error.code = "no_healthy_upstream";
      break;
  }
  error.provider = provider.name;
  const bool is_timed = turn.hindrance != KeyHindrance::revoked && turn.ready_at > now;
  if (is_timed) {
    error.retry_after_s = static_cast<std::uint32_t>(seconds_until(turn.ready_at, now).count());
  }
  return error;
}

/// What an earlier attempt has learnt of its answer is not true of this one.
void begin_attempt(Exchange& exchange, const Candidate& candidate, const KeyTurn& turn,
                   const routing::CallerKey* caller_key) {
  exchange.lease = {};  // before the next is asked for: it may be of the same provider
  exchange.endpoint = candidate.endpoint;
  exchange.upstream_format = candidate.format;
  exchange.model = candidate.model->id;
  exchange.turn = turn;
  exchange.caller_key = caller_key;
  exchange.credential = {};
  exchange.token = nullptr;
  ++exchange.attempt;
  exchange.losses = {};
  exchange.upstream_id.clear();
  exchange.finish_reason.clear();
  exchange.usage = {};
  exchange.cost = {};
  exchange.content_bytes = 0;
  exchange.first_byte_us = -1;
  exchange.upstream_status = 0;
  exchange.request_sent = false;
  exchange.attempt_began_us = elapsed_us(exchange);
}

Awaitable<Result<void>> ask_endpoint(Exchange& exchange, Services& services) {
  if (needs_token(exchange)) {
    const Result<void> fetched = co_await fetch_token(exchange, services);
    if (!fetched) co_return fetched.error();
  }
  const Result<UpstreamRequest> request = translate(exchange);
  if (!request) co_return request.error();
  const Result<std::unique_ptr<UpstreamAnswer>> answer =
      co_await attempt(exchange, *request, services);
  if (!answer) co_return answer.error();
  const OpenAnswer open(exchange, **answer);
  co_return co_await relay(exchange, **answer);
}

/// Whether the provider may have done the work without our seeing the answer.
bool is_ambiguous(const Exchange& exchange) {
  const int status = exchange.upstream_status;
  return exchange.request_sent && (status == 0 || (status >= 200 && status < 300));
}

class Attempts {
 public:
  Attempts(Exchange& exchange, Services& services) : exchange_(exchange), services_(services) {}

  Awaitable<Result<void>> run() {
    const routing::Plan& plan = exchange_.plan;
    for (std::size_t i = 0; i < plan.kept && !ended_; ++i) {
      if (!failed_.empty()) co_await leave_alone(plan.candidates[i]);
      if (!ended_) co_await try_keys(i);
    }
    if (!ended_ && exchange_.attempt == 0) co_await try_anyway();
    co_return told(outcome_);
  }

 private:
  ProviderHealth& health_of(const Candidate& candidate) {
    return exchange_.runtime->health_of(*candidate.endpoint->provider);
  }

  /// Waits before a provider that has failed in this request is asked again.
  Awaitable<void> leave_alone(const Candidate& candidate) {
    const auto failures = std::count(failed_.begin(), failed_.end(), candidate.endpoint->provider);
    if (failures == 0) co_return;
    if (health_of(candidate).is_open(candidate.endpoint->model, Clock::now())) co_return;
    Timer timer(services_.loop, back_off(static_cast<std::uint32_t>(failures), services_.random()));
    exchange_.cancel_upstream = [&timer] { timer.cancel(); };
    co_await timer.async_wait(kAwaitTuple);
    exchange_.cancel_upstream = nullptr;
    ended_ = exchange_.client.gone() || exchange_.aborted;
  }

  /// Every key of one endpoint, the caller's own first, until one gets an answer.
  Awaitable<void> try_keys(std::size_t index) {
    const Candidate& candidate = exchange_.plan.candidates[index];
    if (candidate.caller_key != nullptr) {
      co_await try_once(candidate, {}, candidate.caller_key);
      if (ended_ || !failed_for_key() || is_kept_for_others(index)) co_return;
      if (candidate.endpoint->provider->needs_caller_key()) co_return;
    }
    std::vector<std::size_t> tried;
    while (!ended_) {
      const SteadyTime now = Clock::now();
      const KeyTurn turn =
          health_of(candidate).take(candidate.endpoint->model, exchange_.seed, tried, now);
      if (!turn.granted()) {
        if (tried.empty()) note_hindrance(candidate, turn, now);
        if (turn.hindrance == KeyHindrance::cooling) note_wait(seconds_until(turn.ready_at, now));
        co_return;
      }
      tried.push_back(turn.key);
      co_await try_once(candidate, turn);
      if (ended_ || !failed_for_key() || is_kept_for_others(index)) co_return;
    }
  }

  /// The last attempt is for another provider's endpoint, where there is one: many bad keys of one
  /// provider must not use up what the others are there for.
  bool is_kept_for_others(std::size_t index) const {
    const routing::Plan& plan = exchange_.plan;
    if (exchange_.attempt + 1U < exchange_.config().routing.max_attempts) return false;
    const auto begin = plan.candidates.begin();
    return std::any_of(begin + static_cast<std::ptrdiff_t>(index) + 1,
                       begin + static_cast<std::ptrdiff_t>(plan.kept), [&](const Candidate& each) {
                         return each.endpoint->provider !=
                                plan.candidates[index].endpoint->provider;
                       });
  }

  /// Everybody is benched: rather than refuse for as long as the longest bench, one is asked.
  Awaitable<void> try_anyway() {
    if (!panicking(benched_, exchange_.plan.kept)) co_return;
    for (const Candidate* candidate : oldest_failure_first()) {
      const KeyTurn turn =
          health_of(*candidate).take_anyway(candidate->endpoint->model, Clock::now());
      if (!turn.granted()) continue;
      co_await try_once(*candidate, turn);
      co_return;
    }
  }

  std::vector<const Candidate*> oldest_failure_first() {
    const SteadyTime now = Clock::now();
    std::vector<std::pair<SteadyTime, const Candidate*>> timed;
    for (std::size_t i = 0; i < exchange_.plan.kept; ++i) {
      const Candidate& each = exchange_.plan.candidates[i];
      timed.emplace_back(health_of(each).oldest_failure(each.endpoint->model, now), &each);
    }
    std::stable_sort(timed.begin(), timed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const Candidate*> candidates;
    for (const auto& [failure, candidate] : timed) candidates.push_back(candidate);
    return candidates;
  }

  Awaitable<void> try_once(const Candidate& candidate, const KeyTurn& turn,
                           const routing::CallerKey* caller_key = nullptr) {
    begin_attempt(exchange_, candidate, turn, caller_key);
    outcome_ = co_await ask_endpoint(exchange_, services_);
    if (!outcome_ && drop_refused_token(exchange_)) {
      outcome_ = co_await ask_endpoint(exchange_, services_);
    }
    report_attempt(exchange_, outcome_);
    if (!outcome_ && blame_of(outcome_.error()) == Blame::credential_limited) {
      note_wait(std::chrono::seconds(outcome_.error().retry_after_s));
    }
    if (!outcome_ && blame_of(outcome_.error()) == Blame::endpoint) {
      failed_.push_back(candidate.endpoint->provider);
    }
    ended_ = outcome_.has_value() || !may_go_on(candidate);
  }

  bool failed_for_key() const { return is_about_credential(blame_of(outcome_.error())); }

  bool may_go_on(const Candidate& candidate) {
    const Error error = outcome_.error();
    if (!error.retryable || exchange_.answer_started) return false;
    if (exchange_.client.gone() || exchange_.aborted) return false;
    const RoutingConfig& rules = exchange_.config().routing;
    if (exchange_.attempt >= rules.max_attempts) return false;
    if (Clock::now() >= exchange_.started + candidate.endpoint->timeouts.total) return false;
    if (!exchange_.request_sent) return true;  // nobody was bothered
    // What is wrong with a caller's key is no failure that others' retries should pay for.
    if (exchange_.caller_key != nullptr && failed_for_key()) return !exchange_.caller_key->only;
    if (is_ambiguous(exchange_)) {
      if (!rules.retry_ambiguous || was_ambiguous_) return false;
      was_ambiguous_ = true;
    }
    return retries_.begin(exchange_, health_of(candidate));
  }

  void note_hindrance(const Candidate& candidate, const KeyTurn& turn, SteadyTime now) {
    if (turn.hindrance == KeyHindrance::open) ++benched_;
    if (exchange_.attempt > 0) return;  // what was tried says more
    Error error = hindered(turn, *candidate.endpoint->provider, now);
    const bool is_sooner = !hindered_ || (error.retry_after_s != 0 &&
                                          error.retry_after_s < outcome_.error().retry_after_s);
    if (is_sooner) outcome_ = std::move(error);
    hindered_ = true;
  }

  void note_wait(std::chrono::seconds wait) {
    if (wait.count() > 0) soonest_ = std::min(soonest_, wait);
  }

  /// Of several limited keys the client hears of the one that is free first.
  Result<void> told(Result<void> outcome) const {
    if (outcome || outcome.error().kind != ErrorKind::rate_limited) return outcome;
    Error error = outcome.error();
    const std::chrono::seconds last(error.retry_after_s);
    error.retry_after_s = static_cast<std::uint32_t>(std::min(last, soonest_).count());
    return error;
  }

  /// The retries that were granted, given back when the request ends.
  class Retries {
   public:
    bool begin(const Exchange& exchange, ProviderHealth& health) {
      if (!health.retry_began()) return false;
      runtime_ = exchange.runtime;
      granted_.push_back(&health);
      return true;
    }
    Retries() = default;
    Retries(const Retries&) = delete;
    Retries& operator=(const Retries&) = delete;
    ~Retries() {
      for (ProviderHealth* each : granted_) each->retry_ended();
    }

   private:
    std::shared_ptr<const Runtime> runtime_;  // keeps them alive
    std::vector<ProviderHealth*> granted_;
  };

  Exchange& exchange_;
  Services& services_;
  Retries retries_;
  Result<void> outcome_;
  std::chrono::seconds soonest_ = std::chrono::hours(24 * 365);  // that a limited key is free
  std::vector<const Provider*> failed_;  // in this request, once for each time
  std::size_t benched_ = 0;              // candidates whose breakers are open
  bool ended_ = false;
  bool was_ambiguous_ = false;
  bool hindered_ = false;
};

/// Fills exchange.turn for a call that is tried once, or names the caller's own key. Errors: what
/// benches the keys; no key of the caller's where one is needed.
Result<void> take_key(Exchange& exchange, Services& services) {
  const SteadyTime now = Clock::now();
  const Provider& provider = *exchange.endpoint->provider;
  exchange.caller_key = routing::find_caller_key(exchange.caller_keys, provider);
  if (exchange.caller_key != nullptr) return {};
  if (provider.needs_caller_key()) return routing::missing_caller_key(provider);
  exchange.seed = services.random();
  exchange.turn =
      exchange.runtime->health_of(provider).take(exchange.endpoint->model, exchange.seed, {}, now);
  if (!exchange.turn.granted()) return hindered(exchange.turn, provider, now);
  return {};
}

/// One call in the provider's own words; a second one when it refuses the token of the first.
Awaitable<Result<void>> ask_proxied(Exchange& exchange, Services& services) {
  for (bool may_renew = true;; may_renew = false) {
    if (needs_token(exchange)) {
      const Result<void> fetched = co_await fetch_token(exchange, services);
      if (!fetched) co_return fetched.error();
    }
    const UpstreamRequest request = proxied_request(exchange);
    Result<std::unique_ptr<UpstreamAnswer>> answer = co_await attempt(exchange, request, services);
    if (!answer) co_return answer.error();
    if (may_renew && drop_refused_token(exchange)) continue;
    const OpenAnswer open(exchange, **answer);
    co_return co_await relay_proxied(exchange, **answer);
  }
}

}  // namespace

Awaitable<Result<void>> try_plan(Exchange& exchange, Services& services) {
  watch_client(exchange, services);
  // Counted where its failures would be: with its first choice.
  const Candidate& first = exchange.plan.candidates.front();
  ProviderHealth& health = exchange.runtime->health_of(*first.endpoint->provider);
  health.request_began();
  Attempts attempts(exchange, services);
  const Result<void> outcome = co_await attempts.run();
  health.request_ended();
  co_return end_attempts(exchange, outcome);
}

Awaitable<Result<void>> try_proxied(Exchange& exchange, Services& services) {
  if (Result<void> lent = take_key(exchange, services); !lent) co_return lent;
  watch_client(exchange, services);
  const Result<void> outcome = co_await ask_proxied(exchange, services);
  report_attempt(exchange, outcome);
  co_return end_attempts(exchange, outcome);
}

}  // namespace arouter::daemon
