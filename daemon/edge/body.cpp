#include "daemon/edge/body.hpp"

#include "shared/http/chunked.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kAllBodies = 256 * 1024 * 1024;
constexpr std::size_t kSmall = 64 * 1024;  // not counted: the head's buffers are as large
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Result<void> check_type(const RequestHead& head) {
  const std::string_view* encoding = head.fields.find("content-encoding");
  if (encoding != nullptr && !same_name(*encoding, "identity")) {
    return client_error(ErrorKind::unsupported_media_type,
                        "compressed request bodies are not accepted");
  }
  const std::string_view* type = head.fields.find("content-type");
  const std::string_view text = type == nullptr ? std::string_view() : *type;
  const std::size_t semicolon = text.find(';');
  std::string_view media = text.substr(0, semicolon);
  while (media.ends_with(' ')) media.remove_suffix(1);
  const std::string_view charset =
      semicolon == std::string_view::npos ? std::string_view() : text.substr(semicolon + 1);
  const bool plain = charset.find('=') == std::string_view::npos ||
                     list_holds(charset, "charset=utf-8") ||
                     list_holds(charset, "charset=\"utf-8\"");
  if (same_name(media, "application/json") && plain) return {};
  return client_error(ErrorKind::unsupported_media_type,
                      "Content-Type must be application/json, in UTF-8 (with curl: -H "
                      "'Content-Type: application/json')");
}

Error too_large(const Exchange& exchange) {
  return client_error(ErrorKind::body_too_large,
                      "the request body is larger than " +
                          std::to_string(exchange.config().server.max_body_bytes) + " bytes");
}

/// A floor on the rate: the base allowance plus a second for every 64 KiB that has come.
TimePoint body_deadline(const Exchange& exchange, TimePoint begun) {
  const std::size_t received = exchange.body.size() + exchange.unread.size();
  return begun + exchange.config().server.body +
         std::chrono::seconds(static_cast<std::int64_t>(received / (64 * 1024)));
}

Awaitable<Result<void>> read_more_of(Exchange& exchange, TimePoint begun) {
  const ClientRead how =
      co_await exchange.client.read_more(exchange.unread, body_deadline(exchange, begun));
  if (how == ClientRead::data) co_return Result<void>{};
  if (how == ClientRead::timeout) {
    co_return client_error(ErrorKind::request_timeout, "the request body did not come in time");
  }
  co_return client_error(ErrorKind::bad_request, "the request body ended early");
}

/// Counts a body of `size` bytes, before it is there. False: all bodies together are too much.
bool charge(Exchange& exchange, Services& services, std::size_t size) {
  if (size <= kSmall || size <= exchange.body_charge) return true;
  const std::size_t more = size - exchange.body_charge;
  const std::size_t held = services.shared.body_bytes.fetch_add(more, std::memory_order_relaxed);
  exchange.body_charge = size;
  return held + more <= kAllBodies;
}

Error too_much() {
  Error full = client_error(ErrorKind::overloaded, "too many large requests at once; try again");
  full.source = ErrorSource::internal;
  full.retry_after_s = 1;
  return full;
}

Awaitable<Result<void>> read_by_length(Exchange& exchange) {
  const TimePoint begun = Clock::now();
  const std::size_t length = exchange.head.content_length;
  while (exchange.unread.size() < length) {
    if (Result<void> more = co_await read_more_of(exchange, begun); !more) co_return more;
  }
  if (exchange.unread.size() == length) {
    exchange.body.swap(exchange.unread);
  } else {
    exchange.body = exchange.unread.substr(0, length);
    exchange.unread.erase(0, length);
  }
  co_return Result<void>{};
}

Awaitable<Result<void>> read_chunked(Exchange& exchange, Services& services) {
  const TimePoint begun = Clock::now();
  ChunkedDecoder decoder(ErrorKind::bad_request);
  for (;;) {
    const Result<std::size_t> used = decoder.feed(exchange.unread, exchange.body);
    if (!used) co_return used.error();
    exchange.unread.erase(0, *used);
    const std::uint64_t most = exchange.config().server.max_body_bytes;
    if (exchange.body.size() > most) co_return too_large(exchange);
    if (!charge(exchange, services, exchange.body.size())) co_return too_much();
    if (decoder.done()) co_return Result<void>{};
    if (Result<void> more = co_await read_more_of(exchange, begun); !more) co_return more;
  }
}

}  // namespace

Awaitable<Result<void>> read_body(Exchange& exchange, Services& services, BodyRule rule) {
  const RequestHead& head = exchange.head;
  // What is not read may come in any coding: it is the provider's to decode.
  if (rule == BodyRule::json) {
    if (Result<void> good = check_type(head); !good) co_return good;
  }
  if (head.framing == BodyFraming::none) {
    if (rule == BodyRule::any) {
      exchange.body_read = true;
      co_return Result<void>{};
    }
    co_return client_error(ErrorKind::bad_request, "the request has no body");
  }
  if (head.content_length > exchange.config().server.max_body_bytes) co_return too_large(exchange);
  if (!charge(exchange, services, head.content_length)) co_return too_much();
  if (head.expects_continue && !co_await exchange.client.write(kContinue)) {
    co_return client_error(ErrorKind::bad_request, "the client has left");
  }
  Result<void> outcome;
  if (head.framing == BodyFraming::chunked) {
    outcome = co_await read_chunked(exchange, services);
  } else {
    outcome = co_await read_by_length(exchange);
  }
  if (!outcome) co_return outcome;
  exchange.body_read = true;
  co_return outcome;
}

void drop_body(Exchange& exchange, Services& services) {
  services.shared.body_bytes.fetch_sub(exchange.body_charge, std::memory_order_relaxed);
  exchange.body_charge = 0;
  exchange.body = std::string();
}

}  // namespace arouter::daemon
