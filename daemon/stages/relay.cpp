#include "daemon/stages/relay.hpp"

#include "daemon/edge/answer.hpp"
#include "shared/formats/error_message.hpp"
#include "shared/formats/openai/facts.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostBody = 64 * 1024 * 1024;

bool is_event_stream(const UpstreamAnswer& answer) {
  const std::string_view* type = answer.fields().find("content-type");
  if (type == nullptr) return false;
  constexpr std::string_view kStream = "text/event-stream";
  return type->size() >= kStream.size() && same_name(type->substr(0, kStream.size()), kStream);
}

Awaitable<Result<std::string>> read_whole(Exchange& exchange, UpstreamAnswer& answer) {
  const Timeouts& timeouts = exchange.endpoint->timeouts;
  const TimePoint total = exchange.started + timeouts.total;
  std::string body;
  for (;;) {
    const TimePoint deadline = std::min(total, Clock::now() + timeouts.progress);
    const Result<bool> more = co_await answer.read_body(body, deadline);
    if (!more) {
      Error error = more.error();
      error.provider = exchange.endpoint->provider->name;
      co_return error;
    }
    if (!*more) co_return body;
    if (body.size() > kMostBody) co_return malformed_answer(exchange, "an answer of over 64 MiB");
  }
}

}  // namespace

Error malformed_answer(const Exchange& exchange, const char* what) {
  const std::string& provider = exchange.endpoint->provider->name;
  Error error =
      upstream_error(ErrorKind::upstream_malformed, "provider '" + provider + "' sent " + what);
  error.provider = provider;
  return error;
}

Error error_inside(const Exchange& exchange, std::string_view body) {
  const std::string& provider = exchange.endpoint->provider->name;
  std::string message = find_error_message(body, exchange.credential);
  if (message.empty()) message = "provider '" + provider + "' reported an error inside its answer";
  Error error = upstream_error(ErrorKind::upstream_refused, std::move(message));
  error.provider = provider;
  return error;
}

std::string truth_fields(const Exchange& exchange) {
  std::string fields;
  fields.reserve(192);
  append_field(fields, "X-Request-Id", exchange.request_id);
  append_field(fields, "X-Generation-Id", exchange.request_id);
  append_field(fields, "X-ARouter-Provider", exchange.endpoint->provider->name);
  append_field(fields, "X-ARouter-Model", exchange.model);
  return fields;
}

Awaitable<Result<void>> relay_whole(Exchange& exchange, UpstreamAnswer& answer) {
  exchange.first_byte_us = elapsed_us(exchange);
  Result<std::string> body = co_await read_whole(exchange, answer);
  if (!body) co_return body.error();
  Result<ReplyFacts> facts = openai::read_facts(*body);
  if (!facts) co_return malformed_answer(exchange, "an answer that is not valid JSON");
  if (facts->is_error) co_return error_inside(exchange, *body);
  if (!facts->has_answer) co_return malformed_answer(exchange, "an answer without choices");

  exchange.upstream_id = std::move(facts->id);
  exchange.finish_reason = std::move(facts->finish_reason);
  exchange.content_bytes = facts->content_bytes;
  std::vector<Edit> edits;
  if (facts->usage) {
    exchange.usage = *facts->usage;
    exchange.cost = cost_of(exchange.usage, exchange.endpoint->pricing);
    if (exchange.endpoint->pricing.known) {
      edits = openai::cost_edits(*body, facts->usage_value, exchange.cost);
    }
  }
  std::size_t size = body->size();
  for (const Edit& edit : edits) size += edit.text.size() - (edit.end - edit.begin);
  exchange.status = 200;
  AnswerHead head{.content_length = size, .keep_alive = exchange.keep_alive};
  head.fields = truth_fields(exchange);
  exchange.tail = encode_head(head);
  exchange.tail.reserve(exchange.tail.size() + size);
  append_spliced(exchange.tail, *body, std::move(edits));
  co_return Result<void>{};
}

Awaitable<Result<void>> relay(Exchange& exchange, UpstreamAnswer& answer) {
  const bool streamed = is_event_stream(answer);
  if (streamed != exchange.request.stream) {
    co_return malformed_answer(exchange, streamed ? "a stream that was not asked for"
                                                  : "no event stream where one was asked for");
  }
  // Two statements: g++ 12 copies the temporaries of a conditional with co_await byte by byte.
  if (streamed) co_return co_await relay_stream(exchange, answer);
  co_return co_await relay_whole(exchange, answer);
}

}  // namespace arouter::daemon
