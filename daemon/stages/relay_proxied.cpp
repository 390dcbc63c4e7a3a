// The answer's half of the proxy.
#include <array>
#include <charconv>

#include "daemon/edge/answer.hpp"
#include "daemon/stages/proxy.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/error_message.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostRead = 16 * 1024 * 1024;  // of an answer, to find its usage in

// Of the provider's fields, those that describe the answer. Its cookies, its limits, its name and
// its places are its own business.
constexpr std::array<std::string_view, 17> kPassed{"accept-ranges",
                                                   "age",
                                                   "content-disposition",
                                                   "content-encoding",
                                                   "content-language",
                                                   "content-range",
                                                   "etag",
                                                   "last-modified",
                                                   "openai-model",
                                                   "openai-processing-ms",
                                                   "openai-version",
                                                   "retry-after",
                                                   "vary",
                                                   "x-goog-upload-chunk-granularity",
                                                   "x-goog-upload-status",
                                                   "x-goog-upload-url",
                                                   "x-should-retry"};

std::string passed_fields(const UpstreamAnswer& answer) {
  std::string fields;
  for (const HeaderField& field : answer.fields().all()) {
    for (const std::string_view name : kPassed) {
      if (same_name(field.name, name)) append_field(fields, field.name, field.value);
    }
  }
  if (const std::string_view* id = answer.fields().find("x-request-id"); id != nullptr) {
    append_field(fields, "X-ARouter-Upstream-Id", *id);
  }
  return fields;
}

std::string_view type_of(const UpstreamAnswer& answer) {
  const std::string_view* type = answer.fields().find("content-type");
  return type == nullptr ? std::string_view() : *type;
}

bool is_of_type(std::string_view type, std::string_view wanted) {
  return type.size() >= wanted.size() && same_letters(type.substr(0, wanted.size()), wanted);
}

/// Usage and finish of an answer that we can read; one that we cannot has been passed all the same.
void take_facts(Exchange& exchange, const ReplyFacts& facts) {
  if (facts.is_error) return;
  if (exchange.upstream_id.empty()) exchange.upstream_id = facts.id;
  if (!facts.finish_reason.empty()) exchange.finish_reason = facts.finish_reason;
  exchange.content_bytes += facts.content_bytes;
  if (facts.usage) set_usage(exchange, *facts.usage);
}

/// A whole answer, or the array that Gemini streams.
void read_facts(Exchange& exchange, std::string_view body) {
  const Result<JsonType> type = scan_json(body);
  if (!type) return;
  if (*type != JsonType::array) {
    const Result<ReplyFacts> facts = exchange.format->read_reply(exchange.route.call, body);
    if (facts) take_facts(exchange, *facts);
    return;
  }
  const std::unique_ptr<StreamReader> reader =
      exchange.format->make_stream_reader(exchange.route.call);
  const std::size_t begin = body.find('[');
  for_each_element(body, {JsonType::array, begin, body.size()}, [&](const JsonValue& element) {
    SseBlock block;
    block.has_data = true;
    block.data = element.in(body);
    const Result<ReplyFacts> facts = reader->read(block);
    if (facts) take_facts(exchange, *facts);
  });
}

/// The head of the client's answer; `size`: of its body, nothing when it comes in pieces.
std::string head_of(Exchange& exchange, const UpstreamAnswer& answer,
                    std::optional<std::size_t> size) {
  exchange.status = static_cast<std::uint16_t>(answer.status());
  AnswerHead head{.status = answer.status(),
                  .content_type = type_of(answer),
                  .content_length = size,
                  .keep_alive = exchange.keep_alive,
                  .chunked_allowed = exchange.head.minor_version >= 1};
  head.fields = truth_fields(exchange);
  if (answer.status() >= 400) append_field(head.fields, "X-ARouter-Source", exchange.proxied->name);
  return encode_head(head);
}

/// For the ledger, the log, and whoever benches keys; the client has the provider's own words.
Error refused(const Exchange& exchange, const UpstreamAnswer& answer, std::string_view body) {
  constexpr std::size_t kMostJudged = 64 * 1024;
  Error error = provider_error({.status = answer.status(),
                                .body = body.substr(0, kMostJudged),
                                .fields = &answer.fields(),
                                .now_s = (exchange.started_us + elapsed_us(exchange)) / 1'000'000,
                                .secret = exchange.credential,
                                .provider = exchange.proxied->name,
                                .is_callers = exchange.caller_key != nullptr});
  error.status = static_cast<std::uint16_t>(answer.status());
  return error;
}

/// A refusal, read whole: some providers repeat the key that they were sent.
Awaitable<Result<void>> pass_refusal(Exchange& exchange, UpstreamAnswer& answer) {
  Result<std::string> body = co_await read_whole(exchange, answer);
  if (!body) co_return body.error();
  *body = mask_secret(std::move(*body), exchange.credential);
  exchange.tail = head_of(exchange, answer, body->size()) + *body;
  exchange.answer_started = true;
  co_return refused(exchange, answer, *body);
}

/// What a head without a body says of the one it would have had.
std::optional<std::size_t> announced_length(const UpstreamAnswer& answer) {
  const std::string_view* length = answer.fields().find("content-length");
  if (length == nullptr) return std::nullopt;
  std::size_t size = 0;
  std::from_chars(length->data(), length->data() + length->size(), size);
  return size;
}

/// Answers without a body: to HEAD, and of 204 and 304.
Result<void> pass_head(Exchange& exchange, const UpstreamAnswer& answer) {
  exchange.tail = head_of(exchange, answer, announced_length(answer));
  exchange.answer_started = true;
  if (answer.status() >= 400) return refused(exchange, answer, {});
  return {};
}

/// Passes bytes as they come, and reads those of a call that we know once they are all there. The
/// piece that lets the client see the end waits in the tail until the row is booked.
class PieceRelay {
 public:
  PieceRelay(Exchange& exchange, UpstreamAnswer& answer)
      : exchange_(exchange),
        answer_(answer),
        length_(answer.content_length()),
        is_read_(exchange.is_known && is_of_type(type_of(answer), "application/json")),
        ready_(head_of(exchange, answer, length_)) {}

  Awaitable<Result<void>> run();

 private:
  bool chunked() const { return !length_ && exchange_.head.minor_version >= 1; }
  void take(std::string_view piece);
  Result<void> finish();
  Error fail(Error error);

  Exchange& exchange_;
  UpstreamAnswer& answer_;
  std::optional<std::size_t> length_;
  bool is_read_;       // usage is looked for in what has passed
  std::string ready_;  // for the client
  std::string seen_;   // a copy, while is_read_
  std::size_t passed_ = 0;
};

void PieceRelay::take(std::string_view piece) {
  passed_ += piece.size();
  if (is_read_) seen_ += piece;
  if (seen_.size() > kMostRead) is_read_ = false;
  if (chunked()) ready_ += chunk_size_line(piece.size());
  ready_ += piece;
  if (chunked()) ready_ += kChunkEnd;
}

Result<void> PieceRelay::finish() {
  if (is_read_) read_facts(exchange_, seen_);
  if (exchange_.drain.begun()) return {};  // nobody is there to be told
  if (chunked()) ready_ += kLastChunk;
  exchange_.tail = std::move(ready_);
  exchange_.answer_started = true;
  exchange_.close_after_tail = !length_ && !chunked();
  return {};
}

Error PieceRelay::fail(Error error) {
  error.provider = exchange_.proxied->name;
  if (!exchange_.answer_started) return error;
  error.retryable = false;
  exchange_.tail = std::move(ready_);
  exchange_.close_after_tail = true;
  return error;
}

Awaitable<Result<void>> PieceRelay::run() {
  const Timeouts& timeouts = exchange_.endpoint->timeouts;
  const TimePoint total = exchange_.started + timeouts.total;
  std::string piece;
  for (;;) {
    piece.clear();
    const TimePoint deadline = std::min(total, Clock::now() + timeouts.progress);
    const Result<bool> more = co_await answer_.read_body(piece, deadline);
    if (!more) co_return fail(more.error());
    if (!*more) co_return finish();
    take(piece);
    if (length_ && passed_ >= *length_) co_return finish();
    if (exchange_.drain.begun()) {
      ready_.clear();
      continue;
    }
    if (!exchange_.answer_started && exchange_.status < 300) note_answered(exchange_);
    exchange_.client.set_probe({});  // inside a body of ours any byte counts
    exchange_.answer_started = true;
    const bool sent = co_await exchange_.client.write(ready_);
    ready_.clear();
    if (!sent && !exchange_.drain.begun())
      co_return fail(client_error(ErrorKind::request_timeout, "the client has left"));
  }
}

}  // namespace

Awaitable<Result<void>> relay_proxied(Exchange& exchange, UpstreamAnswer& answer) {
  const int status = answer.status();
  exchange.first_byte_us = elapsed_us(exchange);
  exchange.passed_fields = passed_fields(answer);
  if (status >= 300 && status < 400 && status != 304) {
    Error error = refused(exchange, answer, {});
    error.status = 0;
    co_return error;
  }
  if (exchange.head.method == "HEAD" || status == 204 || status == 304) {
    co_return pass_head(exchange, answer);
  }
  const bool streams = is_of_type(type_of(answer), "text/event-stream");
  if (exchange.is_known && status < 300 && streams) {
    co_return co_await relay_stream(exchange, answer);
  }
  if (status >= 400) co_return co_await pass_refusal(exchange, answer);
  PieceRelay relay(exchange, answer);
  co_return co_await relay.run();
}

}  // namespace arouter::daemon
