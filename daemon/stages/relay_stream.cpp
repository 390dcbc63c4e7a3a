// The streamed half of the relay: the pump between a provider and a client.
//
// Every complete block that a read brings leaves in one chunk; what is unfinished waits for its
// end. One read is in hand at a time: the next is made when the client has taken this one, so a
// slow client slows the provider and nothing piles up.
// The answer's head is held back until a part of an answer has come: an error that comes first can
// still be answered with a status, or by another provider.
#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/stages/array_framing.hpp"
#include "daemon/stages/event_path.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/sse.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostEvent = 1024 * 1024;
constexpr std::size_t kMostHeld = 16 * 1024;        // held back before the head is sent
constexpr std::chrono::seconds kUsageAfterDone{2};  // some providers report it late
constexpr std::string_view kProbe = "1\r\n\n\r\n";  // a blank line: no event at all

/// Some providers send what keeps a connection alive where data belongs; clients of theirs would
/// stumble over it.
bool is_keep_alive(const SseBlock& block) {
  return block.has_data && (block.data.empty() || block.data.front() == ':');
}

std::unique_ptr<EventPath> make_event_path(Exchange& exchange) {
  return exchange.is_translated() ? make_translated_events(exchange) : make_passed_events(exchange);
}

class StreamRelay {
 public:
  StreamRelay(Exchange& exchange, UpstreamAnswer& answer)
      : exchange_(exchange),
        answer_(answer),
        scanner_(kMostEvent),
        path_(make_event_path(exchange)) {}

  Awaitable<Result<void>> run();

 private:
  Awaitable<Result<bool>> read_events();
  Result<void> take_blocks();
  Result<void> take_end();
  bool is_complete(bool more) const;
  Awaitable<bool> pass_on();
  Result<void> finish();
  Error fail(Error error);
  std::string head();
  std::string framed(std::string_view bytes, bool last) const;
  bool chunked() const { return exchange_.head.minor_version >= 1; }
  /// What is ready, as this client wants its stream spelled.
  std::string take_out() { return exchange_.wants_array ? array_.take(out_) : std::move(out_); }

  Exchange& exchange_;
  UpstreamAnswer& answer_;
  SseScanner scanner_;
  std::unique_ptr<EventPath> path_;
  ArrayFraming array_;
  std::string in_;                       // from the provider, not yet taken; begins at a block
  std::string out_;                      // for the client
  TimePoint last_event_ = Clock::now();  // the end mark is the last
};

/// Reads once and takes what is whole. False: nothing more is to come.
Awaitable<Result<bool>> StreamRelay::read_events() {
  const Timeouts& timeouts = exchange_.endpoint->timeouts;
  TimePoint deadline =
      std::min(exchange_.started + timeouts.total, last_event_ + timeouts.progress);
  if (path_->done()) deadline = std::min(deadline, last_event_ + kUsageAfterDone);
  const Result<bool> more = co_await answer_.read_body(in_, deadline);
  if (!more && path_->done()) co_return false;
  if (!more) co_return more.error();
  Result<void> taken;
  if (*more) {
    taken = take_blocks();
  } else {
    taken = take_end();
  }
  if (!taken && path_->done()) co_return false;
  if (!taken) co_return taken.error();
  // Bytes that never pause leave no wait for the deadline to break into.
  const TimePoint now = Clock::now();
  if (path_->done() && now >= last_event_ + kUsageAfterDone) co_return false;
  if (!*more || path_->done()) co_return *more;
  if (now >= last_event_ + timeouts.progress) {
    co_return upstream_error(ErrorKind::upstream_timeout, "the provider sent no event in time");
  }
  if (now >= exchange_.started + timeouts.total) co_return overdue_answer(exchange_);
  co_return true;
}

Result<void> StreamRelay::take_blocks() {
  std::size_t taken = 0;
  SseBlock block;
  for (;;) {
    const Result<bool> whole = scanner_.next(std::string_view(in_).substr(taken), block);
    if (!whole) {
      Error too_large = malformed_answer(exchange_, "an event of over 1 MiB");
      too_large.code = "upstream_event_too_large";
      return too_large;
    }
    if (!*whole) break;
    taken += block.raw.size();
    if (is_keep_alive(block)) {
      if (exchange_.proxied != nullptr) out_ += block.raw;  // in the provider's own words
      continue;
    }
    const bool is_event = block.has_data && block.name != "ping";
    if (is_event && !path_->done()) last_event_ = Clock::now();
    if (Result<void> good = path_->take(block, out_); !good) return good;
  }
  in_.erase(0, taken);
  return {};
}

/// The end of the body ends a last block that lacks its blank line.
Result<void> StreamRelay::take_end() {
  if (!path_->done() && !in_.empty()) {
    in_ += "\n\n";
    if (Result<void> good = take_blocks(); !good) return good;
  }
  return path_->end(out_);
}

/// The end mark has come, and usage that may follow it.
bool StreamRelay::is_complete(bool more) const {
  if (!path_->done()) return false;
  const bool waits = more && exchange_.usage.origin == UsageOrigin::none;
  return !waits || !exchange_.upstream_format->usage_may_follow_end();
}

std::string StreamRelay::head() {
  AnswerHead answer{.content_type = exchange_.wants_array ? "application/json; charset=utf-8"
                                                          : "text/event-stream; charset=utf-8",
                    .content_length = {},
                    .keep_alive = exchange_.keep_alive,
                    .chunked_allowed = chunked()};
  answer.fields = truth_fields(exchange_);
  return encode_head(answer);
}

std::string StreamRelay::framed(std::string_view bytes, bool last) const {
  std::string out;
  if (!chunked()) return std::string(bytes);
  if (!bytes.empty()) {
    out += chunk_size_line(bytes.size());
    out += bytes;
    out += kChunkEnd;
  }
  if (last) out += kLastChunk;
  return out;
}

/// Sends what is ready. False: the client has left, and nothing is to be read on for.
Awaitable<bool> StreamRelay::pass_on() {
  if (exchange_.drain.begun()) {
    out_.clear();
    co_return true;
  }
  if (!path_->begun() && out_.size() < kMostHeld) co_return true;
  if (out_.empty()) co_return true;
  const std::string ready = take_out();
  out_.clear();
  if (ready.empty()) co_return true;
  std::string first;
  if (!exchange_.answer_started) {
    if (path_->begun()) note_answered(exchange_);
    first = head();
    exchange_.answer_started = true;
    exchange_.status = 200;
    exchange_.client.set_probe(chunked() ? kProbe : std::string_view());
  }
  if (chunked()) {
    const std::string size = chunk_size_line(ready.size());
    const std::array<std::string_view, 4> pieces{first, size, ready, kChunkEnd};
    const bool sent = co_await exchange_.client.write(pieces);
    co_return sent || exchange_.drain.begun();
  }
  const std::array<std::string_view, 2> pieces{first, ready};
  const bool sent = co_await exchange_.client.write(pieces);
  co_return sent || exchange_.drain.begun();
}

/// The end mark has come: what is left to send is the tail.
Result<void> StreamRelay::finish() {
  if (!path_->begun() && !path_->finished()) {
    return fail(malformed_answer(exchange_, "a stream without any event"));
  }
  if (!path_->finished()) {
    Error early = malformed_answer(exchange_, "a stream that ended without a finish_reason");
    early.kind = ErrorKind::upstream_truncated;
    return fail(std::move(early));
  }
  if (exchange_.drain.begun()) return {};  // nobody is there to be told
  std::string first;
  if (!exchange_.answer_started) first = head();
  exchange_.answer_started = true;
  exchange_.status = 200;
  out_ += path_->last();
  std::string last = take_out();
  if (exchange_.wants_array) last += array_.end();
  exchange_.tail = first + framed(last, true);
  exchange_.close_after_tail = !chunked();
  return {};
}

/// Prepares the in-stream error, when the client has already seen a part of the answer.
Error StreamRelay::fail(Error error) {
  if (error.provider.empty()) error.provider = exchange_.endpoint->provider->name;
  path_->give_up();
  if (!exchange_.answer_started) return error;
  error.retryable = false;
  if (exchange_.aborted) {
    error.kind = ErrorKind::draining;
    error.code.clear();
    error.message = "the daemon is stopping";
    error.provider.clear();
  }
  if (!path_->told()) out_ += path_->error_event(error);
  std::string last = take_out();
  if (exchange_.wants_array) last += array_.end();
  exchange_.tail = framed(last, false);
  exchange_.close_after_tail = true;
  return error;
}

Awaitable<Result<void>> StreamRelay::run() {
  for (;;) {
    const Result<bool> more = co_await read_events();
    if (!more) co_return fail(more.error());
    if (is_complete(*more)) co_return finish();
    if (!*more) break;
    const bool sent = co_await pass_on();
    if (!sent) {
      co_return fail(client_error(ErrorKind::request_timeout, "the client has left"));
    }
  }
  co_return fail(upstream_error(ErrorKind::upstream_truncated,
                                "the provider's stream ended without its end mark"));
}

}  // namespace

Awaitable<Result<void>> relay_stream(Exchange& exchange, UpstreamAnswer& answer) {
  StreamRelay relay(exchange, answer);
  co_return co_await relay.run();
}

}  // namespace arouter::daemon
