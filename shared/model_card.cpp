#include "shared/model_card.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "shared/json_writer.hpp"

namespace arouter {

namespace {

using Words = std::vector<std::string>;

bool holds(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool can_reason(const ModelConfig& model) {
  return holds(model.supported_parameters, "reasoning") ||
         holds(model.supported_parameters, "reasoning_effort") ||
         holds(model.supported_parameters, "include_reasoning");
}

std::string_view shown_name(std::string_view id, const ModelConfig& model) {
  return model.name.empty() ? id : std::string_view(model.name);
}

void write_text_or_null(JsonWriter& json, std::string_view key, std::string_view value) {
  value.empty() ? json.null(key) : json.string(key, value);
}

/// A count that is not known is null, not 0.
void write_count_or_null(JsonWriter& json, std::string_view key, std::int64_t value) {
  value > 0 ? json.number(key, value) : json.null(key);
}

void write_count_if(JsonWriter& json, std::string_view key, std::int64_t value) {
  if (value > 0) json.number(key, value);
}

void write_words(JsonWriter& json, std::string_view key, const Words& words) {
  json.begin_array(key);
  for (const std::string& word : words) json.string(word);
  json.end_array();
}

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

void write_openai(JsonWriter& json, std::string_view id, const ModelConfig& model, bool is_mirror) {
  json.string("id", id).string("canonical_slug", id).string("object", "model");
  json.number("created", model.created).string("owned_by", id.substr(0, id.find('/')));
  json.string("name", shown_name(id, model)).string("description", model.description);
  write_count_or_null(json, "context_length", model.context_length);
  write_architecture(json, model.architecture, is_mirror);
  write_pricing(json, model.pricing, is_mirror);
  json.begin_object("top_provider");
  write_count_or_null(json, "context_length", model.context_length);
  write_count_or_null(json, "max_completion_tokens", model.max_completion_tokens);
  json.boolean("is_moderated", false).end_object();
  json.null("per_request_limits");
  write_words(json, "supported_parameters", model.supported_parameters);
  json.null("default_parameters");
  if (is_mirror) {
    json.null("supported_voices");
    json.begin_object("links");
    json.string("details", "/api/v1/models/" + std::string(id) + "/endpoints").end_object();
  }
  write_text_or_null(json, "expiration_date", model.expiration_date);
}

/// RFC 3339 in UTC; an unknown date is the epoch, as Anthropic has it.
std::string encode_date(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "1970-01-01T00:00:00Z";
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

void write_anthropic(JsonWriter& json, std::string_view id, const ModelConfig& model) {
  json.string("type", "model").string("id", id).string("display_name", shown_name(id, model));
  json.string("created_at", encode_date(model.created));
  write_count_if(json, "max_input_tokens", model.context_length);
  write_count_if(json, "max_tokens", model.max_completion_tokens);
}

void write_gemini(JsonWriter& json, std::string_view id, const ModelConfig& model) {
  json.string("name", "models/" + std::string(id)).string("version", "1");
  json.string("displayName", shown_name(id, model)).string_if("description", model.description);
  write_count_if(json, "inputTokenLimit", model.context_length);
  write_count_if(json, "outputTokenLimit", model.max_completion_tokens);
  const bool embeds = holds(model.architecture.output_modalities, "embeddings");
  write_words(json, "supportedGenerationMethods",
              embeds ? Words{"embedContent", "batchEmbedContents"}
                     : Words{"generateContent", "streamGenerateContent", "countTokens"});
  if (can_reason(model)) json.boolean("thinking", true);
}

/// Codex sends this to the model in place of the instructions it has built in.
constexpr std::string_view kCodexInstructions =
    "Work as a coding agent in the user's terminal and files. Look before you change: read the "
    "code around the task and keep to its conventions. Make the smallest change that does the "
    "whole task, leave unrelated work alone, and never undo changes that are not yours. Use the "
    "tools you are given, prefer rg for searching, and run what shows that the change works. When "
    "you are done say briefly what you changed, what you ran and what is left.";

void write_codex(JsonWriter& json, std::string_view id, const ModelConfig& model) {
  const bool reasons = can_reason(model);
  json.string("slug", id).string("display_name", shown_name(id, model));
  write_text_or_null(json, "description", model.description);
  if (reasons) json.string("default_reasoning_level", "medium");
  json.begin_array("supported_reasoning_levels");
  for (const std::string_view effort : {"low", "medium", "high"}) {
    if (!reasons) break;
    json.begin_object().string("effort", effort).string("description", effort).end_object();
  }
  json.end_array();
  json.string("shell_type", "shell_command").string("visibility", "list");
  json.boolean("supported_in_api", true).number("priority", 1).null("upgrade");
  json.string("base_instructions", kCodexInstructions);
  json.boolean("supports_reasoning_summaries", reasons).boolean("support_verbosity", false);
  json.null("default_verbosity").null("apply_patch_tool_type");
  json.raw("truncation_policy", R"({"mode":"tokens","limit":10000})");
  json.boolean("supports_parallel_tool_calls",
               holds(model.supported_parameters, "parallel_tool_calls"));
  write_count_if(json, "context_window", model.context_length);
  json.raw("experimental_supported_tools", "[]");
  json.begin_array("input_modalities").string("text");
  if (holds(model.architecture.input_modalities, "image")) json.string("image");
  json.end_array();
}

}  // namespace

std::string encode_model_card(ModelDialect dialect, std::string_view id, const ModelConfig& model) {
  std::string card;
  JsonWriter json(card);
  json.begin_object();
  switch (dialect) {
    case ModelDialect::openai:
    case ModelDialect::mirror:
      write_openai(json, id, model, dialect == ModelDialect::mirror);
      break;
    case ModelDialect::anthropic:
      write_anthropic(json, id, model);
      break;
    case ModelDialect::gemini:
      write_gemini(json, id, model);
      break;
    case ModelDialect::codex:
      write_codex(json, id, model);
      break;
  }
  json.end_object();
  return card;
}

}  // namespace arouter
