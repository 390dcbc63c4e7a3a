// The life of one request. Start reading here.
//
// The calls below are the stages; what each is for stands at its declaration. A stage returns a
// Result; the first failure ends the run. settle() runs once for every exchange, whatever came
// before, and before the last byte of the answer goes out.
//
// Threads: an exchange stays on the loop that accepted it; nothing here takes a lock.
#include "daemon/pipeline.hpp"

#include "daemon/api/api.hpp"
#include "daemon/edge/body.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/guard.hpp"
#include "daemon/edge/options.hpp"
#include "daemon/edge/proxy_path.hpp"
#include "daemon/log.hpp"
#include "daemon/stages/admit.hpp"
#include "daemon/stages/attempt.hpp"
#include "daemon/stages/authenticate.hpp"
#include "daemon/stages/estimate_count.hpp"
#include "daemon/stages/proxy.hpp"
#include "daemon/stages/relay.hpp"
#include "daemon/stages/route.hpp"
#include "daemon/stages/settle.hpp"
#include "daemon/stages/translate.hpp"
#include "shared/formats/registry.hpp"
#include "shared/http/query.hpp"

namespace arouter::daemon {

namespace {

/// What may be written to a half-closed client before its answer has begun: every client must skip
/// interim responses, and one that is gone answers with a reset.
constexpr std::string_view kProbe = "HTTP/1.1 100 Continue\r\n\r\n";

/// What an earlier attempt has learnt of its answer is not true of this one.
void begin_attempt(Exchange& exchange, const PlanStep& step) {
  exchange.lease = {};  // before the next is asked for: it may be of the same provider
  exchange.endpoint = step.endpoint;
  exchange.upstream_format = step.format;
  ++exchange.attempt;
  exchange.losses = {};
  exchange.upstream_id.clear();
  exchange.finish_reason.clear();
  exchange.usage = {};
  exchange.cost = {};
  exchange.content_bytes = 0;
  exchange.first_byte_us = -1;
}

Awaitable<Result<void>> try_endpoint(Exchange& exchange, const PlanStep& step, Services& services) {
  begin_attempt(exchange, step);
  const Result<UpstreamRequest> request = translate(exchange, step, services);
  if (!request) co_return request.error();
  const Result<std::unique_ptr<UpstreamAnswer>> answer =
      co_await attempt(exchange, *request, services);
  if (!answer) co_return answer.error();
  UpstreamAnswer& open = **answer;
  exchange.cancel_upstream = [&open] { open.cancel(); };
  Result<void> relayed = co_await relay(exchange, open);
  exchange.cancel_upstream = nullptr;
  co_return relayed;
}

/// From here on a client that leaves ends the call.
void watch_client(Exchange& exchange) {
  exchange.client.set_probe(exchange.head.minor_version >= 1 ? kProbe : std::string_view());
  exchange.client.watch([&exchange] {
    if (exchange.cancel_upstream) exchange.cancel_upstream();
  });
}

Result<void> end_attempts(Exchange& exchange, Result<void> outcome) {
  exchange.cancel_upstream = nullptr;
  exchange.client.unwatch();
  exchange.lease = {};
  if (!outcome && exchange.aborted && !exchange.answer_started) {
    // Broken off by us: no fault of the provider's.
    return client_error(ErrorKind::draining, "the daemon is stopping");
  }
  return outcome;
}

/// Fallback: the next endpoint is tried as long as the failure allows it and nobody has seen a
/// byte of an answer.
Awaitable<Result<void>> try_plan(Exchange& exchange, Services& services) {
  watch_client(exchange);
  Result<void> outcome;
  for (const PlanStep& step : exchange.plan) {
    outcome = co_await try_endpoint(exchange, step, services);
    if (outcome || !outcome.error().retryable || exchange.answer_started) break;
    if (exchange.client.gone() || exchange.aborted) break;
    if (Clock::now() >= exchange.started + step.endpoint->timeouts.total) break;
  }
  co_return end_attempts(exchange, outcome);
}

Result<void> peek(Exchange& exchange) {
  const RouteMatch& route = exchange.route;
  Result<Peek> peeked = exchange.format->peek(route.call, exchange.body);
  if (!peeked) return peeked.error();
  exchange.request = std::move(*peeked);
  if (!route.tail.empty()) {
    // Gemini names the model in the path, and Azure's older routes do.
    Result<std::string> model = percent_decode(route.tail);
    if (!model) return model.error();
    exchange.request.model = std::move(*model);
  }
  if (route.format == "gemini") {
    // Whether to stream stands in the path.
    exchange.request.stream = route.stream;
    exchange.wants_array = route.stream && find_query_value(exchange.head.query, "alt") != "sse";
  }
  // Only OpenAI's clients choose; those of the mirror expect it whatever they say.
  exchange.shows_usage = exchange.request.include_usage || route.mirror || route.format != "openai";
  return {};
}

/// The provider has no count of tokens: some speak a format without that call of it.
bool is_uncounted(const Exchange& exchange, const Error& error) {
  const bool counts = exchange.route.call == CallKind::count_tokens;
  return counts && (error.status == 404 || error.status == 405);
}

Awaitable<Result<void>> call_model(Exchange& exchange, Services& services) {
  if (Result<void> read = co_await read_body(exchange, services); !read) co_return read;
  if (Result<void> peeked = peek(exchange); !peeked) co_return peeked;
  if (Result<void> routed = route(exchange); !routed) co_return routed;
  if (Result<void> admitted = admit(exchange, services); !admitted) co_return admitted;
  if (exchange.plan.empty()) co_return estimate_count(exchange);
  Result<void> outcome = co_await try_plan(exchange, services);
  if (!outcome && is_uncounted(exchange, outcome.error())) co_return estimate_count(exchange);
  co_return outcome;
}

Awaitable<Result<void>> call_provider(Exchange& exchange, Services& services) {
  if (Result<void> read = co_await read_body(exchange, services, BodyRule::any); !read) {
    co_return read;
  }
  if (Result<void> routed = route_proxied(exchange); !routed) co_return routed;
  if (Result<void> admitted = admit(exchange, services); !admitted) co_return admitted;
  const UpstreamRequest request = proxied_request(exchange, services);
  watch_client(exchange);
  Result<void> outcome;
  Result<std::unique_ptr<UpstreamAnswer>> answer = co_await attempt(exchange, request, services);
  if (answer) {
    UpstreamAnswer& open = **answer;
    exchange.cancel_upstream = [&open] { open.cancel(); };
    outcome = co_await relay_proxied(exchange, open);
    exchange.cancel_upstream = nullptr;
  } else {
    outcome = answer.error();
  }
  co_return end_attempts(exchange, outcome);
}

/// A call that no model of Gemini's has: a POST to "models/MODEL:verb". Read, the same path may
/// name a model: "models/llama:8b".
bool is_unknown_verb(const RouteMatch& route, std::string_view method) {
  return route.id == RouteId::model && method == "POST" && route.tail.find(':') != route.tail.npos;
}

/// Where the request goes, and the dialect that it is answered in.
void find_way(Exchange& exchange) {
  const RequestHead& head = exchange.head;
  exchange.proxied = find_proxied(head.path, *exchange.runtime->catalog);
  if (exchange.proxied != nullptr) {
    exchange.format = exchange.proxied->formats.front();
    exchange.route = {.id = RouteId::proxy,
                      .name = "proxy",
                      .methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
                      .tail = {},
                      .format = exchange.format->name()};
    return;
  }
  exchange.route = find_route(head.path);
  exchange.format = find_format(dialect_of(head, exchange.route));
  if (is_unknown_verb(exchange.route, head.method)) exchange.route.id = RouteId::none;
}

Awaitable<Result<void>> run_stages(Exchange& exchange, Services& services) {
  const RequestHead& head = exchange.head;
  const ServerConfig& server = exchange.config().server;
  find_way(exchange);
  if (Result<void> good = check_caller(head, server, exchange.port); !good) co_return good;
  const RouteId route = exchange.route.id;
  if (route == RouteId::none) {
    if (Result<void> known = authenticate(exchange, services); !known) co_return known;
    co_return no_such_route(head);
  }
  if (Result<void> takes = check_method(head, exchange.route); !takes) co_return takes;
  const bool is_proxied = route == RouteId::proxy && head.method != "OPTIONS";
  const bool is_call = route == RouteId::call && head.method == "POST";
  const bool has_body = head.framing == BodyFraming::chunked || head.content_length != 0;
  if (!is_call && !is_proxied && has_body) {
    co_return client_error(ErrorKind::bad_request, "this request must not have a body");
  }
  if (head.method == "OPTIONS") {
    answer_options(exchange);
    co_return Result<void>{};
  }
  if (route != RouteId::healthz && route != RouteId::root) {
    if (Result<void> known = authenticate(exchange, services); !known) co_return known;
  }
  if (!is_call && !is_proxied) co_return co_await answer_api(exchange, services);
  if (services.draining) co_return client_error(ErrorKind::draining, "the daemon is stopping");
  if (is_proxied) co_return co_await call_provider(exchange, services);
  co_return co_await call_model(exchange, services);
}

}  // namespace

Awaitable<void> serve(Exchange& exchange, Services& services) {
  Result<void> outcome;
  try {
    outcome = co_await run_stages(exchange, services);
  } catch (const std::exception& bug) {
    // Ours throw nothing; a library's surprise must not end the process or lose the row.
    outcome = internal_error(bug.what());
    exchange.cancel_upstream = nullptr;
    exchange.client.unwatch();
    exchange.close_after_tail = true;
  }
  if (services.draining) exchange.keep_alive = false;
  if (!outcome && !exchange.answer_started) answer_error(exchange, outcome.error());
  settle(exchange, services, outcome);
  drop_body(exchange, services);
  if (!co_await exchange.client.write(exchange.tail)) exchange.keep_alive = false;
  if (exchange.close_after_tail) exchange.keep_alive = false;
}

}  // namespace arouter::daemon
