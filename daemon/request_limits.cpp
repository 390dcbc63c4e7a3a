#include "daemon/request_limits.hpp"

#include <algorithm>

#include "daemon/limits/claims.hpp"
#include "daemon/log.hpp"
#include "shared/limits/ask.hpp"

namespace arouter::daemon {

namespace {

std::int64_t nanoseconds(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

limits::Offer offer_of(const Endpoint& endpoint) {
  return {.pricing = &endpoint.pricing, .max_completion_tokens = endpoint.max_completion_tokens};
}

bool counts_use(const NamedClaim& each) {
  return each.claim.limits.tokens_per_minute.limited() || each.claim.limits.budget.has_value();
}

bool is_hard(const NamedClaim& each) {
  return each.claim.limits.budget && each.claim.limits.budget->hard;
}

/// Counting tokens, and what looks at a provider's own paths or clears them up.
bool is_free(const Exchange& exchange) {
  if (exchange.proxied == nullptr || exchange.is_known) {
    return exchange.route.call == CallKind::count_tokens;
  }
  const std::string_view method = exchange.head.method;
  return method == "GET" || method == "HEAD" || method == "DELETE";
}

/// The bound over every endpoint that may serve the request. What a caller pays himself, with a
/// key of his own, is no cost of ours.
limits::Demand demand_of(const Exchange& exchange, const limits::Ask& ask) {
  std::optional<limits::Reservation> all;
  const auto add = [&](const Endpoint& endpoint, bool is_byok) {
    limits::Reservation one = limits::reserve(ask, offer_of(endpoint));
    if (is_byok) {
      one.most = one.estimate = Money{};
      one.is_priced = true;
    }
    if (all) {
      limits::widen(*all, one);
    } else {
      all = one;
    }
  };
  for (std::size_t i = 0; i < exchange.plan.kept; ++i) {
    const routing::Candidate& each = exchange.plan.candidates[i];
    add(*each.endpoint, each.caller_key != nullptr);
  }
  if (exchange.plan.kept == 0 && exchange.endpoint != nullptr) {
    const Provider& provider = *exchange.endpoint->provider;
    add(*exchange.endpoint, find_caller_key(exchange.caller_keys, provider) != nullptr);
  }
  return all ? limits::demand_of(*all) : limits::Demand{};
}

void log_alert(const Exchange& exchange, const BudgetAlert& alert) {
  log_line(LogLevel::warn,
           exchange.request_id + " " + log_text(exchange.caller.claims[alert.claim]) +
               " has spent " + std::to_string(alert.percent) + " % of its budget: " +
               encode_money(alert.spent) + " of " + encode_money(alert.budget.limit) + " USD (" +
               std::string(limits::period_name(alert.budget.period)) + ")");
}

}  // namespace

Result<void> hold_limits(Exchange& exchange, Services& services) {
  Caller& caller = exchange.caller;
  Limiter& limiter = services.shared.limiter;
  exchange.request.user = user_of(*caller.key, exchange.request.user);
  std::vector<NamedClaim> named = claims_of(*caller.key, exchange.request.user, exchange.model,
                                            exchange.config().limits, limiter);
  if (named.empty()) return {};

  limits::Demand demand;
  if (!is_free(exchange) && std::any_of(named.begin(), named.end(), counts_use)) {
    const limits::Ask ask = limits::ask_of(exchange.route.call, exchange.body, exchange.request,
                                           exchange.started_us / 1'000'000);
    demand = demand_of(exchange, ask);
    if (std::any_of(named.begin(), named.end(), is_hard)) caller.capped = ask;
  }
  std::vector<Claim> claims;
  for (NamedClaim& each : named) {
    claims.push_back(each.claim);
    caller.claims.push_back(std::move(each.name));
  }
  const limits::Instant now{.steady_ns = nanoseconds(Clock::now()), .unix_s = unix_seconds()};
  Admission admission = limiter.admit(claims, demand, now);
  caller.rates = admission.header;
  if (admission.refusal) return limits::refusal_error(*admission.refusal);
  caller.lease.emplace(std::move(admission.lease));
  return {};
}

void settle_limits(Exchange& exchange) {
  Caller& caller = exchange.caller;
  if (!caller.lease) return;
  const Usage& usage = exchange.usage;
  const limits::Actual actual{.tokens = usage.input_tokens + usage.output_tokens,
                              .cost = exchange.cost.is_byok ? Money{} : exchange.cost.total};
  for (const BudgetAlert& alert : caller.lease->settle(actual, nanoseconds(Clock::now()))) {
    log_alert(exchange, alert);
  }
  caller.lease.reset();
}

std::int64_t output_cap(const Exchange& exchange, const Endpoint& endpoint) {
  const std::optional<limits::Ask>& ask = exchange.caller.capped;
  if (!ask || exchange.caller_key != nullptr) return 0;
  return limits::reserve(*ask, offer_of(endpoint)).cap_to_send;
}

}  // namespace arouter::daemon
