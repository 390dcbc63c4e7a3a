#include "daemon/edge/error_answer.hpp"

#include "daemon/edge/answer.hpp"
#include "daemon/edge/options.hpp"
#include "shared/errors/blame.hpp"
#include "shared/formats/openai/errors.hpp"

namespace arouter::daemon {

Error no_such_route(const RequestHead& head) {
  const std::string nearest = nearest_route(head.path);
  return client_error(ErrorKind::not_found,
                      "there is no such route" +
                          (nearest.empty() ? std::string() : "; did you mean " + nearest + "?"));
}

void answer_error(Exchange& exchange, Error error) {
  if (error.kind == ErrorKind::draining && error.retry_after_s == 0) error.retry_after_s = 1;
  // Without the body's end nothing behind it can be found.
  const bool body_left = exchange.head.framing != BodyFraming::none && !exchange.body_read;
  if (body_left) exchange.keep_alive = false;
  exchange.status = static_cast<std::uint16_t>(http_status(error));
  const std::string body = exchange.format->encode_error(
      error, {.request_id = exchange.request_id, .number_codes = exchange.route.mirror});
  AnswerHead head{
      .status = exchange.status, .content_length = body.size(), .keep_alive = exchange.keep_alive};
  append_request_id(head.fields, exchange);
  append_allowed_origin(head.fields, exchange);
  append_field(head.fields, "X-ARouter-Source", error_source(error));
  if (error.retry_after_s != 0) {
    append_field(head.fields, "Retry-After", std::to_string(error.retry_after_s));
  }
  if (error.kind == ErrorKind::method_not_allowed) {
    append_field(head.fields, "Allow", exchange.route.methods);
  }
  if (exchange.admitted) append_field(head.fields, "X-Generation-Id", exchange.request_id);
  append_explained(head.fields, exchange);
  append_rates(head.fields, exchange);
  // We have tried every endpoint: a client that tries all of them again would multiply attempts.
  // A wrong key stays one, and some clients come back with it for minutes.
  const bool is_final = exchange.attempt > 1 || error.kind == ErrorKind::unauthorized;
  if (is_final) append_field(head.fields, "X-Should-Retry", "false");
  exchange.tail = encode_head(head);
  if (exchange.head.method != "HEAD") exchange.tail += body;
}

void append_request_id(std::string& fields, const Exchange& exchange) {
  append_field(fields, "X-Request-Id", exchange.request_id);
  if (exchange.route.format == "anthropic") append_field(fields, "Request-Id", exchange.request_id);
}

void append_explained(std::string& fields, const Exchange& exchange) {
  if (exchange.explained.empty()) return;
  std::string value = exchange.explained;
  for (char& byte : value) {
    if (static_cast<unsigned char>(byte) >= 0x80) byte = '?';
  }
  append_field(fields, "X-ARouter-Explain", value);
}

void append_rates(std::string& fields, const Exchange& exchange) {
  const limits::RateHeader& rates = exchange.caller.rates;
  if (rates.limit == 0) return;
  append_field(fields, "X-RateLimit-Limit", std::to_string(rates.limit));
  append_field(fields, "X-RateLimit-Remaining", std::to_string(rates.remaining));
  append_field(fields, "X-RateLimit-Reset", std::to_string(rates.reset_s));
}

std::string encode_head_error(const Error& error, std::string_view request_id) {
  const std::string body = openai::encode_error(error, {.request_id = request_id});
  AnswerHead head{.status = http_status(error), .content_length = body.size(), .keep_alive = false};
  append_field(head.fields, "X-Request-Id", request_id);
  append_field(head.fields, "X-ARouter-Source", error_source(error));
  if (error.retry_after_s != 0) {
    append_field(head.fields, "Retry-After", std::to_string(error.retry_after_s));
  }
  if (error.kind == ErrorKind::method_not_allowed) {
    append_field(head.fields, "Allow", "GET, HEAD, POST, OPTIONS");
  }
  return encode_head(head) + body;
}

}  // namespace arouter::daemon
