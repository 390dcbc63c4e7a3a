#include <algorithm>
#include <array>

#include "shared/chat/shorten.hpp"
#include "shared/formats/openai/request.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/formats/openai_schema.hpp"

namespace arouter::openai {

namespace {

using chat::Losses;
using chat::Request;

constexpr std::string_view kStrictLoss = "response_format.json_schema.strict";

void write_limits(JsonWriter& json, const Request& request, std::string_view effort,
                  Losses& losses) {
  // `max_tokens` is understood by every server that calls itself compatible; some refuse the
  // younger name, others do not know it and would let the answer run on.
  const bool younger = openai_traits(request.model).younger;
  if (request.max_tokens) {
    json.number(younger ? "max_completion_tokens" : "max_tokens", *request.max_tokens);
  }
  json.string_if("reasoning_effort", effort);
  if (!request.reasoning.summary.empty()) losses.add("reasoning.summary");
}

void write_sampling(JsonWriter& json, const Request& request, Losses& losses) {
  if (!request.stop.empty()) {
    json.begin_array("stop");
    for (const std::string& text : request.stop) json.string(text);
    json.end_array();
  }
  json.raw_if("temperature", request.temperature).raw_if("top_p", request.top_p);
  json.raw_if("frequency_penalty", request.frequency_penalty);
  json.raw_if("presence_penalty", request.presence_penalty);
  if (request.logprobs) json.boolean("logprobs", *request.logprobs);
  if (request.top_logprobs.value_or(0) > 0) {
    if (request.logprobs.value_or(false)) {
      json.number("top_logprobs", *request.top_logprobs);
    } else {
      losses.add("top_logprobs");  // refused without logprobs
    }
  }
  json.raw_if("logit_bias", request.logit_bias);
}

void write_choices(JsonWriter& json, const Request& request, Losses& losses) {
  if (request.n) json.number("n", *request.n);
  if (request.seed) json.number("seed", *request.seed);
  // Some compatible servers know these; OpenAI answers 400 to a field that it does not know.
  if (request.top_k) losses.add("top_k");
  if (!request.min_p.empty()) losses.add("min_p");
  if (!request.repetition_penalty.empty()) losses.add("repetition_penalty");
}

void write_tools(JsonWriter& json, const Request& request, Losses& losses) {
  if (request.tools.empty()) return;
  json.begin_array("tools");
  for (const chat::Tool& tool : request.tools) {
    json.begin_object().string("type", "function").begin_object("function");
    json.string("name", chat::short_tool_name(tool.name))
        .string_if("description", tool.description);
    // Some servers want a schema even where the tool takes nothing.
    json.raw("parameters", tool.parameters.empty()
                               ? std::string_view(R"({"type":"object","properties":{}})")
                               : std::string_view(tool.parameters));
    const auto strict = choose_strict(tool.strict, tool.parameters, "tools.strict", losses);
    if (strict) json.boolean("strict", *strict);
    json.end_object().end_object();
    if (!tool.cache_control.empty()) losses.add("tools.cache_control");
  }
  json.end_array();
}

void write_tool_choice(JsonWriter& json, const Request& request, Losses& losses) {
  using Kind = chat::ToolChoice::Kind;
  const chat::ToolChoice& choice = request.tool_choice;
  if (request.tools.empty()) {
    if (choice.kind == Kind::required || choice.kind == Kind::named) losses.add("tool_choice");
    return;
  }
  if (choice.kind == Kind::automatic) json.string("tool_choice", "auto");
  if (choice.kind == Kind::none) json.string("tool_choice", "none");
  if (choice.kind == Kind::required) json.string("tool_choice", "required");
  if (choice.kind == Kind::named) {
    json.begin_object("tool_choice").string("type", "function").begin_object("function");
    json.string("name", chat::short_tool_name(choice.name)).end_object().end_object();
  }
  // True is the default, and refused by models that make one call at a time.
  if (choice.parallel && !*choice.parallel) json.boolean("parallel_tool_calls", false);
}

void write_output(JsonWriter& json, const chat::Output& output, Losses& losses) {
  using Kind = chat::Output::Kind;
  if (output.kind == Kind::unset) return;
  json.begin_object("response_format");
  if (output.kind == Kind::text) json.string("type", "text");
  if (output.kind == Kind::json_object) json.string("type", "json_object");
  if (output.kind == Kind::json_schema) {
    json.string("type", "json_schema").begin_object("json_schema");
    json.string("name", output.name.empty() ? "answer" : output.name);
    json.string_if("description", output.description).raw_if("schema", output.schema);
    const auto strict = choose_strict(output.strict, output.schema, kStrictLoss, losses);
    if (strict) json.boolean("strict", *strict);
    json.end_object();
  }
  json.end_object();
}

void write_account(JsonWriter& json, const Request& request, Losses& losses) {
  constexpr std::array<std::string_view, 5> kTiers{"auto", "default", "flex", "priority", "scale"};
  json.string_if("user", fit_user(request.user, "user", losses));
  if (std::find(kTiers.begin(), kTiers.end(), request.service_tier) != kTiers.end()) {
    json.string("service_tier", request.service_tier);
  } else if (!request.service_tier.empty()) {
    losses.add("service_tier");
  }
  json.string_if("verbosity", request.verbosity);
  json.string_if("prompt_cache_key", chat::shorten(request.prompt_cache_key, kMostUser));
  json.string_if("safety_identifier",
                 fit_user(request.safety_identifier, "safety_identifier", losses));
  const bool stored = request.store.value_or(false);  // false is the default here
  if (stored) json.boolean("store", true);
  if (stored) {
    json.raw_if("metadata", request.metadata);
  } else if (!request.metadata.empty()) {
    losses.add("metadata");
  }
}

}  // namespace

std::string encode_request(const Request& request, Losses& losses) {
  std::string out;
  out.reserve(8192);
  JsonWriter json(out);
  json.begin_object().string("model", request.model);
  write_messages(json, request, losses);
  write_tools(json, request, losses);
  write_tool_choice(json, request, losses);
  write_output(json, request.output, losses);
  const std::string effort = choose_openai_chat_effort(request, losses);
  write_limits(json, request, effort, losses);
  if (takes_openai_sampling(request.model, effort)) {
    write_sampling(json, request, losses);
  } else {
    lose_openai_sampling(request, losses);
  }
  write_choices(json, request, losses);
  write_account(json, request, losses);
  if (request.stream) {
    json.boolean("stream", true);
    json.begin_object("stream_options").boolean("include_usage", true).end_object();
  }
  json.end_object();
  return out;
}

}  // namespace arouter::openai
