#include "shared/formats/responses/response_object.hpp"

#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/chat/thinking.hpp"
#include "shared/formats/responses/request.hpp"
#include "shared/formats/responses/tools.hpp"
#include "shared/json_writer.hpp"
#include "shared/money.hpp"

namespace arouter::responses {

namespace {

void write_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.string(text);
  }
}

void write_cost(JsonWriter& json, const Cost& cost) {
  json.raw("cost", encode_money(cost.total)).begin_object("cost_details");
  json.raw("upstream_inference_cost", encode_money(cost.total));
  json.raw("upstream_inference_prompt_cost", encode_money(cost.prompt));
  json.raw("upstream_inference_completions_cost", encode_money(cost.completion)).end_object();
  json.boolean("is_byok", cost.is_byok);
}

void write_usage(JsonWriter& json, const ResponseObject& response) {
  json.key("usage");
  if (!response.usage) {
    json.null();
    return;
  }
  const Usage& usage = *response.usage;
  json.begin_object().number("input_tokens", usage.input_tokens);
  json.begin_object("input_tokens_details");
  json.number("cached_tokens", usage.cached_input_tokens);
  json.number("cache_write_tokens", usage.cache_write_tokens).end_object();
  json.number("output_tokens", usage.output_tokens);
  json.begin_object("output_tokens_details");
  json.number("reasoning_tokens", usage.reasoning_tokens).end_object();
  json.number("total_tokens", usage.input_tokens + usage.output_tokens);
  if (response.cost) write_cost(json, *response.cost);
  json.end_object();
}

void write_error(JsonWriter& json, const ResponseObject& response) {
  if (response.error_message.empty()) {
    json.null("error");
  } else {
    json.begin_object("error").string("code", response.error_code);
    json.string("message", response.error_message).end_object();
  }
  if (response.incomplete_reason.empty()) {
    json.null("incomplete_details");
  } else {
    json.begin_object("incomplete_details").string("reason", response.incomplete_reason);
    json.end_object();
  }
}

std::string instructions_of(const chat::Request& request) {
  if (request.messages.empty() || request.messages[0].role != chat::Role::system) return "";
  return chat::joined_text(request.messages[0].parts);
}

void write_echo(JsonWriter& json, const chat::Request& request) {
  const chat::Reasoning& reasoning = request.reasoning;
  write_or_null(json, "instructions", instructions_of(request));
  json.key("max_output_tokens");
  if (request.max_tokens) {
    json.number(*request.max_tokens);
  } else {
    json.null();
  }
  json.raw("metadata", request.metadata.empty() ? "{}" : request.metadata);
  json.boolean("parallel_tool_calls", request.tool_choice.parallel.value_or(true));
  json.null("previous_response_id");
  write_or_null(json, "prompt_cache_key", request.prompt_cache_key);
  json.begin_object("reasoning");
  write_or_null(json, "effort", chat::effort_of(reasoning));
  write_or_null(json, "summary", reasoning.summary);
  json.end_object();
  write_or_null(json, "safety_identifier", request.safety_identifier);
  json.boolean("store", request.store.value_or(false));
  json.raw("temperature", request.temperature.empty() ? "1.0" : request.temperature);
  json.key("text");
  write_text_settings(json, request, request.output.strict);
  json.key("tool_choice");
  write_tool_choice(json, request.tool_choice);
  json.key("tools");
  write_own_tools(json, request.tools);
  json.number("top_logprobs", request.top_logprobs.value_or(0));
  json.raw("top_p", request.top_p.empty() ? "1.0" : request.top_p);
  json.string("truncation", "disabled");
  write_or_null(json, "user", request.user);
}

}  // namespace

std::string response_id(std::string_view provider_id, std::string_view request_id) {
  const std::string_view id = provider_id.empty() ? request_id : provider_id;
  return id.starts_with("resp_") ? std::string(id) : "resp_" + std::string(id);
}

void set_finish(ResponseObject& response, chat::FinishReason finish, bool refused) {
  using chat::FinishReason;
  response.status = "completed";
  if (finish == FinishReason::length || finish == FinishReason::context_length) {
    response.status = "incomplete";
    response.incomplete_reason = "max_output_tokens";
  } else if (finish == FinishReason::content_filter ||
             (finish == FinishReason::refusal && !refused)) {
    response.status = "incomplete";
    response.incomplete_reason = "content_filter";
  } else if (finish == FinishReason::malformed_call) {
    response.status = "failed";
    response.error_code = "server_error";
    response.error_message = "the model's tool call could not be read";
  }
}

std::string echo_of(const chat::Request* request) {
  std::string echo;
  JsonWriter json(echo);
  const chat::Request silent;
  write_echo(json, request == nullptr ? silent : *request);
  return chat::one_line(std::move(echo));
}

void append_response(std::string& out, const ResponseObject& response, std::string_view echo) {
  JsonWriter json(out);
  json.begin_object().string("id", response.id).string("object", "response");
  json.number("created_at", response.created).string("status", response.status);
  json.boolean("background", false);
  write_error(json, response);
  json.string("model", response.model).begin_array("output");
  if (!response.output.empty()) json.raw(response.output);
  json.end_array();
  write_or_null(json, "service_tier", response.service_tier);
  out += ',';
  out += echo;
  write_usage(json, response);
  json.end_object();
}

void append_response_event(std::string& out, std::string_view type, const ResponseObject& response,
                           std::string_view echo, std::int64_t sequence_number) {
  out += "event: ";
  out += type;
  out += "\ndata: ";
  JsonWriter json(out);
  json.begin_object().string("type", type).number("sequence_number", sequence_number);
  json.key("response");
  append_response(out, response, echo);
  out += "}\n\n";
}

}  // namespace arouter::responses
