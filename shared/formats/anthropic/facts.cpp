#include "shared/formats/anthropic/facts.hpp"

#include <array>
#include <span>

namespace arouter::anthropic {

namespace {

Error malformed(const Error& error) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid JSON",
                        error.message);
}

/// Whether `value` is the string `text`, without unescaping: names of types have no escapes.
bool is_text(std::string_view json, const JsonValue& value, std::string_view text) {
  return value.type == JsonType::string &&
         json.substr(value.begin + 1, value.end - value.begin - 2) == text;
}

/// Bytes of texts, thoughts and calls in a block or delta, JSON escapes included.
std::size_t content_bytes(std::string_view text, const JsonValue& block) {
  std::array<JsonMember, 6> members{
      JsonMember{.key = "text"}, JsonMember{.key = "thinking"},     JsonMember{.key = "name"},
      JsonMember{.key = "data"}, JsonMember{.key = "partial_json"}, JsonMember{.key = "input"}};
  find_members(text, block, members);
  std::size_t bytes = 0;
  for (const JsonMember& member : members) {
    const JsonType type = member.value.type;
    if (type != JsonType::string && type != JsonType::object) continue;
    bytes += member.value.end - member.value.begin - 2;
  }
  return bytes;
}

void read_stop_reason(std::string_view text, const JsonValue& object, ReplyFacts& facts) {
  std::array<JsonMember, 1> reason{JsonMember{.key = "stop_reason"}};
  find_members(text, object, reason);
  facts.finish_reason = decode_string(text, reason[0].value).value_or("");
  facts.finished = !facts.finish_reason.empty();
}

}  // namespace

Result<ReplyFacts> read_facts(std::string_view text) {
  enum { kType, kId, kReason, kContent, kUsage, kError, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "type"},    JsonMember{.key = "id"},    JsonMember{.key = "stop_reason"},
      JsonMember{.key = "content"}, JsonMember{.key = "usage"}, JsonMember{.key = "error"}};
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return malformed(scanned.error());
  }
  ReplyFacts facts;
  facts.id = decode_string(text, members[kId].value).value_or("");
  facts.is_error = members[kError].value.is_set() || is_text(text, members[kType].value, "error");
  facts.finish_reason = decode_string(text, members[kReason].value).value_or("");
  facts.finished = !facts.finish_reason.empty();
  facts.has_answer = members[kContent].value.type == JsonType::array;
  facts.usage_value = members[kUsage].value;
  RunningUsage usage;
  usage.take(text, members[kUsage].value);
  facts.usage = usage.total();
  if (facts.usage) return facts;  // nothing to estimate
  for_each_element(text, members[kContent].value, [&](const JsonValue& block) {
    facts.content_bytes += content_bytes(text, block);
  });
  return facts;
}

Result<ReplyFacts> read_count_facts(std::string_view text) {
  enum { kTokens, kError, kCount };
  std::array<JsonMember, kCount> members{JsonMember{.key = "input_tokens"},
                                         JsonMember{.key = "error"}};
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return malformed(scanned.error());
  }
  ReplyFacts facts;
  facts.is_error = members[kError].value.is_set();
  facts.has_answer = decode_count(text, members[kTokens].value).has_value();
  facts.finished = facts.has_answer;
  return facts;
}

Result<ReplyFacts> FactsReader::read(const SseBlock& block) {
  const std::string_view text = block.data;
  ReplyFacts facts;
  if (text == "[DONE]") return facts;
  enum { kType, kMessage, kBlock, kDelta, kUsage, kError, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "type"},  JsonMember{.key = "message"}, JsonMember{.key = "content_block"},
      JsonMember{.key = "delta"}, JsonMember{.key = "usage"},   JsonMember{.key = "error"}};
  if (Result<void> scanned = scan_object(text, members); !scanned) {
    return malformed(scanned.error());
  }
  const auto is = [&](std::string_view type) {
    return is_text(text, members[kType].value, type) ||
           (!members[kType].value.present() && block.name == type);
  };
  if (is("content_block_delta")) {
    facts.has_answer = true;
    facts.content_bytes = content_bytes(text, members[kDelta].value);
  } else if (is("content_block_start")) {
    facts.has_answer = true;
    facts.content_bytes = content_bytes(text, members[kBlock].value);
  } else if (is("message_start")) {
    std::array<JsonMember, 2> inner{JsonMember{.key = "id"}, JsonMember{.key = "usage"}};
    find_members(text, members[kMessage].value, inner);
    facts.id = decode_string(text, inner[0].value).value_or("");
    usage_.take(text, inner[1].value);
    facts.usage = usage_.total();
  } else if (is("message_delta")) {
    facts.has_answer = true;
    read_stop_reason(text, members[kDelta].value, facts);
    facts.usage_value = members[kUsage].value;
    usage_.take(text, members[kUsage].value);
    if (members[kUsage].value.type == JsonType::object) facts.usage = usage_.total();
  } else if (is("message_stop")) {
    facts.is_end = true;
  }
  facts.is_error = members[kError].value.is_set() || is("error");
  return facts;
}

}  // namespace arouter::anthropic
