#include "shared/model_card.hpp"

#include <algorithm>

#include "shared/date.hpp"
#include "shared/json_writer.hpp"
#include "shared/model_members.hpp"

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

void write_count_if(JsonWriter& json, std::string_view key, std::int64_t value) {
  if (value > 0) json.number(key, value);
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

void write_anthropic(JsonWriter& json, std::string_view id, const ModelConfig& model) {
  json.string("type", "model").string("id", id).string("display_name", shown_name(id, model));
  // An unknown date is the epoch, as Anthropic has it.
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
