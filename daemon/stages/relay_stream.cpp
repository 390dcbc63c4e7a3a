// The streamed half of the relay.
//
// Every complete block that a read brings leaves in one chunk, unchanged but for the usage object;
// what is unfinished waits for its end. One read is in hand at a time: the next is made when the
// client has taken this one, so a slow client slows the provider and nothing piles up.
// The answer's head is held back until the first data event: an error that comes as the first
// event can still be answered with a status, or by another provider.
#include <algorithm>
#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/formats/error_message.hpp"
#include "shared/formats/openai/errors.hpp"
#include "shared/formats/openai/facts.hpp"
#include "shared/sse.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostEvent = 1024 * 1024;
constexpr std::size_t kMostHeld = 16 * 1024;        // held back before the head is sent
constexpr std::chrono::seconds kUsageAfterDone{2};  // some providers report it late
constexpr std::string_view kProbe = "1\r\n\n\r\n";  // a blank line: no event at all
constexpr std::string_view kDone = "[DONE]";

/// Some providers repeat the key they were sent.
bool repeats_credential(const Exchange& exchange, std::string_view data) {
  if (exchange.credential.empty()) return false;
  return data.find(exchange.credential) != std::string_view::npos ||
         find_error_message(data) != find_error_message(data, exchange.credential);
}

bool is_done(std::string_view data) {
  return data.starts_with(kDone);
}

class StreamRelay {
 public:
  StreamRelay(Exchange& exchange, UpstreamAnswer& answer)
      : exchange_(exchange), answer_(answer), scanner_(kMostEvent) {}

  Awaitable<Result<void>> run();

 private:
  Awaitable<Result<bool>> read_events();
  Result<void> take_blocks();
  Result<void> take_event(const SseBlock& block);
  void take_usage(const SseBlock& block, const ReplyFacts& facts);
  Result<void> take_end();
  Awaitable<bool> pass_on();
  Result<void> finish();
  Error fail(Error error);
  std::string head();
  std::string framed(std::string_view bytes, bool last) const;
  bool chunked() const { return exchange_.head.minor_version >= 1; }

  Exchange& exchange_;
  UpstreamAnswer& answer_;
  SseScanner scanner_;
  std::string in_;   // from the provider, not yet taken; begins at a block's start
  std::string out_;  // for the client
  std::string done_block_;
  TimePoint last_event_ = Clock::now();  // the end mark is the last
  bool has_event_ = false;
  bool finished_ = false;  // a finish_reason was seen
  bool done_ = false;
  bool ended_ = false;  // the provider's body is at its end
  bool told_ = false;   // the provider's own error event went to the client
};

/// Reads once and takes what is whole. False: nothing more is to come.
Awaitable<Result<bool>> StreamRelay::read_events() {
  const Timeouts& timeouts = exchange_.endpoint->timeouts;
  TimePoint deadline =
      std::min(exchange_.started + timeouts.total, last_event_ + timeouts.progress);
  if (done_) deadline = std::min(deadline, last_event_ + kUsageAfterDone);
  const Result<bool> more = co_await answer_.read_body(in_, deadline);
  if (!more && done_) co_return false;
  if (!more) co_return more.error();
  Result<void> taken;
  if (*more) {
    taken = take_blocks();
  } else {
    ended_ = true;
    taken = take_end();
  }
  if (!taken && done_) co_return false;
  if (!taken) co_return taken.error();
  // Bytes that never pause leave no wait for the deadline to break into.
  if (done_ && Clock::now() >= last_event_ + kUsageAfterDone) co_return false;
  if (*more && !done_ && Clock::now() >= last_event_ + timeouts.progress) {
    co_return upstream_error(ErrorKind::upstream_timeout, "the provider sent no event in time");
  }
  co_return *more;
}

Result<void> StreamRelay::take_blocks() {
  std::size_t taken = 0;
  SseBlock block;
  for (;;) {
    const Result<bool> whole = scanner_.next(std::string_view(in_).substr(taken), block);
    if (!whole) return malformed_answer(exchange_, "an event of over 1 MiB");
    if (!*whole) break;
    taken += block.raw.size();
    if (Result<void> good = take_event(block); !good) return good;
  }
  in_.erase(0, taken);
  return {};
}

/// The end of the body ends a last block that lacks its blank line.
Result<void> StreamRelay::take_end() {
  if (done_ || in_.empty()) return {};
  in_ += "\n\n";
  return take_blocks();
}

Result<void> StreamRelay::take_event(const SseBlock& block) {
  if (done_) {
    // Behind the end mark nothing is passed on; usage may still be learnt.
    if (block.has_data && exchange_.usage.origin == UsageOrigin::none) {
      const Result<ReplyFacts> late = openai::read_facts(block.data);
      if (late && late->usage) take_usage(block, *late);
    }
    return {};
  }
  if (!block.has_data) {
    out_ += block.raw;
    return {};
  }
  last_event_ = Clock::now();
  if (is_done(block.data)) {
    done_ = true;
    done_block_ = block.raw;
    return {};
  }
  Result<ReplyFacts> facts = openai::read_facts(block.data);
  if (!facts) return malformed_answer(exchange_, "an event that is not valid JSON");
  if (facts->is_error) {
    Error error = error_inside(exchange_, block.data);
    if ((exchange_.answer_started || has_event_) && !repeats_credential(exchange_, block.data)) {
      out_ += block.raw;
      told_ = true;
    }
    return error;
  }
  if (exchange_.upstream_id.empty()) exchange_.upstream_id = std::move(facts->id);
  if (!facts->finish_reason.empty()) exchange_.finish_reason = std::move(facts->finish_reason);
  finished_ = finished_ || facts->finished;
  exchange_.content_bytes += facts->content_bytes;
  if (exchange_.first_byte_us < 0) exchange_.first_byte_us = elapsed_us(exchange_);
  has_event_ = true;
  const bool only_usage = !facts->has_answer && facts->usage_value.type == JsonType::object;
  if (facts->usage) {
    take_usage(block, *facts);
  } else if (!only_usage || exchange_.request.include_usage) {
    out_ += block.raw;
  }
  return {};
}

void StreamRelay::take_usage(const SseBlock& block, const ReplyFacts& facts) {
  exchange_.usage = *facts.usage;  // running totals: the last one counts
  exchange_.cost = cost_of(exchange_.usage, exchange_.endpoint->pricing);
  if (done_) return;
  if (!facts.has_answer && !exchange_.request.include_usage) return;  // we asked, not the client
  if (!exchange_.endpoint->pricing.known) {
    out_ += block.raw;
    return;
  }
  std::vector<Edit> edits = openai::cost_edits(block.data, facts.usage_value, exchange_.cost);
  const bool in_place = block.data.data() >= block.raw.data() &&
                        block.data.data() < block.raw.data() + block.raw.size();
  if (in_place) {
    const auto offset = static_cast<std::size_t>(block.data.data() - block.raw.data());
    for (Edit& edit : edits) {
      edit.begin += offset;
      edit.end += offset;
    }
    append_spliced(out_, block.raw, std::move(edits));
    return;
  }
  std::string data = splice(block.data, std::move(edits));  // several data lines: one now
  std::replace(data.begin(), data.end(), '\n', ' ');
  out_ += "data: " + data + "\n\n";
}

std::string StreamRelay::head() {
  AnswerHead answer{.content_type = "text/event-stream; charset=utf-8",
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

/// Sends what is ready. False: the client has left.
Awaitable<bool> StreamRelay::pass_on() {
  if (!has_event_ && out_.size() < kMostHeld) co_return true;
  if (out_.empty()) co_return true;
  std::string first;
  if (!exchange_.answer_started) {
    first = head();
    exchange_.answer_started = true;
    exchange_.status = 200;
    exchange_.client.set_probe(chunked() ? kProbe : std::string_view());
  }
  bool sent = false;
  if (chunked()) {
    const std::string size = chunk_size_line(out_.size());
    const std::array<std::string_view, 4> pieces{first, size, out_, kChunkEnd};
    sent = co_await exchange_.client.write(pieces);
  } else {
    const std::array<std::string_view, 2> pieces{first, out_};
    sent = co_await exchange_.client.write(pieces);
  }
  out_.clear();
  co_return sent;
}

/// The end mark has come: what is left to send is the tail.
Result<void> StreamRelay::finish() {
  if (!has_event_) return fail(malformed_answer(exchange_, "a stream without any event"));
  if (!finished_) {
    Error early = malformed_answer(exchange_, "a stream that ended without a finish_reason");
    early.kind = ErrorKind::upstream_truncated;
    return fail(std::move(early));
  }
  std::string first;
  if (!exchange_.answer_started) first = head();
  exchange_.answer_started = true;
  exchange_.status = 200;
  exchange_.tail = first + framed(out_ + done_block_, true);
  exchange_.close_after_tail = !chunked();
  return {};
}

/// Prepares the in-stream error, when the client has already seen a part of the answer.
Error StreamRelay::fail(Error error) {
  if (error.provider.empty()) error.provider = exchange_.endpoint->provider->name;
  if (!exchange_.answer_started) return error;
  error.retryable = false;
  if (exchange_.aborted) {
    error.kind = ErrorKind::draining;
    error.message = "the daemon is stopping";
  }
  if (!told_)
    out_ += "data: " + openai::encode_error(error, {.request_id = exchange_.request_id}) + "\n\n";
  exchange_.tail = framed(out_, false);
  exchange_.close_after_tail = true;
  return error;
}

Awaitable<Result<void>> StreamRelay::run() {
  for (;;) {
    const Result<bool> more = co_await read_events();
    if (!more) co_return fail(more.error());
    if (done_ && (exchange_.usage.origin != UsageOrigin::none || !*more)) co_return finish();
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
