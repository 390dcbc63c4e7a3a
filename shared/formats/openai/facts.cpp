#include "shared/formats/openai/facts.hpp"

#include <array>
#include <span>
#include <utility>

#include "shared/formats/openai/usage.hpp"

namespace arouter::openai {

namespace {

/// Bytes of strings and lists, JSON escapes included, quotes and brackets not.
std::size_t bytes_of(std::span<const JsonMember> members) {
  std::size_t bytes = 0;
  for (const JsonMember& member : members) {
    const JsonType type = member.value.type;
    if (type != JsonType::string && type != JsonType::array) continue;
    bytes += member.value.end - member.value.begin - 2;
  }
  return bytes;
}

/// Names and arguments alone: what stands around a fragment of a call is many times its size.
std::size_t bytes_of_calls(std::string_view text, const JsonValue& calls) {
  std::size_t bytes = 0;
  for_each_element(text, calls, [&](const JsonValue& call) {
    std::array<JsonMember, 1> function{JsonMember{.key = "function"}};
    find_members(text, call, function);
    std::array<JsonMember, 2> parts{JsonMember{.key = "name"}, JsonMember{.key = "arguments"}};
    find_members(text, function[0].value, parts);
    bytes += bytes_of(parts);
  });
  return bytes;
}

/// Bytes that a message or delta adds to an answer.
std::size_t bytes_of_message(std::string_view text, const JsonValue& message) {
  std::array<JsonMember, 5> members{JsonMember{.key = "content"}, JsonMember{.key = "reasoning"},
                                    JsonMember{.key = "reasoning_content"},
                                    JsonMember{.key = "refusal"}, JsonMember{.key = "tool_calls"}};
  find_members(text, message, members);
  const auto texts = std::span(members).first<4>();
  return bytes_of(texts) + bytes_of_calls(text, members.back().value);
}

void read_choices(std::string_view text, const JsonValue& choices, ReplyFacts& answer) {
  if (choices.type != JsonType::array) return;
  for_each_element(text, choices, [&](const JsonValue& choice) {
    answer.has_answer = true;
    enum { kIndex, kFinishReason, kDelta, kMessage, kText, kCount };
    std::array<JsonMember, kCount> members{
        JsonMember{.key = "index"}, JsonMember{.key = "finish_reason"}, JsonMember{.key = "delta"},
        JsonMember{.key = "message"}, JsonMember{.key = "text"}};
    find_members(text, choice, members);
    const std::string reason = decode_string(text, members[kFinishReason].value).value_or("");
    const bool first = decode_count(text, members[kIndex].value).value_or(0) == 0;
    if (first && answer.finish_reason.empty()) answer.finish_reason = reason;
    answer.finished = answer.finished || !reason.empty();
    if (answer.usage) return;  // nothing to estimate
    answer.content_bytes += bytes_of_message(text, members[kDelta].value);
    answer.content_bytes += bytes_of_message(text, members[kMessage].value);
    answer.content_bytes += bytes_of({&members[kText], 1});
  });
}

}  // namespace

Result<ReplyFacts> read_facts(std::string_view text) {
  enum { kId, kChoices, kUsage, kError, kCount };
  std::array<JsonMember, kCount> members{JsonMember{.key = "id"}, JsonMember{.key = "choices"},
                                         JsonMember{.key = "usage"}, JsonMember{.key = "error"}};
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid JSON",
                          scanned.error().message);
  }
  ReplyFacts answer;
  answer.id = decode_string(text, members[kId].value).value_or("");
  answer.is_error = members[kError].value.is_set();
  answer.usage_value = members[kUsage].value;
  answer.usage = decode_usage(text, members[kUsage].value);
  read_choices(text, members[kChoices].value, answer);
  return answer;
}

Result<ReplyFacts> read_embeddings_facts(std::string_view text) {
  enum { kData, kUsage, kError, kCount };
  std::array<JsonMember, kCount> members{JsonMember{.key = "data"}, JsonMember{.key = "usage"},
                                         JsonMember{.key = "error"}};
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid JSON",
                          scanned.error().message);
  }
  ReplyFacts answer;
  answer.is_error = members[kError].value.is_set();
  answer.has_answer = members[kData].value.type == JsonType::array;
  answer.finished = answer.has_answer;
  answer.usage_value = members[kUsage].value;
  answer.usage = decode_embeddings_usage(text, members[kUsage].value);
  return answer;
}

Result<ReplyFacts> FactsReader::read(const SseBlock& block) {
  // Anything behind the mark is ignored by the official clients, so a prefix is enough.
  if (block.data.starts_with("[DONE]")) {
    ReplyFacts end;
    end.is_end = true;
    return end;
  }
  return read_facts(block.data);
}

std::vector<Edit> cost_edits(std::string_view text, const JsonValue& usage, const Cost& cost) {
  std::vector<Edit> edits;
  if (usage.type != JsonType::object) return edits;
  const std::array<CostMember, 3> values = cost_members(cost);
  std::array<JsonMember, 3> members{};
  for (std::size_t i = 0; i < members.size(); ++i) members[i].key = values[i].name;
  find_members(text, usage, members);
  std::string added;
  added.reserve(256);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const JsonValue& old = members[i].value;
    if (old.present()) {
      edits.push_back({old.begin, old.end, values[i].value});
    } else {
      added += added.empty() ? "" : ",";
      added += '"';
      added += members[i].key;
      added += "\":";
      added += values[i].value;
    }
  }
  if (!added.empty()) {
    const std::size_t inside = text.find_first_not_of(" \t\r\n", usage.begin + 1);
    if (inside != usage.end - 1) added.insert(0, 1, ',');
    edits.push_back({usage.end - 1, usage.end - 1, std::move(added)});
  }
  return edits;
}

}  // namespace arouter::openai
