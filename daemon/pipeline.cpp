// The life of one request. Start reading here.
//
// Every call below is a stage and lives in the file of its name. A stage returns a Result; the
// first failure ends the run. settle() runs once for every exchange, whatever came before, and
// before the last byte of the answer goes out.
//
// Threads: an exchange stays on the loop that accepted it; nothing here takes a lock.
#include "daemon/pipeline.hpp"

#include "daemon/api/api.hpp"
#include "daemon/edge/answer.hpp"
#include "daemon/edge/body.hpp"
#include "daemon/edge/guard.hpp"
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

Error no_such_route(const RequestHead& head) {
  const std::string nearest = nearest_route(head.path);
  return client_error(ErrorKind::not_found,
                      "there is no such route" +
                          (nearest.empty() ? std::string() : "; did you mean " + nearest + "?"));
}

/// The answer to OPTIONS: what the route takes, and for a listed Origin the permission to call.
void answer_options(Exchange& exchange) {
  exchange.status = 204;
  AnswerHead head{
      .status = 204, .content_type = {}, .content_length = 0, .keep_alive = exchange.keep_alive};
  append_field(head.fields, "Allow", exchange.route.methods);
  if (const auto origin = allowed_origin(exchange.head, exchange.config().server);
      !origin.empty()) {
    append_field(head.fields, "Access-Control-Allow-Origin", origin);
    append_field(head.fields, "Access-Control-Allow-Methods", exchange.route.methods);
    append_field(head.fields, "Access-Control-Allow-Headers",
                 "authorization, content-type, x-api-key, x-goog-api-key, api-key");
    append_field(head.fields, "Vary", "Origin");
  }
  exchange.tail = encode_head(head);
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
  if (!takes_method(exchange.route, head.method)) {
    co_return client_error(ErrorKind::method_not_allowed,
                           "this route takes " + std::string(exchange.route.methods));
  }
  const bool is_call = exchange.route.id == RouteId::chat_completions && head.method == "POST";
  const bool has_body = head.framing == BodyFraming::chunked || head.content_length != 0;
  if (!is_call && has_body) {
    co_return client_error(ErrorKind::bad_request, "this request must not have a body");
  }
  if (head.method == "OPTIONS") {
    answer_options(exchange);
    co_return Result<void>{};
  }
  if (exchange.route.id != RouteId::healthz) {
    if (Result<void> known = authenticate(exchange, services); !known) co_return known;
  }
  if (!is_call) co_return co_await answer_api(exchange, services);
  if (services.draining) co_return client_error(ErrorKind::draining, "the daemon is stopping");
  co_return co_await call_model(exchange, services);
}

/// Puts an error that came before any byte of an answer into the tail.
void answer_error(Exchange& exchange, Error error) {
  if (error.kind == ErrorKind::draining && error.retry_after_s == 0) error.retry_after_s = 1;
  // Without the body's end nothing behind it can be found.
  const bool body_left = exchange.head.framing != BodyFraming::none && !exchange.body_read;
  if (body_left) exchange.keep_alive = false;
  exchange.status = static_cast<std::uint16_t>(http_status(error));
  const std::string body = openai::encode_error(
      error, {.request_id = exchange.request_id, .number_codes = exchange.route.mirror});
  AnswerHead head{
      .status = exchange.status, .content_length = body.size(), .keep_alive = exchange.keep_alive};
  append_field(head.fields, "X-Request-Id", exchange.request_id);
  if (error.retry_after_s != 0) {
    append_field(head.fields, "Retry-After", std::to_string(error.retry_after_s));
  }
  if (error.kind == ErrorKind::method_not_allowed) {
    append_field(head.fields, "Allow", exchange.route.methods);
  }
  if (exchange.admitted) append_field(head.fields, "X-Generation-Id", exchange.request_id);
  // We have tried every endpoint: a client that tries all of them again would multiply attempts.
  if (exchange.attempt > 1) append_field(head.fields, "X-Should-Retry", "false");
  exchange.tail = encode_head(head);
  if (exchange.head.method != "HEAD") exchange.tail += body;
}

}  // namespace

std::string encode_head_error(const Error& error, std::string_view request_id) {
  const std::string body = openai::encode_error(error, {.request_id = request_id});
  AnswerHead head{.status = http_status(error), .content_length = body.size(), .keep_alive = false};
  append_field(head.fields, "X-Request-Id", request_id);
  if (error.retry_after_s != 0) {
    append_field(head.fields, "Retry-After", std::to_string(error.retry_after_s));
  }
  if (error.kind == ErrorKind::method_not_allowed) {
    append_field(head.fields, "Allow", "GET, HEAD, POST, OPTIONS");
  }
  return encode_head(head) + body;
}

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
