#include "shared/formats/openai/usage.hpp"

#include <algorithm>

#include "shared/money.hpp"

namespace arouter::openai {

namespace {

/// The counts of these names inside an object of details; 0 for what is missing or unusable.
template <std::size_t kSize>
std::array<std::int64_t, kSize> counts_in(std::string_view text, const JsonValue& object,
                                          const std::array<std::string_view, kSize>& names) {
  std::array<JsonMember, kSize> members{};
  for (std::size_t i = 0; i < kSize; ++i) members[i].key = names[i];
  find_members(text, object, members);
  std::array<std::int64_t, kSize> counts{};
  for (std::size_t i = 0; i < kSize; ++i) {
    counts[i] = decode_count(text, members[i].value).value_or(0);
  }
  return counts;
}

}  // namespace

std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return std::nullopt;
  enum { kPrompt, kCompletion, kTotal, kPromptDetails, kCompletionDetails, kCacheHit, kCount };
  std::array<JsonMember, kCount> members{JsonMember{.key = "prompt_tokens"},
                                         JsonMember{.key = "completion_tokens"},
                                         JsonMember{.key = "total_tokens"},
                                         JsonMember{.key = "prompt_tokens_details"},
                                         JsonMember{.key = "completion_tokens_details"},
                                         JsonMember{.key = "prompt_cache_hit_tokens"}};
  find_members(text, object, members);
  const auto input = decode_count(text, members[kPrompt].value);
  const auto output = decode_count(text, members[kCompletion].value);
  if (!input || !output) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.input_tokens = *input;
  usage.output_tokens = *output;
  const auto [cached, cache_write] =
      counts_in<2>(text, members[kPromptDetails].value, {"cached_tokens", "cache_write_tokens"});
  usage.cached_input_tokens =
      std::max(cached, decode_count(text, members[kCacheHit].value).value_or(0));
  usage.cache_write_tokens = cache_write;
  usage.reasoning_tokens =
      counts_in<1>(text, members[kCompletionDetails].value, {"reasoning_tokens"})[0];
  // xAI counts thoughts beside completion_tokens, which only the total tells.
  const auto total = decode_count(text, members[kTotal].value);
  if (total && *total == *input + *output + usage.reasoning_tokens) {
    usage.output_tokens += usage.reasoning_tokens;
  }
  return usage;
}

std::optional<Usage> decode_embeddings_usage(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return std::nullopt;
  std::array<JsonMember, 1> prompt{JsonMember{.key = "prompt_tokens"}};
  find_members(text, object, prompt);
  const auto input = decode_count(text, prompt[0].value);
  if (!input) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.input_tokens = *input;
  return usage;
}

std::array<CostMember, 3> cost_members(const Cost& cost) {
  const std::string total = encode_money(cost.total);
  std::string details = R"({"upstream_inference_cost":)";
  details.reserve(160);
  details += total;
  details += R"(,"upstream_inference_prompt_cost":)";
  details += encode_money(cost.prompt);
  details += R"(,"upstream_inference_completions_cost":)";
  details += encode_money(cost.completion);
  details += '}';
  return {CostMember{"cost", total}, CostMember{"cost_details", std::move(details)},
          CostMember{"is_byok", cost.is_byok ? "true" : "false"}};
}

void write_usage(JsonWriter& json, const Usage& usage, const std::optional<Cost>& cost) {
  json.begin_object();
  json.number("prompt_tokens", usage.input_tokens);
  json.number("completion_tokens", usage.output_tokens);
  json.number("total_tokens", usage.input_tokens + usage.output_tokens);
  json.begin_object("prompt_tokens_details");
  json.number("cached_tokens", usage.cached_input_tokens);
  if (usage.cache_write_tokens > 0) json.number("cache_write_tokens", usage.cache_write_tokens);
  json.end_object();
  json.begin_object("completion_tokens_details");
  json.number("reasoning_tokens", usage.reasoning_tokens);
  json.end_object();
  if (cost) {
    for (const CostMember& member : cost_members(*cost)) json.raw(member.name, member.value);
  }
  json.end_object();
}

}  // namespace arouter::openai
