#include "shared/validate/stream_text_rules.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "shared/validate/judging.hpp"

namespace arouter::validate {

namespace {

struct Piece {
  const Chunk* chunk;
  JsonRef value;
  std::string text;
};

std::vector<Piece> pieces_of(const Stream& stream) {
  std::vector<Piece> pieces;
  for (const Chunk& chunk : stream.chunks) {
    const JsonRef value = chunk.json["choices"].at(0)["delta"]["content"];
    std::string text = value.text();
    if (!text.empty()) pieces.push_back({&chunk, value, std::move(text)});
  }
  return pieces;
}

/// Pieces 0 and 1, 2 and 3 … are equal but 1 and 2, 3 and 4 … are not: doubling, not a text that
/// repeats itself.
bool is_doubled(const std::vector<Piece>& pieces) {
  std::size_t doubled = 0;
  std::size_t repeated = 0;
  std::set<std::string> distinct;
  for (std::size_t i = 0; i + 2 < pieces.size(); i += 2) {
    doubled += pieces[i].text == pieces[i + 1].text ? 1U : 0U;
    repeated += pieces[i + 1].text == pieces[i + 2].text ? 1U : 0U;
    distinct.insert(pieces[i].text);
  }
  const std::size_t pairs = (pieces.size() - 1) / 2;
  return doubled * 10 > pairs * 8 && repeated * 5 < pairs && distinct.size() >= 4;
}

/// The provider is overloaded or limits requests: never held against it.
bool is_busy(const JsonRef& error) {
  const std::string text(error.lexeme());
  for (const char* word : {"429", "503", "529", "rate_limit", "rate limit", "overloaded"}) {
    if (text.find(word) != std::string::npos) return true;
  }
  return false;
}

/// True when `shorter` is `whole` with exactly one stretch taken out, not at its end.
bool lacks_one_stretch(const std::string& shorter, const std::string& whole) {
  if (shorter.size() >= whole.size() || shorter.empty()) return false;
  std::size_t front = 0;
  while (front < shorter.size() && shorter[front] == whole[front]) ++front;
  std::size_t back = 0;
  while (back < shorter.size() - front &&
         shorter[shorter.size() - 1 - back] == whole[whole.size() - 1 - back]) {
    ++back;
  }
  return front + back == shorter.size() && back > 0;
}

/// A refusal that came as a stream with status 200; null when `probe` is none.
const Exchange* streamed_refusal(const Transcript& transcript, const char* probe) {
  const Exchange* exchange = transcript.find(probe);
  const bool streamed = exchange != nullptr && exchange->ok() && exchange->sse.data_lines > 0;
  return streamed ? exchange : nullptr;
}

constexpr const char* kBadStreams[] = {"bad-stream", "bad-stream-n"};

bool none_answered(const Transcript& transcript) {
  return std::none_of(std::begin(kBadStreams), std::end(kBadStreams), [&](const char* probe) {
    const Exchange* exchange = transcript.find(probe);
    return exchange != nullptr && exchange->answered() && !exchange->throttled();
  });
}

}  // namespace

Judgement streams_accepted(const Transcript& transcript) {
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.expect != Expect::stream || !exchange.answered() || exchange.throttled()) continue;
    const int status = exchange.status();
    // A refusal of stream_options alone has its own rule.
    const bool options = exchange.request_body.find("stream_options") != std::string::npos;
    if (options && status >= 400 && status < 500) continue;
    judged = true;
    if (status < 400) continue;
    return broken("a streaming request is refused with status " + std::to_string(status),
                  at(exchange, 0));
  }
  return judged ? good() : inconclusive("no streaming request was answered");
}

Judgement streams_end_well(const Transcript& transcript) {
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.expect != Expect::stream || !exchange.ok()) continue;
    judged = true;
    const Stream stream = read_stream(exchange);
    for (const Chunk& error : stream.errors) {
      if (is_busy(error.json["error"])) continue;
      return broken("a good request is answered with an error event",
                    at(exchange, error.event, error.json["error"]));
    }
  }
  return judged ? good() : inconclusive("no stream was answered");
}

Judgement content_is_new(const Transcript& transcript) {
  bool judged = false;
  Judgement found = each_stream(transcript, [&](const Stream& stream) {
    const std::vector<Piece> pieces = pieces_of(stream);
    if (pieces.size() < 4) return good();
    judged = true;
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      const std::string& before = pieces[i - 1].text;
      const bool grows =
          pieces[i].text.size() > before.size() && pieces[i].text.starts_with(before);
      if (!grows) return good();
    }
    if (pieces.back().text.size() <= 20) return good();
    return broken("every delta repeats the whole text so far",
                  at(*stream.exchange, pieces[1].chunk->event, pieces[1].value));
  });
  return judged ? found : inconclusive("no stream has four deltas of text");
}

Judgement deltas_are_sent_once(const Transcript& transcript) {
  bool judged = false;
  Judgement found = each_stream(transcript, [&](const Stream& stream) {
    const std::vector<Piece> pieces = pieces_of(stream);
    if (pieces.size() <= 10) return good();
    judged = true;
    if (!is_doubled(pieces)) return good();
    return broken("every delta is sent twice",
                  at(*stream.exchange, pieces[1].chunk->event, pieces[1].value));
  });
  return judged ? found : inconclusive("no stream has more than ten deltas of text");
}

Judgement loses_nothing(const Transcript& transcript) {
  const Exchange* plain = transcript.find("cap");
  const Exchange* streamed = transcript.find("cap-stream");
  if (plain == nullptr || streamed == nullptr || !plain->ok() || !streamed->ok()) {
    return inconclusive("the same prompt was not answered both ways");
  }
  const std::string whole = plain->json.root()["choices"].at(0)["message"]["content"].text();
  const Stream stream = read_stream(*streamed);
  const std::string text = joined_content(stream);
  if (whole.empty()) return inconclusive("the plain answer is empty");
  if (text == whole) return good();
  const auto plain_tokens = plain->json.root()["usage"]["completion_tokens"].integer();
  std::optional<std::int64_t> tokens;
  for (const Chunk& chunk : stream.chunks) {
    if (usage_of(chunk).present()) tokens = usage_of(chunk)["completion_tokens"].integer();
  }
  // Only the same count of tokens with a hole in the text proves a loss; sampling explains the
  // rest.
  if (!tokens || tokens != plain_tokens || !lacks_one_stretch(text, whole)) {
    return inconclusive("the two answers differ as sampled answers do");
  }
  return broken(
      "the stream reports as many tokens as the plain answer but its text lacks a piece: " +
          quoted(text) + " where the plain answer is " + quoted(whole),
      at(*streamed));
}

Judgement error_is_object(const Transcript& transcript) {
  if (none_answered(transcript)) return inconclusive("no bad streaming request was answered");
  for (const char* probe : kBadStreams) {
    const Exchange* exchange = streamed_refusal(transcript, probe);
    if (exchange == nullptr) continue;
    const Stream stream = read_stream(*exchange);
    for (const Chunk& error : stream.errors) {
      const JsonRef value = error.json["error"];
      if (!value["message"].text().empty()) continue;
      return broken("an error in a stream has no error.message", at(*exchange, error.event, value));
    }
    if (stream.errors.empty() && stream.chunks.empty()) {
      return broken("a bad streaming request gets status 200 and a stream without an error object",
                    at(*exchange, 0));
    }
  }
  return good();
}

Judgement error_by_status(const Transcript& transcript) {
  if (none_answered(transcript)) return inconclusive("no bad streaming request was answered");
  for (const char* probe : kBadStreams) {
    const Exchange* exchange = streamed_refusal(transcript, probe);
    if (exchange == nullptr) continue;
    const Stream stream = read_stream(*exchange);
    if (stream.errors.empty()) continue;
    return broken("a bad streaming request is answered with status 200 and an error event",
                  at(*exchange, stream.errors.front().event, JsonRef()));
  }
  return good();
}

}  // namespace arouter::validate
