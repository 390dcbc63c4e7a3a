// The life of one request. Start reading here.
//
// The calls below are the stages; what each is for stands at its declaration. A stage returns a
// Result; the first failure ends the run. settle() runs once for every exchange, whatever came
// before, and before the last byte of the answer goes out.
//
// Threads: an exchange stays on the loop that accepted it; nothing here takes a lock.
#include "daemon/pipeline.hpp"

#include "daemon/api/api.hpp"
#include "daemon/attempt_report.hpp"
#include "daemon/edge/body.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/guard.hpp"
#include "daemon/edge/options.hpp"
#include "daemon/edge/proxy_path.hpp"
#include "daemon/fallback.hpp"
#include "daemon/log.hpp"
#include "daemon/stages/admit.hpp"
#include "daemon/stages/authenticate.hpp"
#include "daemon/stages/estimate_count.hpp"
#include "daemon/stages/proxy.hpp"
#include "daemon/stages/route.hpp"
#include "daemon/stages/settle.hpp"
#include "shared/formats/registry.hpp"
#include "shared/http/query.hpp"

namespace arouter::daemon {

namespace {

Result<void> peek(Exchange& exchange) {
  const RouteMatch& route = exchange.route;
  Result<Peek> peeked = exchange.format->peek(route.call, exchange.body);
  if (!peeked) return peeked.error();
  exchange.request = std::move(*peeked);
  if (exchange.request.routing.any()) {
    Result<routing::Preferences> wanted =
        routing::decode_preferences(exchange.body, exchange.request.routing);
    if (!wanted) return wanted.error();
    exchange.preferences = std::move(*wanted);
  }
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
  if (Result<void> routed = route(exchange, services); !routed) co_return routed;
  if (wants_plan_only(exchange)) {
    answer_plan(exchange);
    co_return Result<void>{};
  }
  if (Result<void> admitted = admit(exchange, services); !admitted) co_return admitted;
  if (exchange.plan.kept == 0) co_return estimate_count(exchange);
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
  co_return co_await try_proxied(exchange, services);
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
  if (!is_call && !is_proxied && !is_management(route) && has_body) {
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
  if (Result<void> brought = read_caller_keys(exchange); !brought) co_return brought;
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
  if (exchange.turn.granted()) report_attempt(exchange, outcome);
  if (services.draining) exchange.keep_alive = false;
  if (!outcome && !exchange.answer_started) answer_error(exchange, outcome.error());
  settle(exchange, services, outcome);
  drop_body(exchange, services);
  if (!co_await exchange.client.write(exchange.tail)) exchange.keep_alive = false;
  if (exchange.close_after_tail) exchange.keep_alive = false;
}

}  // namespace arouter::daemon
