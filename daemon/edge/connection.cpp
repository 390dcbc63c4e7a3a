#include "daemon/edge/connection.hpp"

#include "daemon/edge/error_answer.hpp"
#include "daemon/pipeline.hpp"

namespace arouter::daemon {

namespace {

constexpr HeadLimits kLimits{};
constexpr std::size_t kLingerBytes = 64 * 1024;
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kKeptBuffer = 4 * 1024;

std::int64_t unix_microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Connection::Connection(Socket socket, std::uint16_t port, Services& services)
    : services_(services),
      port_(port),
      client_(std::make_shared<Client>(std::move(socket), services.deadlines)) {}

Connection::~Connection() {
  client_->close();
}

/// Reads until a whole head stands at the front of in_.
Awaitable<Connection::Next> Connection::read_head() {
  // By value: nothing pins the configuration while the connection is idle.
  const milliseconds header = services_.config().server.header;
  const milliseconds idle = services_.config().server.idle;
  TimePoint deadline = Clock::now() + (first_ ? header : idle);
  bool begun = !in_.empty();
  if (begun) deadline = Clock::now() + header;
  first_ = false;
  for (;;) {
    if (begun) {
      const Result<bool> whole = decode_request_head(in_, kLimits, *head_);
      if (!whole) {
        co_await refuse(whole.error());
        co_return Next::refused;
      }
      if (*whole) co_return Next::request;
    }
    idle_ = !begun;
    if (idle_ && services_.draining) co_return Next::closed;
    const ClientRead how = co_await client_->read_more(in_, deadline);
    idle_ = false;
    if (how == ClientRead::timeout && begun) {
      co_await refuse(
          client_error(ErrorKind::request_timeout, "the request's head did not come in time"));
      co_return Next::refused;
    }
    if (how != ClientRead::data) co_return Next::closed;
    if (!begun) deadline = Clock::now() + header;
    begun = true;
  }
}

/// Answers a request that could not even be read; afterwards framing is lost.
Awaitable<void> Connection::refuse(const Error& error) {
  const std::string answer = encode_head_error(error, generation_id(next_row_id()));
  const bool sent = co_await client_->write(answer);
  if (sent) co_await linger();
}

/// Waits for the client to have read our last words: closing at once with bytes unread would reset
/// the connection and take the answer away from it (RFC 9112 section 9.6).
Awaitable<void> Connection::linger() {
  client_->shut_down_sending();
  const TimePoint deadline = Clock::now() + kLinger;
  std::string ignored;
  while (ignored.size() < kLingerBytes) {
    const ClientRead how = co_await client_->read_more(ignored, deadline);
    if (how != ClientRead::data) co_return;
  }
}

/// Serves the request whose head is in in_. False: the connection is at its end.
Awaitable<bool> Connection::serve_one() {
  Exchange exchange(*client_, *head_);
  exchange.port = port_;
  exchange.row_id = next_row_id();
  exchange.request_id = generation_id(exchange.row_id);
  exchange.started_us = unix_microseconds();
  exchange.runtime = services_.runtime;
  // To keep an HTTP/1.0 connection open would take a header of its own; nobody misses it.
  exchange.keep_alive = head_->keep_alive && head_->minor_version >= 1;
  exchange.unread = in_.substr(head_->size);
  exchange_ = &exchange;
  co_await serve(exchange, services_);
  exchange_ = nullptr;
  in_ = std::move(exchange.unread);
  if (in_.empty() && in_.capacity() > kKeptBuffer) in_ = std::string();
  if (exchange.keep_alive) co_return true;
  if (!client_->gone() && !client_->aborted()) co_await linger();
  co_return false;
}

Awaitable<void> Connection::run() {
  for (;;) {
    const Next next = co_await read_head();
    if (next != Next::request) co_return;
    const bool goes_on = co_await serve_one();
    if (!goes_on) co_return;
  }
}

void Connection::close_if_idle() {
  if (idle_) client_->cancel();
  const bool drains = exchange_ != nullptr && exchange_->drain.begun();
  if (drains && exchange_->cancel_upstream) exchange_->cancel_upstream();
}

void Connection::abort() {
  client_->abort();
  if (exchange_ == nullptr) return;
  exchange_->aborted = true;
  if (exchange_->cancel_upstream) exchange_->cancel_upstream();
}

}  // namespace arouter::daemon
