#include "shared/model_members.hpp"

namespace arouter {

namespace {

/// "text+image->text"
std::string join_modalities(const Architecture& architecture) {
  std::string joined;
  for (const std::string& word : architecture.input_modalities) {
    joined += (joined.empty() ? "" : "+") + word;
  }
  joined += "->";
  for (const std::string& word : architecture.output_modalities) {
    joined += (joined.ends_with('>') ? "" : "+") + word;
  }
  return joined;
}

/// "1630"
std::string encode_time(std::int32_t minutes) {
  const auto two = [](std::int32_t number) {
    return std::string{static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10)};
  };
  return two(minutes / 60) + two(minutes % 60);
}

void write_overrides(JsonWriter& json, const std::vector<PriceOverride>& overrides) {
  if (overrides.empty()) return;
  json.begin_array("overrides");
  for (const PriceOverride& entry : overrides) {
    const auto price = [&](std::string_view key, const std::optional<Money>& amount) {
      if (amount) json.string(key, encode_money(*amount));
    };
    json.begin_object();
    if (entry.min_prompt_tokens) json.number("min_prompt_tokens", *entry.min_prompt_tokens);
    if (entry.utc_start) json.string("utc_start", encode_time(*entry.utc_start));
    if (entry.utc_end) json.string("utc_end", encode_time(*entry.utc_end));
    price("prompt", entry.prompt);
    price("completion", entry.completion);
    price("request", entry.request);
    price("image", entry.image);
    price("web_search", entry.web_search);
    price("internal_reasoning", entry.internal_reasoning);
    price("input_cache_read", entry.input_cache_read);
    price("input_cache_write", entry.input_cache_write);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_text_or_null(JsonWriter& json, std::string_view key, std::string_view value) {
  value.empty() ? json.null(key) : json.string(key, value);
}

void write_count_or_null(JsonWriter& json, std::string_view key, std::int64_t value) {
  value > 0 ? json.number(key, value) : json.null(key);
}

void write_words(JsonWriter& json, std::string_view key, const std::vector<std::string>& words) {
  json.begin_array(key);
  for (const std::string& word : words) json.string(word);
  json.end_array();
}

void write_architecture(JsonWriter& json, const Architecture& architecture, bool is_mirror) {
  json.begin_object("architecture");
  if (is_mirror) json.string("modality", join_modalities(architecture));
  write_words(json, "input_modalities", architecture.input_modalities);
  write_words(json, "output_modalities", architecture.output_modalities);
  if (is_mirror && architecture.tokenizer.empty()) {
    json.string("tokenizer", "Other");
  } else {
    write_text_or_null(json, "tokenizer", architecture.tokenizer);
  }
  write_text_or_null(json, "instruct_type", architecture.instruct_type);
  json.end_object();
}

void write_pricing(JsonWriter& json, const PriceTable& pricing, bool is_mirror) {
  if (!pricing.known) {
    // What is not known is not free. The mirror's API says "-1" where a price cannot be told.
    json.raw("pricing", is_mirror ? R"({"prompt":"-1","completion":"-1"})" : "null");
    return;
  }
  const auto price = [&](std::string_view key, Money amount, bool shown) {
    if (shown) json.string(key, encode_money(amount));
  };
  json.begin_object("pricing");
  price("prompt", pricing.prompt, true);
  price("completion", pricing.completion, true);
  price("request", pricing.request, pricing.request.pico_usd > 0);
  price("image", pricing.image, pricing.image.pico_usd > 0);
  price("web_search", pricing.web_search, pricing.web_search.pico_usd > 0);
  price("internal_reasoning", pricing.internal_reasoning, pricing.internal_reasoning.pico_usd > 0);
  price("input_cache_read", pricing.input_cache_read, pricing.has_cache_read);
  price("input_cache_write", pricing.input_cache_write, pricing.has_cache_write);
  write_overrides(json, pricing.overrides);
  json.end_object();
}

std::string_view shown_name(std::string_view id, const ModelConfig& model) {
  return model.name.empty() ? id : std::string_view(model.name);
}

}  // namespace arouter
