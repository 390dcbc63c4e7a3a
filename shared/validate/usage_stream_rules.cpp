#include "shared/validate/usage_stream_rules.hpp"

#include <algorithm>

#include "shared/validate/judging.hpp"

namespace arouter::validate {

namespace {

constexpr std::string_view kProbe = "stream-usage";

bool option_refused(const Transcript& transcript) {
  const Exchange* exchange = transcript.find(kProbe);
  const Exchange* plain = transcript.find("stream");
  return exchange != nullptr && exchange->answered() && !exchange->throttled() &&
         exchange->status() >= 400 && exchange->status() < 500 && plain != nullptr && plain->ok();
}

/// Judges the stream that asked for usage.
Judgement usage_stream(const Transcript& transcript,
                       const std::function<Judgement(const Stream&)>& judge) {
  if (option_refused(transcript)) return skipped("see usage.stream-option-accepted");
  return one_stream(transcript, kProbe, judge);
}

std::vector<const Chunk*> usage_chunks(const Stream& stream) {
  std::vector<const Chunk*> found;
  for (const Chunk& chunk : stream.chunks) {
    if (usage_of(chunk).present()) found.push_back(&chunk);
  }
  return found;
}

/// The last usage of a stream is the largest, as a final count must be.
bool last_is_most(const std::vector<const Chunk*>& chunks) {
  const auto total = [](const Chunk* chunk) {
    return usage_of(*chunk)["total_tokens"].integer().value_or(0);
  };
  return std::all_of(chunks.begin(), chunks.end(),
                     [&](const Chunk* chunk) { return total(chunk) <= total(chunks.back()); });
}

}  // namespace

Judgement usage_option_accepted(const Transcript& transcript) {
  const Exchange* exchange = transcript.find(kProbe);
  if (option_refused(transcript)) {
    return broken("stream_options is refused with status " + std::to_string(exchange->status()),
                  at(*exchange, 0));
  }
  if (exchange == nullptr || !exchange->ok()) return inconclusive("no stream was answered");
  return good();
}

Judgement usage_in_stream(const Transcript& transcript) {
  return usage_stream(transcript, [](const Stream& stream) {
    if (!usage_chunks(stream).empty()) return good();
    return broken("include_usage is ignored: no chunk has usage", at(*stream.exchange));
  });
}

Judgement usage_in_own_chunk(const Transcript& transcript) {
  return usage_stream(transcript, [](const Stream& stream) {
    const std::vector<const Chunk*> chunks = usage_chunks(stream);
    if (chunks.empty() || chunks.back()->json["choices"].size() == 0) return good();
    return broken("usage comes in a chunk with choices, not in one of its own with choices: []",
                  at(*stream.exchange, chunks.back()->event, usage_of(*chunks.back())));
  });
}

Judgement usage_only_when_asked(const Transcript& transcript) {
  return one_stream(transcript, "stream", [](const Stream& stream) {
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef usage = chunk.json["usage"];
      if (!usage.present()) continue;
      const Evidence evidence = at(*stream.exchange, chunk.event, usage);
      const bool only_usage = !usage.is(JsonType::null) && chunk.json["choices"].size() == 0;
      if (only_usage) return broken("a usage chunk is sent that was not asked for", evidence);
      return lesser(Severity::info, "chunks carry a usage key that was not asked for", evidence);
    }
    return good();
  });
}

Judgement usage_sent_once(const Transcript& transcript) {
  return usage_stream(transcript, [](const Stream& stream) {
    const std::vector<const Chunk*> chunks = usage_chunks(stream);
    if (chunks.size() <= 1 || !last_is_most(chunks)) return good();  // usage.stream-final-is-max
    return broken("usage comes in " + std::to_string(chunks.size()) + " chunks",
                  at(*stream.exchange, chunks.front()->event, usage_of(*chunks.front())));
  });
}

Judgement usage_last_is_final(const Transcript& transcript) {
  return usage_stream(transcript, [](const Stream& stream) {
    const std::vector<const Chunk*> chunks = usage_chunks(stream);
    if (last_is_most(chunks)) return good();
    const JsonRef last = usage_of(*chunks.back())["total_tokens"];
    return broken("the last usage counts fewer tokens than an earlier one: " + kind_name(last),
                  at(*stream.exchange, chunks.back()->event, last));
  });
}

Judgement usage_before_done(const Transcript& transcript) {
  return usage_stream(transcript, [](const Stream& stream) {
    const std::vector<const Chunk*> chunks = usage_chunks(stream);
    const bool late =
        !chunks.empty() && !stream.dones.empty() && chunks.back()->event > stream.dones.front();
    if (!late) return good();
    return broken("usage follows [DONE]",
                  at(*stream.exchange, chunks.back()->event, usage_of(*chunks.back())));
  });
}

}  // namespace arouter::validate
