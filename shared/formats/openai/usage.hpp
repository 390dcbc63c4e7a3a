// OpenAI usage objects: of chats, of embeddings, and with the cost that ARouter adds.
//
// Source: OpenAI API reference, "The chat completion object" (checked 2026-11-24); DeepSeek's API
// documentation for prompt_cache_hit_tokens; OpenRouter's "Usage accounting" for cost,
// cost_details, is_byok and cache_write_tokens.
// Surprises: prompt_tokens includes cached tokens, completion_tokens includes reasoning.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "shared/json_scan.hpp"
#include "shared/json_writer.hpp"
#include "shared/usage.hpp"

namespace arouter::openai {

/// The usage object at `object` in `text`. Nothing when it has no counts that can be read.
std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object);
/// The same of embeddings, which have no output.
std::optional<Usage> decode_embeddings_usage(std::string_view text, const JsonValue& object);

struct CostMember {
  std::string_view name;
  std::string value;  // as JSON
};
/// What a usage object tells of the cost, in this order.
std::array<CostMember, 3> cost_members(const Cost& cost);

/// Writes the usage object of a chat as a value.
void write_usage(JsonWriter& json, const Usage& usage, const std::optional<Cost>& cost);

}  // namespace arouter::openai
