#include "shared/formats/responses/facts.hpp"

#include <array>

namespace arouter::responses {

namespace {

JsonValue member_of(std::string_view text, const JsonValue& object, std::string_view key) {
  std::array<JsonMember, 1> member{JsonMember{.key = key}};
  find_members(text, object, member);
  return member[0].value;
}

std::int64_t count_in(std::string_view text, const JsonValue& object, std::string_view key) {
  return decode_count(text, member_of(text, object, key)).value_or(0);
}

/// Bytes of a string, JSON escapes included, quotes not.
std::size_t bytes_of(const JsonValue& value) {
  return value.type == JsonType::string ? value.end - value.begin - 2 : 0;
}

/// Bytes of the texts inside an item, whatever its type: an array holds parts with a text each.
std::size_t bytes_of_item(std::string_view text, const JsonValue& item) {
  enum { kContent, kSummary, kText, kRefusal, kName, kArguments, kInput, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "content"}, JsonMember{.key = "summary"}, JsonMember{.key = "text"},
      JsonMember{.key = "refusal"}, JsonMember{.key = "name"},    JsonMember{.key = "arguments"},
      JsonMember{.key = "input"}};
  find_members(text, item, members);
  std::size_t bytes = 0;
  for (std::size_t i = kText; i < kCount; ++i) bytes += bytes_of(members[i].value);
  for (const JsonValue& list : {members[kContent].value, members[kSummary].value}) {
    for_each_element(text, list, [&](const JsonValue& part) {
      bytes += bytes_of(member_of(text, part, "text"));
      bytes += bytes_of(member_of(text, part, "refusal"));
    });
  }
  return bytes;
}

/// What a response object says of itself. `members` lie in `text`.
struct Response {
  enum { kId, kStatus, kDetails, kUsage, kError, kOutput, kInputTokens, kCount };
  std::array<JsonMember, kCount> members{JsonMember{.key = "id"},
                                         JsonMember{.key = "status"},
                                         JsonMember{.key = "incomplete_details"},
                                         JsonMember{.key = "usage"},
                                         JsonMember{.key = "error"},
                                         JsonMember{.key = "output"},
                                         JsonMember{.key = "input_tokens"}};

  void fill(std::string_view text, ReplyFacts& facts) const {
    facts.id = decode_string(text, members[kId].value).value_or("");
    facts.usage_value = members[kUsage].value;
    facts.usage = decode_usage(text, members[kUsage].value);
    const std::string status = decode_string(text, members[kStatus].value).value_or("");
    facts.is_error = members[kError].value.is_set() || status == "failed";
    if (status != "completed" && status != "incomplete" && status != "failed") return;
    facts.finished = true;
    facts.finish_reason = status;
    if (status != "incomplete") return;
    const JsonValue reason = member_of(text, members[kDetails].value, "reason");
    facts.finish_reason = decode_string(text, reason).value_or(status);
  }
};

Error malformed(const Error& why) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is not valid JSON",
                        why.message);
}

enum { kType, kDelta, kItem, kResponse, kError, kNumber, kEventMembers };
using EventMembers = std::array<JsonMember, kEventMembers>;

void read_named(std::string_view text, std::string_view type, const EventMembers& members,
                ReplyFacts& facts) {
  if (type == "error" || (type.empty() && members[kError].value.is_set())) {
    facts.is_error = facts.awaits_failed_event = true;
    return;
  }
  const JsonValue& response = members[kResponse].value;
  if (response.type != JsonType::object) {
    facts.has_answer = type.starts_with("response.");
    if (type.ends_with(".delta")) facts.content_bytes = bytes_of(members[kDelta].value);
    if (type == "response.output_item.added") {
      facts.content_bytes = bytes_of_item(text, members[kItem].value);
    }
    return;
  }
  Response parts;
  find_members(text, response, parts.members);
  parts.fill(text, facts);
  facts.is_error = facts.is_error || type == "response.failed";
  const bool is_last = type == "response.completed" || type == "response.incomplete";
  facts.is_end = is_last && !facts.is_error;
  facts.has_answer = facts.is_end;
}

}  // namespace

std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return std::nullopt;
  enum { kInput, kOutput, kInputDetails, kOutputDetails, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "input_tokens"}, JsonMember{.key = "output_tokens"},
      JsonMember{.key = "input_tokens_details"}, JsonMember{.key = "output_tokens_details"}};
  find_members(text, object, members);
  const auto input = decode_count(text, members[kInput].value);
  const auto output = decode_count(text, members[kOutput].value);
  if (!input || !output) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.input_tokens = *input;
  usage.output_tokens = *output;
  const JsonValue& details = members[kInputDetails].value;
  usage.cached_input_tokens = count_in(text, details, "cached_tokens");
  usage.cache_write_tokens = count_in(text, details, "cache_write_tokens");
  usage.reasoning_tokens = count_in(text, members[kOutputDetails].value, "reasoning_tokens");
  return usage;
}

Result<ReplyFacts> read_facts(std::string_view text) {
  Response response;
  if (Result<void> scanned = scan_object(text, response.members); !scanned) {
    return malformed(scanned.error());
  }
  ReplyFacts facts;
  response.fill(text, facts);
  const JsonValue& output = response.members[Response::kOutput].value;
  facts.has_answer = output.type == JsonType::array ||
                     response.members[Response::kInputTokens].value.type == JsonType::number;
  if (facts.usage) return facts;  // nothing to estimate
  for_each_element(text, output, [&](const JsonValue& item) {
    facts.content_bytes += bytes_of_item(text, item);
  });
  return facts;
}

Result<ReplyFacts> read_event(const SseBlock& block) {
  ReplyFacts facts;
  if (block.data.starts_with("[DONE]")) {
    facts.is_end = true;
    return facts;
  }
  EventMembers members{JsonMember{.key = "type"},  JsonMember{.key = "delta"},
                       JsonMember{.key = "item"},  JsonMember{.key = "response"},
                       JsonMember{.key = "error"}, JsonMember{.key = "sequence_number"}};
  if (Result<void> scanned = scan_object(block.data, members); !scanned) {
    return malformed(scanned.error());
  }
  const std::optional<std::string> type = decode_string(block.data, members[kType].value);
  facts.sequence_number = decode_count(block.data, members[kNumber].value);
  read_named(block.data, type ? std::string_view(*type) : block.name, members, facts);
  return facts;
}

}  // namespace arouter::responses
