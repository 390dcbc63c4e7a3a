// Members of JSON objects that tell of models: what cards, offers and providers have in common.
//
// What is not known is null, not 0 or "". `is_mirror`: in the spelling of OpenRouter, whose library
// refuses null for prices and tokenizers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config.hpp"
#include "shared/json_writer.hpp"

namespace arouter {

void write_text_or_null(JsonWriter& json, std::string_view key, std::string_view value);
/// 0 or less: not known.
void write_count_or_null(JsonWriter& json, std::string_view key, std::int64_t value);
void write_words(JsonWriter& json, std::string_view key, const std::vector<std::string>& words);
void write_architecture(JsonWriter& json, const Architecture& architecture, bool is_mirror);
/// Decimal strings in USD per unit.
void write_pricing(JsonWriter& json, const PriceTable& pricing, bool is_mirror);

/// The name for people; without one, the id.
std::string_view shown_name(std::string_view id, const ModelConfig& model);

}  // namespace arouter
