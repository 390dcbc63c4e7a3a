#include "shared/formats/gemini/facts.hpp"

#include <array>
#include <string>
#include <utility>

namespace arouter::gemini {

namespace {

/// Bytes of a value's text: quotes and brackets not counted.
std::size_t bytes_of(const JsonValue& value) {
  const bool framed = value.type == JsonType::string || value.type == JsonType::object;
  return framed ? value.end - value.begin - 2 : 0;
}

std::size_t bytes_of_parts(std::string_view text, const JsonValue& content) {
  std::array<JsonMember, 1> parts{JsonMember{.key = "parts"}};
  find_members(text, content, parts);
  std::size_t bytes = 0;
  for_each_element(text, parts[0].value, [&](const JsonValue& part) {
    std::array<JsonMember, 2> members{JsonMember{.key = "text"}, JsonMember{.key = "functionCall"}};
    find_members(text, part, members);
    std::array<JsonMember, 2> call{JsonMember{.key = "name"}, JsonMember{.key = "args"}};
    find_members(text, members[1].value, call);
    bytes += bytes_of(members[0].value) + bytes_of(call[0].value) + bytes_of(call[1].value);
  });
  return bytes;
}

void read_candidates(std::string_view text, const JsonValue& candidates, ReplyFacts& facts) {
  for_each_element(text, candidates, [&](const JsonValue& candidate) {
    facts.has_answer = true;
    enum { kIndex, kFinishReason, kContent, kCount };
    std::array<JsonMember, kCount> members{JsonMember{.key = "index"},
                                           JsonMember{.key = "finishReason"},
                                           JsonMember{.key = "content"}};
    find_members(text, candidate, members);
    std::string reason = decode_string(text, members[kFinishReason].value).value_or("");
    if (reason == "FINISH_REASON_UNSPECIFIED") reason.clear();
    const bool first = decode_count(text, members[kIndex].value).value_or(0) == 0;
    facts.finished = facts.finished || !reason.empty();
    if (first && facts.finish_reason.empty()) facts.finish_reason = std::move(reason);
    if (!facts.usage) facts.content_bytes += bytes_of_parts(text, members[kContent].value);
  });
}

void read_feedback(std::string_view text, const JsonValue& feedback, ReplyFacts& facts) {
  std::array<JsonMember, 1> reason{JsonMember{.key = "blockReason"}};
  find_members(text, feedback, reason);
  if (!reason[0].value.is_set()) return;
  facts.has_answer = true;
  facts.finished = true;
  if (facts.finish_reason.empty()) facts.finish_reason = kBlocked;
}

enum Member : std::size_t {
  kCandidates,
  kFeedback,
  kUsage,
  kId,
  kError,
  kTotal,
  kEmbedding,
  kEmbeddings,
  kMemberCount
};
using Members = std::array<JsonMember, kMemberCount>;

Members wanted() {
  return {JsonMember{.key = "candidates"},    JsonMember{.key = "promptFeedback"},
          JsonMember{.key = "usageMetadata"}, JsonMember{.key = "responseId"},
          JsonMember{.key = "error"},         JsonMember{.key = "totalTokens"},
          JsonMember{.key = "embedding"},     JsonMember{.key = "embeddings"}};
}

ReplyFacts read_members(std::string_view text, const Members& members) {
  ReplyFacts facts;
  facts.id = decode_string(text, members[kId].value).value_or("");
  facts.is_error = members[kError].value.is_set();
  facts.usage_value = members[kUsage].value;
  facts.usage = decode_usage(text, members[kUsage].value);
  read_candidates(text, members[kCandidates].value, facts);
  read_feedback(text, members[kFeedback].value, facts);
  for (const Member other : {kTotal, kEmbedding, kEmbeddings}) {
    facts.has_answer = facts.has_answer || members[other].value.is_set();
  }
  return facts;
}

/// Adds a later piece of the same answer.
void join(ReplyFacts& facts, ReplyFacts piece) {
  if (facts.id.empty()) facts.id = std::move(piece.id);
  if (!piece.finish_reason.empty()) facts.finish_reason = std::move(piece.finish_reason);
  facts.finished = facts.finished || piece.finished;
  facts.has_answer = facts.has_answer || piece.has_answer;
  facts.is_error = facts.is_error || piece.is_error;
  facts.content_bytes += piece.content_bytes;
  if (!piece.usage) return;
  facts.usage = piece.usage;
  facts.usage_value = piece.usage_value;
}

Error malformed(std::string detail) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid JSON",
                        std::move(detail));
}

Result<ReplyFacts> read_array(std::string_view text, std::size_t begin) {
  if (const Result<JsonType> type = scan_json(text); !type) return malformed(type.error().message);
  const JsonValue array{JsonType::array, begin, text.rfind(']') + 1};
  ReplyFacts facts;
  for_each_element(text, array, [&](const JsonValue& element) {
    Members members = wanted();
    find_members(text, element, members);
    join(facts, read_members(text, members));
  });
  if (facts.usage) facts.content_bytes = 0;
  return facts;
}

class Reader final : public StreamReader {
 public:
  Result<ReplyFacts> read(const SseBlock& block) override {
    if (block.data == "[DONE]") {  // no mark of Gemini's, but some who imitate it send one
      ReplyFacts facts;
      facts.is_end = true;
      return facts;
    }
    Result<ReplyFacts> facts = read_facts(block.data);
    if (facts) finished_ = (finished_ || facts->finished) && !facts->is_error;
    return facts;
  }

  bool ends_with_body() const override { return finished_; }

 private:
  bool finished_ = false;
};

}  // namespace

std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return std::nullopt;
  enum { kPrompt, kCandidateTokens, kThoughts, kToolUse, kCached, kAll, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "promptTokenCount"},        JsonMember{.key = "candidatesTokenCount"},
      JsonMember{.key = "thoughtsTokenCount"},      JsonMember{.key = "toolUsePromptTokenCount"},
      JsonMember{.key = "cachedContentTokenCount"}, JsonMember{.key = "totalTokenCount"}};
  find_members(text, object, members);
  std::array<std::int64_t, kCount> counts{};
  bool any = false;
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto count = decode_count(text, members[i].value);
    any = any || count;
    counts[i] = count.value_or(0);
  }
  if (!any) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.input_tokens = counts[kPrompt] + counts[kToolUse];
  usage.output_tokens = counts[kCandidateTokens] + counts[kThoughts];
  usage.cached_input_tokens = counts[kCached];
  usage.reasoning_tokens = counts[kThoughts];
  return usage;
}

Result<ReplyFacts> read_facts(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && text[begin] == '[') return read_array(text, begin);
  Members members = wanted();
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return malformed(scanned.error().message);
  }
  return read_members(text, members);
}

std::unique_ptr<StreamReader> make_stream_reader() {
  return std::make_unique<Reader>();
}

}  // namespace arouter::gemini
