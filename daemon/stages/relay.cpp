#include "daemon/stages/relay.hpp"

#include <algorithm>
#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/options.hpp"
#include "shared/date.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/error_message.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostBody = 64 * 1024 * 1024;

bool is_event_stream(const UpstreamAnswer& answer) {
  const std::string_view* type = answer.fields().find("content-type");
  if (type == nullptr) return false;
  constexpr std::string_view kStream = "text/event-stream";
  return type->size() >= kStream.size() && same_name(type->substr(0, kStream.size()), kStream);
}

/// We ask for none: to unpack it would be to let a provider name the size of what we hold. Other
/// words in that field are no coding, whatever their server means by them.
bool is_compressed(const UpstreamAnswer& answer) {
  const std::string_view* coding = answer.fields().find("content-encoding");
  if (coding == nullptr) return false;
  constexpr std::array<std::string_view, 6> kCodings{"gzip",     "x-gzip", "deflate",
                                                     "compress", "br",     "zstd"};
  return std::any_of(kCodings.begin(), kCodings.end(),
                     [&](std::string_view each) { return list_holds(*coding, each); });
}

/// No stream where one was asked for: some providers say in this way that they cannot answer.
Awaitable<Result<void>> relay_unstreamed(Exchange& exchange, UpstreamAnswer& answer) {
  const Result<std::string> body = co_await read_whole(exchange, answer);
  if (body) {
    const Result<ReplyFacts> facts =
        exchange.upstream_format->read_reply(exchange.route.call, *body);
    if (facts && facts->is_error) co_return error_inside(exchange, *body);
  }
  co_return malformed_answer(exchange, "no event stream where one was asked for");
}

}  // namespace

void note_answered(Exchange& exchange) {
  const Provider& provider = *exchange.endpoint->provider;
  exchange.runtime->health_of(provider).answered(exchange.turn, Clock::now());
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
    // Bytes that never pause leave no wait for the deadline to break into.
    if (Clock::now() >= total) co_return overdue_answer(exchange);
  }
}

Error malformed_answer(const Exchange& exchange, const char* what) {
  const std::string& provider = exchange.endpoint->provider->name;
  Error error =
      upstream_error(ErrorKind::upstream_malformed, "provider '" + provider + "' sent " + what);
  error.provider = provider;
  return error;
}

Error overdue_answer(const Exchange& exchange) {
  const std::string& provider = exchange.endpoint->provider->name;
  Error error = upstream_error(ErrorKind::upstream_timeout,
                               "provider '" + provider + "' did not end its answer in time");
  error.provider = provider;
  return error;
}

Error error_inside(const Exchange& exchange, std::string_view body) {
  return provider_error({.status = 200,
                         .body = body,
                         .secret = exchange.credential,
                         .provider = exchange.endpoint->provider->name,
                         .is_callers = exchange.caller_key != nullptr});
}

Error reported_error(const Exchange& exchange, Error error) {
  for (std::string* text : {&error.message, &error.detail, &error.param}) {
    *text = mask_secret(std::move(*text), exchange.credential);
  }
  error.provider = exchange.endpoint->provider->name;
  if (exchange.caller_key != nullptr) error = about_caller_key(std::move(error));
  const int status = http_status(error);
  if (status == 429 || status == 503) error.retry_after_s = std::max(error.retry_after_s, 1U);
  return error;
}

std::string truth_fields(const Exchange& exchange) {
  std::string fields;
  fields.reserve(192);
  append_request_id(fields, exchange);
  append_allowed_origin(fields, exchange);
  append_field(fields, "X-Generation-Id", exchange.request_id);
  append_field(fields, "X-ARouter-Provider", exchange.endpoint->provider->name);
  if (!exchange.model.empty()) append_field(fields, "X-ARouter-Model", exchange.model);
  if (!exchange.losses.empty()) {
    append_field(fields, "X-ARouter-Dropped", exchange.losses.list());
  }
  if (exchange.endpoint->expires_s != 0) {
    append_field(fields, "Sunset", encode_http_date(exchange.endpoint->expires_s));  // RFC 8594
  }
  append_explained(fields, exchange);
  append_rates(fields, exchange);
  fields += exchange.passed_fields;
  return fields;
}

AnswerSpelling answer_spelling(const Exchange& exchange) {
  const std::optional<chat::Request>& request = exchange.translation.chat;
  return {.request_id = exchange.request_id,
          .now_s = exchange.started_us / 1'000'000,
          .include_usage = exchange.shows_usage,
          .request = request ? &*request : nullptr};
}

Awaitable<Result<void>> relay(Exchange& exchange, UpstreamAnswer& answer) {
  if (is_compressed(answer)) {
    co_return malformed_answer(exchange, "a compressed answer, which it was asked not to do");
  }
  const bool streamed = is_event_stream(answer);
  if (streamed != exchange.request.stream) {
    if (!streamed) co_return co_await relay_unstreamed(exchange, answer);
    co_return malformed_answer(exchange, "a stream that was not asked for");
  }
  // Two statements: g++ 12 copies the temporaries of a conditional with co_await byte by byte.
  if (streamed) co_return co_await relay_stream(exchange, answer);
  co_return co_await relay_whole(exchange, answer);
}

}  // namespace arouter::daemon
