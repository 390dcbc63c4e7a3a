#include <algorithm>
#include <variant>

#include "shared/chat/messages.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/formats/openai_schema.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/request.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

using chat::Losses;
using chat::Output;
using chat::Request;

constexpr std::string_view kStrictLoss = "response_format.json_schema.strict";
constexpr std::int64_t kLeastTokens = 16;  // less is refused

/// "0", "-0.00", "0e5".
bool is_zero(std::string_view number) {
  return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") ==
         std::string_view::npos;
}

bool is_one(std::string_view number) {
  if (number.empty() || number.front() != '1') return number.empty();
  return number.size() == 1 || (number[1] == '.' && is_zero(number.substr(2)) &&
                                number.find_first_of("eE") == std::string_view::npos);
}

/// What this format has no word for.
void note_losses(const Request& request, Losses& losses) {
  if (!request.stop.empty()) losses.add("stop");
  if (request.n.value_or(1) != 1) losses.add("n");
  if (request.seed) losses.add("seed");
  if (request.top_k) losses.add("top_k");
  if (!is_zero(request.min_p)) losses.add("min_p");
  if (!is_zero(request.frequency_penalty)) losses.add("frequency_penalty");
  if (!is_zero(request.presence_penalty)) losses.add("presence_penalty");
  if (!is_one(request.repetition_penalty)) losses.add("repetition_penalty");
  if (request.logit_bias.find_first_not_of("{} \t\r\n") != std::string::npos) {
    losses.add("logit_bias");
  }
}

/// Whether an answer may hold thoughts: to ask models that have none for them is an error.
bool has_reasoning(const Request& request, std::string_view effort) {
  if (openai_traits(request.model).efforts.empty()) return false;
  if (!effort.empty() && effort != "none") return true;
  const chat::Reasoning& reasoning = request.reasoning;
  if (!reasoning.summary.empty() || reasoning.include.value_or(false)) return true;
  const auto is_thought = [](const chat::Part& part) {
    const auto* thinking = std::get_if<chat::Thinking>(&part);
    return thinking != nullptr && thinking->signature.format == kFormatName;
  };
  return std::any_of(request.messages.begin(), request.messages.end(),
                     [&is_thought](const chat::Message& message) {
                       return std::any_of(message.parts.begin(), message.parts.end(), is_thought);
                     });
}

void write_reasoning_settings(JsonWriter& json, const Request& request, Losses& losses) {
  const chat::Reasoning& reasoning = request.reasoning;
  const std::string effort = choose_openai_effort(request, losses);
  std::string summary = reasoning.summary;
  if (openai_traits(request.model).efforts.empty()) {
    if (!summary.empty()) losses.add("reasoning.summary");
    return;
  }
  // Clients whose API shows the thoughts that they turn on need not ask for them.
  const bool shown = reasoning.include.value_or(reasoning.enabled.value_or(false));
  if (summary.empty() && shown) summary = "auto";
  if (!effort.empty() || !summary.empty()) {
    json.begin_object("reasoning").string_if("effort", effort).string_if("summary", summary);
    json.end_object();
  }
}

void write_include(JsonWriter& json, const Request& request, bool takes_sampling, Losses& losses) {
  const bool thoughts = has_reasoning(request, choose_openai_effort(request, losses));
  const bool logprobs = request.logprobs.value_or(false) && takes_sampling;
  if (!thoughts && !logprobs) return;
  json.begin_array("include");
  if (thoughts) json.string("reasoning.encrypted_content");
  if (logprobs) json.string("message.output_text.logprobs");
  json.end_array();
}

/// The first message as `instructions`, the rest as input: which needs one item at least.
void write_conversation(JsonWriter& json, const Request& request, Losses& losses) {
  const std::vector<chat::Message>& messages = request.messages;
  const bool instructs = messages.size() > 1 && messages[0].role == chat::Role::system;
  if (instructs) {
    for (const chat::Part& part : messages[0].parts) {
      const auto* text = std::get_if<chat::Text>(&part);
      if (text == nullptr || !text->cache_control.empty()) {
        losses.add(text == nullptr ? "messages.system" : "messages.cache_control");
      }
    }
    json.string("instructions", chat::joined_text(messages[0].parts));
  }
  json.key("input");
  write_input(json, request, instructs ? 1 : 0, losses);
}

void write_tool_settings(JsonWriter& json, const Request& request, Losses& losses) {
  if (!request.tools.empty()) {
    json.key("tools");
    write_tools(json, request.tools, losses);
  }
  if (request.tool_choice.kind != chat::ToolChoice::Kind::unset) {
    json.key("tool_choice");
    chat::ToolChoice choice = request.tool_choice;
    choice.name = chat::short_tool_name(choice.name);
    write_tool_choice(json, choice);
  }
  if (request.tool_choice.parallel) {
    json.boolean("parallel_tool_calls", *request.tool_choice.parallel);
  }
}

void write_limits(JsonWriter& json, const Request& request, bool takes_sampling, Losses& losses) {
  if (request.max_tokens) {
    if (*request.max_tokens < kLeastTokens) losses.add("max_tokens");
    json.number("max_output_tokens", std::max(*request.max_tokens, kLeastTokens));
  }
  if (!takes_sampling) return lose_openai_sampling(request, losses);
  json.raw_if("temperature", request.temperature).raw_if("top_p", request.top_p);
  if (request.top_logprobs) json.number("top_logprobs", *request.top_logprobs);
}

void write_account(JsonWriter& json, const Request& request, Losses& losses) {
  json.raw_if("metadata", request.metadata);
  json.string_if("user", fit_user(request.user, "user", losses));
  json.string_if("service_tier", request.service_tier);
  json.string_if("prompt_cache_key", chat::shorten(request.prompt_cache_key, kMostUser));
  json.string_if("safety_identifier",
                 fit_user(request.safety_identifier, "safety_identifier", losses));
}

std::size_t size_of(const Request& request) {
  std::size_t size = 4'096;
  for (const chat::Tool& tool : request.tools) {
    size += tool.parameters.size() + tool.description.size() + 128;
  }
  for (const chat::Message& message : request.messages) {
    for (const chat::Part& part : message.parts) {
      if (const auto* text = std::get_if<chat::Text>(&part)) size += text->text.size() + 64;
      if (const auto* media = std::get_if<chat::Media>(&part)) size += media->data.size();
    }
  }
  return size;
}

}  // namespace

void write_text_settings(JsonWriter& json, const Request& request, std::optional<bool> strict) {
  const Output& output = request.output;
  json.begin_object().begin_object("format");
  if (output.kind == Output::Kind::json_schema) {
    json.string("type", "json_schema").string("name", output.name.empty() ? "answer" : output.name);
    json.string_if("description", output.description);
    json.raw("schema", output.schema.empty() ? "{}" : output.schema);
    if (strict) json.boolean("strict", *strict);
  } else {
    json.string("type", output.kind == Output::Kind::json_object ? "json_object" : "text");
  }
  json.end_object().string_if("verbosity", request.verbosity).end_object();
}

namespace {

/// What makes up the input: all that a request for a count may hold.
void write_what_counts(JsonWriter& json, const Request& request, Losses& losses) {
  json.string("model", request.model);
  write_conversation(json, request, losses);
  write_tool_settings(json, request, losses);
  if (request.output.kind != Output::Kind::unset || !request.verbosity.empty()) {
    json.key("text");
    const Output& output = request.output;
    write_text_settings(json, request,
                        choose_strict(output.strict, output.schema, kStrictLoss, losses));
  }
  write_reasoning_settings(json, request, losses);
}

}  // namespace

std::string encode_request(const Request& request, Losses& losses) {
  note_losses(request, losses);
  std::string body;
  body.reserve(size_of(request));
  JsonWriter json(body);
  json.begin_object();
  write_what_counts(json, request, losses);
  const bool takes_sampling =
      takes_openai_sampling(request.model, choose_openai_effort(request, losses));
  write_include(json, request, takes_sampling, losses);
  write_limits(json, request, takes_sampling, losses);
  write_account(json, request, losses);
  json.boolean("store", request.store.value_or(false));
  if (request.stream) json.boolean("stream", true);
  json.end_object();
  return body;
}

std::string encode_count_request(const Request& request, Losses& losses) {
  std::string body;
  body.reserve(size_of(request));
  JsonWriter json(body);
  json.begin_object();
  write_what_counts(json, request, losses);
  json.end_object();
  return body;
}

}  // namespace arouter::responses
