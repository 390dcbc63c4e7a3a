#include "cli/mock/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "cli/mock/http_answer.hpp"

namespace arouter::mock {

namespace {

constexpr HeadLimits kHeadLimits{};
constexpr std::size_t kMostBody = 32 * 1024 * 1024;
constexpr std::size_t kMostBuffered = 512 * 1024 * 1024;  // requests of all connections
constexpr std::size_t kMuchOutput = 64 * 1024;            // enough to write before more is composed
constexpr std::size_t kKeptCapacity = 64 * 1024;
constexpr std::chrono::seconds kIdlePatience{120};
constexpr std::chrono::seconds kRequestPatience{60};  // for the rest of a request
constexpr std::chrono::seconds kWritePatience{60};
constexpr std::chrono::seconds kLingerPatience{2};

Error too_large() {
  return client_error(ErrorKind::body_too_large, "The body is larger than 32 MiB.");
}

void clear_and_shrink(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptCapacity) buffer.shrink_to_fit();
}

}  // namespace

Connection::Connection(int socket, Workbench& bench) : socket_(socket), bench_(bench) {
  extend_deadline(kIdlePatience);
}

Connection::~Connection() {
  bench_.buffered -= noted_;
  ::close(socket_);
}

bool Connection::wants_reading() const {
  if (input_ended_) return false;
  // While an answer is under way, a pipelining client gets no more than one read ahead.
  const bool busy = held_ || stream_ || wants_writing();
  return !busy || in_.empty();
}

void Connection::on_readable() {
  const ssize_t size = ::recv(socket_, bench_.bytes.data(), bench_.bytes.size(), 0);
  if (size < 0) {
    over_ = errno != EAGAIN && errno != EINTR;
    return;
  }
  if (size == 0) {
    input_ended_ = true;
    return advance();
  }
  if (ending_ != Ending::none) return;  // read all the same: a reset would eat the last answer
  if (in_.empty()) extend_deadline(kRequestPatience);
  in_.append(bench_.bytes.data(), static_cast<std::size_t>(size));
  missing_ -= std::min(missing_, static_cast<std::size_t>(size));
  advance();
}

void Connection::on_writable() {
  flush();
  advance();
}

void Connection::on_due() {
  due_.reset();
  advance();
}

void Connection::check_deadline() {
  if (over_ || bench_.now < deadline_) return;
  if (!wants_writing() && (held_ || stream_)) return;  // it waits for a clock of ours
  over_ = in_.empty() || wants_writing() || ending_ != Ending::none;
  if (over_) return;
  refuse(client_error(ErrorKind::request_timeout, "The request did not come to its end."));
  advance();
}

/// Goes as far as bytes, clocks and the client allow. What is composed on the way leaves together.
void Connection::advance() {
  while (!over_ && !blocked_ && compose()) {
    if (out_.size() >= kMuchOutput) flush();
  }
  if (!blocked_) flush();
  note_buffered();
  end_when_done();
}

/// Appends the next piece to out_. False when there is none now.
bool Connection::compose() {
  if (due_) return false;
  if (held_) return begin_reply();
  if (stream_) return write_event();
  return ending_ == Ending::none && take_request();
}

bool Connection::begin_reply() {
  out_ += held_->bytes;
  closes_ = held_->close;
  stream_ = std::move(held_->stream);
  stream_chunked_ = held_->chunked;
  held_.reset();
  paced_at_ = bench_.now;
  if (!stream_ && closes_) ending_ = Ending::after_answer;
  return true;
}

bool Connection::write_event() {
  const std::string_view event = stream_->next();
  if (stream_chunked_) {
    append_chunk(out_, event);
  } else {
    out_ += event;
  }
  if (stream_->ended()) {
    if (stream_chunked_) out_ += kLastChunk;
    stream_.reset();
    if (closes_) ending_ = Ending::after_answer;
    return true;
  }
  const std::chrono::milliseconds delay = bench_.provider.options().chunk_delay;
  if (delay.count() > 0) {
    // From due time to due time, so that delays do not add up; never into the past.
    paced_at_ = std::max(paced_at_ + delay, bench_.now);
    due_ = paced_at_;
  }
  return true;
}

bool Connection::take_request() {
  if (in_.empty() || missing_ > 0) return false;
  RequestHead& head = bench_.head;
  const Result<bool> whole = decode_request_head(in_, kHeadLimits, head);
  if (!whole) {
    refuse(whole.error());
    return true;
  }
  if (!*whole) return false;
  if (head.framing == BodyFraming::chunked) return take_chunked(head);
  if (head.content_length > kMostBody) {
    refuse(too_large());
    return true;
  }
  const std::size_t size = head.size + static_cast<std::size_t>(head.content_length);
  if (in_.size() < size) {
    missing_ = size - in_.size();
    return await_body(head);
  }
  answer(head, std::string_view(in_).substr(head.size, size - head.size), size);
  return true;
}

bool Connection::take_chunked(const RequestHead& head) {
  if (!body_) body_ = std::make_unique<ChunkedDecoder>(ErrorKind::bad_request);
  const Result<std::size_t> used =
      body_->feed(std::string_view(in_).substr(head.size), chunked_body_);
  if (!used || chunked_body_.size() > kMostBody) {
    refuse(used ? too_large() : used.error());
    return true;
  }
  in_.erase(head.size, *used);
  if (!body_->done()) return await_body(head);
  answer(head, chunked_body_, head.size);
  body_.reset();
  clear_and_shrink(chunked_body_);
  return true;
}

/// The rest of the body has to come. True when something was said to the client.
bool Connection::await_body(const RequestHead& head) {
  if (bench_.buffered > kMostBuffered) {
    Error error = client_error(ErrorKind::overloaded, "Too many large requests at once.");
    error.retry_after_s = 1;
    refuse(error);
    return true;
  }
  if (head.expects_continue && !continue_sent_) {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    continue_sent_ = true;
  }
  return false;
}

/// Answers the request that makes up the first `size` bytes of in_.
void Connection::answer(const RequestHead& head, std::string_view body, std::size_t size) {
  held_ = bench_.provider.answer(head, body, bench_.now_s);
  const std::chrono::milliseconds latency = bench_.provider.options().latency;
  if (held_->delayed && latency.count() > 0) due_ = bench_.now + latency;
  continue_sent_ = false;
  if (size == in_.size()) return clear_and_shrink(in_);
  in_.erase(0, size);
}

/// The last answer: where the next request would begin is not known.
void Connection::refuse(const Error& error) {
  out_ += bench_.provider.refuse(error).bytes;
  ending_ = Ending::after_answer;
  clear_and_shrink(in_);
  clear_and_shrink(chunked_body_);
  body_.reset();
  missing_ = 0;
}

void Connection::flush() {
  blocked_ = false;
  while (sent_ < out_.size()) {
    const ssize_t size = ::send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      blocked_ = errno == EAGAIN;
      over_ = !blocked_;
      return;
    }
    sent_ += static_cast<std::size_t>(size);
    extend_deadline(kWritePatience);
  }
  if (sent_ == 0) return;
  sent_ = 0;
  clear_and_shrink(out_);
  extend_deadline(in_.empty() ? kIdlePatience : kRequestPatience);
}

void Connection::end_when_done() {
  if (over_ || wants_writing() || held_ || stream_) return;
  if (ending_ == Ending::after_answer) {
    ::shutdown(socket_, SHUT_WR);
    ending_ = Ending::lingering;
    extend_deadline(kLingerPatience);
  }
  // Whoever ends his side in the middle of a request wants no answer to it.
  over_ = input_ended_;
}

void Connection::note_buffered() {
  const std::size_t size = in_.size() + chunked_body_.size();
  bench_.buffered += size - noted_;
  noted_ = size;
}

}  // namespace arouter::mock
