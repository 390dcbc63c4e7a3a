#include "daemon/stages/settle.hpp"

#include <algorithm>
#include <optional>

#include "daemon/log.hpp"
#include "daemon/request_limits.hpp"
#include "shared/date.hpp"

namespace arouter::daemon {

namespace {

Outcome outcome_of(const Exchange& exchange, const Result<void>& result) {
  if (result) return Outcome::ok;
  if (exchange.client.gone()) return Outcome::client_gone;
  return exchange.answer_started ? Outcome::truncated : Outcome::error;
}

/// What a provider that answered has not reported is estimated, and marked as that: all of it, or
/// of a stream that broke off what was said after the last report.
void estimate_missing_usage(Exchange& exchange, bool is_whole) {
  const bool has_answered =
      exchange.status == 200 || (exchange.drain.begun() && exchange.upstream_status / 100 == 2);
  if (exchange.first_byte_us < 0 || !has_answered || !exchange.is_known) return;
  if (exchange.route.call == CallKind::count_tokens) return;
  Usage& usage = exchange.usage;
  const Usage guess = estimate_usage(exchange.body.size(), exchange.content_bytes);
  if (usage.origin == UsageOrigin::none) {
    set_usage(exchange, guess);
  } else if (!is_whole && exchange.finish_reason.empty() &&
             guess.output_tokens > usage.output_tokens) {
    usage.output_tokens = guess.output_tokens;
    usage.origin = UsageOrigin::estimated;
    set_usage(exchange, Usage(usage));
  }
}

/// Whoever gets nothing through a provider's fault pays nothing, whatever was read for it.
/// Source: ARouter, "zero completion insurance".
bool is_forgiven(const Exchange& exchange, const std::optional<Error>& error) {
  if (!error || error->source != ErrorSource::upstream || exchange.client.gone()) return false;
  const std::string& finish = exchange.finish_reason;
  return exchange.usage.output_tokens == 0 && (finish.empty() || finish == "error");
}

/// What the client was sent; 0 when it left before.
std::uint16_t sent_status(const Exchange& exchange) {
  return exchange.client.gone() && !exchange.answer_started ? std::uint16_t{0} : exchange.status;
}

LedgerRow row_of(const Exchange& exchange, const Result<void>& result, std::string_view code) {
  LedgerRow row;
  row.id = exchange.row_id;
  row.started_us = exchange.started_us;
  row.key_hash = exchange.caller.key->hash;
  row.route = exchange.route.name;
  row.model = exchange.request.model;
  if (exchange.endpoint != nullptr) {
    row.provider = exchange.endpoint->provider->name;
    row.upstream_model = exchange.endpoint->model;
  }
  row.upstream_id = exchange.upstream_id;
  row.user = exchange.request.user;
  row.finish_reason = exchange.finish_reason;
  row.error_code = code;
  row.outcome = outcome_of(exchange, result);
  row.streamed = exchange.request.stream;
  row.status = sent_status(exchange);
  row.attempt = exchange.attempt;
  row.usage = exchange.usage;
  row.cost = exchange.cost;
  row.first_byte_us = exchange.first_byte_us;
  row.total_us = elapsed_us(exchange);
  return row;
}

void log_failure(const Exchange& exchange, const Error& error, std::string_view code) {
  static LogThrottle throttle;
  const bool is_trouble = http_status(error) >= 500 && !exchange.client.gone();
  const LogLevel level = is_trouble ? LogLevel::warn : LogLevel::info;
  if (!is_logged(level) || !throttle.admit()) return;
  std::string line = exchange.request_id + " " + std::string(exchange.route.name) +
                     " status=" + std::to_string(exchange.status) + " code=" + std::string(code);
  if (!error.provider.empty()) line += " provider=" + error.provider;
  if (!exchange.request.model.empty()) line += " model=" + log_text(exchange.request.model);
  line += " attempt=" + std::to_string(exchange.attempt) + " " + log_text(error.message);
  if (!error.detail.empty()) line += " (" + log_text(error.detail) + ")";
  if (const std::uint64_t more = throttle.take_held_back(); more > 0) {
    line += " [" + std::to_string(more) + " like it not shown]";
  }
  log_line(level, line);
}

/// What a translation could not carry is told to the operator too.
void log_losses(const Exchange& exchange) {
  static LogThrottle throttle;
  if (exchange.losses.empty() || !is_logged(LogLevel::info) || !throttle.admit()) return;
  std::string line = exchange.request_id + " " + std::string(exchange.route.name) +
                     " dropped=" + exchange.losses.list();
  if (exchange.endpoint != nullptr) line += " provider=" + exchange.endpoint->provider->name;
  line += " model=" + log_text(exchange.request.model);
  log_line(LogLevel::info, line);
}

void count_request(const Exchange& exchange, EndpointCounters& counters) {
  const auto add = [](Counter& counter, std::int64_t count) {
    counter.add(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)));
  };
  counters.requests.add(sent_status(exchange));
  counters.duration.add(elapsed_us(exchange));
  if (exchange.first_byte_us >= 0) counters.first_token.add(exchange.first_byte_us);
  const Usage& usage = exchange.usage;
  add(counters.input_tokens, usage.input_tokens);
  add(counters.output_tokens, usage.output_tokens);
  add(counters.cached_input_tokens, usage.cached_input_tokens);
  add(counters.cache_write_tokens, usage.cache_write_tokens);
  add(counters.reasoning_tokens, usage.reasoning_tokens);
  counters.cost.add(exchange.cost.total);
}

/// A model that is served only for so long is remarked once.
void log_expiry(const Exchange& exchange) {
  if (!exchange.is_listed() || exchange.endpoint->expires_s == 0) return;
  if (!exchange.runtime->health_of(*exchange.endpoint).is_new_expiry()) return;
  log_line(LogLevel::warn, "provider '" + exchange.endpoint->provider->name + "' serves '" +
                               log_text(exchange.endpoint->model) + "' until " +
                               encode_date(exchange.endpoint->expires_s));
}

}  // namespace

void settle(Exchange& exchange, Services& services, const Result<void>& outcome) {
  if (std::exchange(exchange.settled, true)) return;
  const std::optional<Error> error = outcome ? std::nullopt : std::optional(outcome.error());
  std::string code;
  if (error) code = exchange.client.gone() ? "client_gone" : std::string(error_code(*error));
  if (exchange.admitted) {
    estimate_missing_usage(exchange, outcome.has_value());
    if (is_forgiven(exchange, error)) exchange.cost = {.is_byok = exchange.cost.is_byok};
    services.shared.ledger.book(row_of(exchange, outcome, code));
  }
  settle_limits(exchange);
  const RouteId route = exchange.route.id;
  const bool is_call = route == RouteId::call || route == RouteId::proxy;
  if (is_call && exchange.head.method != "OPTIONS") {
    const bool was_asked = exchange.endpoint != nullptr;
    count_request(exchange, was_asked ? exchange.runtime->counters_of(*exchange.endpoint,
                                                                      exchange.is_listed())
                                      : services.shared.unrouted);
  }
  log_expiry(exchange);
  if (error) log_failure(exchange, *error, code);
  log_losses(exchange);
}

}  // namespace arouter::daemon
