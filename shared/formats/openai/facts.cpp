#include "shared/formats/openai/facts.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace arouter::openai {

namespace {

bool is_set(const JsonValue& value) {
  return value.present() && !value.is_null();
}

/// A count inside an object of details; 0 when it is missing or unusable.
std::int64_t count_in(std::string_view text, const JsonValue& object, std::string_view key) {
  if (object.type != JsonType::object) return 0;
  std::array<JsonMember, 1> member{JsonMember{.key = key}};
  find_members(text, object, member);
  return decode_count(text, member[0].value).value_or(0);
}

std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return std::nullopt;
  enum { kPrompt, kCompletion, kPromptDetails, kCompletionDetails, kCacheHit, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "prompt_tokens"}, JsonMember{.key = "completion_tokens"},
      JsonMember{.key = "prompt_tokens_details"}, JsonMember{.key = "completion_tokens_details"},
      JsonMember{.key = "prompt_cache_hit_tokens"}};
  find_members(text, object, members);
  const auto input = decode_count(text, members[kPrompt].value);
  const auto output = decode_count(text, members[kCompletion].value);
  if (!input || !output) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.input_tokens = *input;
  usage.output_tokens = *output;
  const JsonValue& details = members[kPromptDetails].value;
  usage.cached_input_tokens = std::max(count_in(text, details, "cached_tokens"),
                                       decode_count(text, members[kCacheHit].value).value_or(0));
  usage.cache_write_tokens = count_in(text, details, "cache_write_tokens");
  usage.reasoning_tokens = count_in(text, members[kCompletionDetails].value, "reasoning_tokens");
  return usage;
}

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
  std::array<JsonMember, 4> texts{JsonMember{.key = "content"}, JsonMember{.key = "reasoning"},
                                  JsonMember{.key = "reasoning_content"},
                                  JsonMember{.key = "refusal"}};
  find_members(text, message, texts);
  std::array<JsonMember, 1> calls{JsonMember{.key = "tool_calls"}};
  find_members(text, message, calls);
  return bytes_of(texts) + bytes_of_calls(text, calls[0].value);
}

void read_choices(std::string_view text, const JsonValue& choices, ReplyFacts& answer) {
  if (choices.type != JsonType::array) return;
  for_each_element(text, choices, [&](const JsonValue& choice) {
    answer.has_answer = true;
    enum { kIndex, kFinishReason, kDelta, kMessage, kCount };
    std::array<JsonMember, kCount> members{
        JsonMember{.key = "index"}, JsonMember{.key = "finish_reason"}, JsonMember{.key = "delta"},
        JsonMember{.key = "message"}};
    find_members(text, choice, members);
    const std::string reason = decode_string(text, members[kFinishReason].value).value_or("");
    const bool first = decode_count(text, members[kIndex].value).value_or(0) == 0;
    if (first && answer.finish_reason.empty()) answer.finish_reason = reason;
    answer.finished = answer.finished || !reason.empty();
    if (answer.usage) return;  // nothing to estimate
    answer.content_bytes += bytes_of_message(text, members[kDelta].value);
    answer.content_bytes += bytes_of_message(text, members[kMessage].value);
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
  answer.is_error = is_set(members[kError].value);
  answer.usage_value = members[kUsage].value;
  answer.usage = decode_usage(text, members[kUsage].value);
  read_choices(text, members[kChoices].value, answer);
  return answer;
}

std::vector<Edit> cost_edits(std::string_view text, const JsonValue& usage, const Cost& cost) {
  std::vector<Edit> edits;
  if (usage.type != JsonType::object) return edits;
  const std::string total = encode_money(cost.total);
  std::string details = R"({"upstream_inference_cost":)";
  details.reserve(160);
  details += total;
  details += R"(,"upstream_inference_prompt_cost":)";
  details += encode_money(cost.prompt);
  details += R"(,"upstream_inference_completions_cost":)";
  details += encode_money(cost.completion);
  details += '}';
  const std::array<std::string_view, 3> values{total, details, "false"};
  std::array<JsonMember, 3> members{JsonMember{.key = "cost"}, JsonMember{.key = "cost_details"},
                                    JsonMember{.key = "is_byok"}};
  find_members(text, usage, members);
  std::string added;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const JsonValue& old = members[i].value;
    if (old.present()) {
      edits.push_back({old.begin, old.end, std::string(values[i])});
    } else {
      added += added.empty() ? "" : ",";
      added += '"';
      added += members[i].key;
      added += "\":";
      added += values[i];
    }
  }
  if (!added.empty()) {
    const std::size_t inside = text.find_first_not_of(" \t\r\n", usage.begin + 1);
    if (inside != usage.end - 1) added.insert(0, 1, ',');
    edits.push_back({usage.end - 1, usage.end - 1, std::move(added)});
  }
  return edits;
}

Usage estimate_usage(std::size_t request_bytes, std::size_t content_bytes) {
  const auto tokens = [](std::size_t bytes) { return static_cast<std::int64_t>((bytes + 3) / 4); };
  Usage usage;
  usage.origin = UsageOrigin::estimated;
  usage.input_tokens = tokens(request_bytes);
  usage.output_tokens = tokens(content_bytes);
  return usage;
}

}  // namespace arouter::openai
