// The life of one request. Start reading here.
//
// Every call below is a stage and lives in the file of its name. A stage returns a Result; the
// first failure ends the run. settle() runs once for every exchange, whatever came before, and
// before the last byte of the answer goes out.
//
// Threads: an exchange stays on the loop that accepted it; nothing here takes a lock.
#include "daemon/pipeline.hpp"

#include "daemon/api/api.hpp"
#include "daemon/edge/body.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/guard.hpp"
#include "daemon/edge/options.hpp"
#include "daemon/log.hpp"
#include "daemon/stages/admit.hpp"
#include "daemon/stages/attempt.hpp"
#include "daemon/stages/authenticate.hpp"
#include "daemon/stages/relay.hpp"
#include "daemon/stages/route.hpp"
#include "daemon/stages/settle.hpp"
#include "daemon/stages/translate.hpp"

namespace arouter::daemon {

namespace {

/// What may be written to a half-closed client before its answer has begun: every client must skip
/// interim responses, and one that is gone answers with a reset.
constexpr std::string_view kProbe = "HTTP/1.1 100 Continue\r\n\r\n";

/// What an earlier attempt has learnt of its answer is not true of this one.
void begin_attempt(Exchange& exchange, const Endpoint& endpoint) {
  exchange.endpoint = &endpoint;
  ++exchange.attempt;
  exchange.upstream_id.clear();
  exchange.finish_reason.clear();
  exchange.usage = {};
  exchange.cost = {};
  exchange.content_bytes = 0;
  exchange.first_byte_us = -1;
}

Awaitable<Result<void>> try_endpoint(Exchange& exchange, const Endpoint& endpoint,
                                     Services& services) {
  begin_attempt(exchange, endpoint);
  const UpstreamRequest request = translate(exchange, endpoint, services);
  exchange.credential = request.key != nullptr ? request.key->value.reveal() : std::string_view();
  const Result<std::unique_ptr<UpstreamAnswer>> answer =
      co_await attempt(exchange, request, services);
  if (!answer) co_return answer.error();
  UpstreamAnswer& open = **answer;
  exchange.cancel_upstream = [&open] { open.cancel(); };
  Result<void> relayed = co_await relay(exchange, open);
  exchange.cancel_upstream = nullptr;
  co_return relayed;
}

/// Fallback: the next endpoint is tried as long as the failure allows it and nobody has seen a
/// byte of an answer.
Awaitable<Result<void>> try_plan(Exchange& exchange, Services& services) {
  exchange.client.set_probe(exchange.head.minor_version >= 1 ? kProbe : std::string_view());
  exchange.client.watch([&exchange] {
    if (exchange.cancel_upstream) exchange.cancel_upstream();
  });
  Result<void> outcome;
  for (const Endpoint* endpoint : exchange.plan) {
    outcome = co_await try_endpoint(exchange, *endpoint, services);
    if (outcome || !outcome.error().retryable || exchange.answer_started) break;
    if (exchange.client.gone() || exchange.aborted) break;
    if (Clock::now() >= exchange.started + endpoint->timeouts.total) break;
  }
  exchange.client.unwatch();
  exchange.lease = {};
  if (!outcome && exchange.aborted && !exchange.answer_started) {
    // Broken off by us: no fault of the provider's.
    outcome = client_error(ErrorKind::draining, "the daemon is stopping");
  }
  co_return outcome;
}

Result<void> peek(Exchange& exchange) {
  Result<Peek> request = openai::peek_request(exchange.body);
  if (!request) return request.error();
  exchange.request = std::move(*request);
  return {};
}

Awaitable<Result<void>> call_model(Exchange& exchange, Services& services) {
  if (Result<void> read = co_await read_body(exchange, services); !read) co_return read;
  if (Result<void> peeked = peek(exchange); !peeked) co_return peeked;
  if (Result<void> routed = route(exchange); !routed) co_return routed;
  if (Result<void> admitted = admit(exchange, services); !admitted) co_return admitted;
  co_return co_await try_plan(exchange, services);
}

Awaitable<Result<void>> run_stages(Exchange& exchange, Services& services) {
  const RequestHead& head = exchange.head;
  const ServerConfig& server = exchange.config().server;
  if (Result<void> good = check_caller(head, server, exchange.port); !good) co_return good;
  exchange.route = find_route(head.path);
  if (exchange.route.id == RouteId::none) {
    if (Result<void> known = authenticate(exchange, services); !known) co_return known;
    co_return no_such_route(head);
  }
  if (Result<void> takes = check_method(head, exchange.route); !takes) co_return takes;
  const bool is_call = exchange.route.id == RouteId::call && head.method == "POST";
  const bool has_body = head.framing == BodyFraming::chunked || head.content_length != 0;
  if (!is_call && has_body) {
    co_return client_error(ErrorKind::bad_request, "this request must not have a body");
  }
  if (head.method == "OPTIONS") {
    answer_options(exchange);
    co_return Result<void>{};
  }
  if (exchange.route.id != RouteId::healthz && exchange.route.id != RouteId::root) {
    if (Result<void> known = authenticate(exchange, services); !known) co_return known;
  }
  if (!is_call) co_return co_await answer_api(exchange, services);
  if (exchange.route.name != "chat.completions") {
    co_return client_error(ErrorKind::not_implemented, "this route is not served yet");
  }
  if (services.draining) co_return client_error(ErrorKind::draining, "the daemon is stopping");
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
