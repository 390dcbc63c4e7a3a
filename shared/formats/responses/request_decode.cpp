#include <array>
#include <utility>

#include "shared/formats/peek_fields.hpp"
#include "shared/formats/responses/request.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

using chat::Losses;
using chat::Output;
using chat::Request;
using peek_fields::bad_field;

using Reader = Result<void> (*)(const JsonItem& item, Request& request, Losses& losses);

template <std::string Request::*kMember>
Result<void> read_text(const JsonItem& item, Request& request, Losses&) {
  auto text = find_text(item);
  if (!text) return bad_field(item.key(), "must be a string");
  request.*kMember = std::move(*text);
  return {};
}

template <std::string Request::*kMember>
Result<void> read_number(const JsonItem& item, Request& request, Losses&) {
  if (item.number().empty()) return bad_field(item.key(), "must be a number");
  request.*kMember = item.number();
  return {};
}

template <std::optional<std::int64_t> Request::*kMember>
Result<void> read_count(const JsonItem& item, Request& request, Losses&) {
  request.*kMember = item.count();
  if (!(request.*kMember)) return bad_field(item.key(), "must be a whole number");
  return {};
}

Result<void> read_store(const JsonItem& item, Request& request, Losses&) {
  request.store = item.boolean();
  if (!request.store) return bad_field("store", "must be true or false");
  return {};
}

Result<void> read_parallel(const JsonItem& item, Request& request, Losses&) {
  request.tool_choice.parallel = item.boolean();
  if (!request.tool_choice.parallel) {
    return bad_field("parallel_tool_calls", "must be true or false");
  }
  return {};
}

Result<void> read_metadata(const JsonItem& item, Request& request, Losses&) {
  if (!item.is_object()) return bad_field("metadata", "must be an object");
  request.metadata = item.raw();
  return {};
}

Result<void> read_format(const JsonItem& format, Output& output) {
  const std::string type = format["type"].text();
  if (type == "text") {
    output.kind = Output::Kind::text;
  } else if (type == "json_object") {
    output.kind = Output::Kind::json_object;
  } else if (type == "json_schema") {
    if (!format["schema"].is_object()) return bad_field("text.format.schema", "must be an object");
    output.kind = Output::Kind::json_schema;
    output.schema = format["schema"].raw();
    output.name = format["name"].text();
    output.description = format["description"].text();
    output.strict = format["strict"].boolean();
  } else {
    return bad_field("text.format.type", "must be \"text\", \"json_object\" or \"json_schema\"");
  }
  return {};
}

Result<void> read_text_settings(const JsonItem& text, Request& request, Losses& losses) {
  if (!text.is_object()) return bad_field("text", "must be an object");
  for (const JsonItem member : text) {
    if (!member.is_set()) continue;
    if (member.named("format")) {
      Result<void> good = read_format(member, request.output);
      if (!good) return good;
    } else if (member.named("verbosity")) {
      request.verbosity = member.text();
    } else {
      losses.add("text." + member.key());
    }
  }
  return {};
}

void read_effort(const std::string& effort, chat::Reasoning& reasoning, Losses& losses) {
  constexpr std::array<std::string_view, 5> kEfforts{"minimal", "low", "medium", "high", "xhigh"};
  if (effort == "none") {
    reasoning.enabled = false;
    return;
  }
  for (const std::string_view known : kEfforts) {
    if (known == effort) reasoning.effort = effort;
  }
  if (!reasoning.effort.empty()) return;
  losses.add("reasoning.effort");
  if (effort == "max") reasoning.effort = kEfforts.back();
}

Result<void> read_reasoning_settings(const JsonItem& item, Request& request, Losses& losses) {
  if (!item.is_object()) return bad_field("reasoning", "must be an object");
  chat::Reasoning& reasoning = request.reasoning;
  for (const JsonItem member : item) {
    if (!member.is_set()) continue;
    const std::string value = member.text();
    if (member.named("effort")) {
      if (value.empty()) return bad_field("reasoning.effort", "must be a word");
      read_effort(value, reasoning, losses);
    } else if (member.named("summary") || member.named("generate_summary")) {
      if (value.empty()) return bad_field("reasoning.summary", "must be a word");
      if (value == "none") continue;
      reasoning.summary = value;
      reasoning.include = true;
    } else if (!(member.named("context") && value == "auto") &&
               !(member.named("mode") && value == "standard")) {
      losses.add("reasoning." + member.key());
    }
  }
  return {};
}

Result<void> read_include(const JsonItem& include, Request& request, Losses&) {
  if (!include.is_array()) return bad_field("include", "must be an array of strings");
  for (const JsonItem each : include) {
    // The others add to answers of tools that are losses themselves; signatures always travel.
    if (each.text() == "message.output_text.logprobs") request.logprobs = true;
  }
  return {};
}

Result<void> read_truncation(const JsonItem& item, Request&, Losses& losses) {
  if (item.text() != "disabled") losses.add("truncation");
  return {};
}

/// State that only the provider has: the conversation makes no sense without it.
Result<void> refuse_state(const JsonItem& item, Request&, Losses&) {
  return bad_field(item.key(),
                   "needs a conversation that another provider keeps; send all of it in 'input', "
                   "or choose a model whose provider speaks this format");
}

Result<void> refuse_background(const JsonItem& item, Request&, Losses&) {
  if (item.boolean() == false) return {};
  return bad_field("background", "can only be done by a provider that speaks this format");
}

Result<void> pass_over(const JsonItem&, Request&, Losses&) {
  return {};
}

struct Field {
  std::string_view name;
  Reader read;
};

// pass_over: of no consequence for the answer, or read elsewhere.
constexpr std::array<Field, 32> kFields{
    {{"model", pass_over},
     {"input", pass_over},
     {"instructions", pass_over},
     {"tools", pass_over},
     {"tool_choice", pass_over},
     {"stream", pass_over},
     {"stream_options", pass_over},
     {"client_metadata", pass_over},
     {"prompt_cache_retention", pass_over},
     {"prompt_cache_options", pass_over},
     {"background", refuse_background},
     {"previous_response_id", refuse_state},
     {"conversation", refuse_state},
     {"prompt", refuse_state},
     {"max_output_tokens", read_count<&Request::max_tokens>},
     {"temperature", read_number<&Request::temperature>},
     {"top_p", read_number<&Request::top_p>},
     {"frequency_penalty", read_number<&Request::frequency_penalty>},
     {"presence_penalty", read_number<&Request::presence_penalty>},
     {"top_logprobs", read_count<&Request::top_logprobs>},
     {"store", read_store},
     {"parallel_tool_calls", read_parallel},
     {"metadata", read_metadata},
     {"text", read_text_settings},
     {"reasoning", read_reasoning_settings},
     {"include", read_include},
     {"truncation", read_truncation},
     {"prompt_cache_key", read_text<&Request::prompt_cache_key>},
     {"safety_identifier", read_text<&Request::safety_identifier>},
     {"service_tier", read_text<&Request::service_tier>},
     {"user", read_text<&Request::user>},
     {"usage", pass_over}}};

Result<void> read_fields(const JsonItem& root, Request& request, Losses& losses) {
  for (const JsonItem member : root) {
    if (!member.is_set()) continue;
    const Field* known = nullptr;
    for (const Field& field : kFields) {
      if (member.named(field.name)) known = &field;
    }
    if (known == nullptr) {
      if (!peek_fields::is_heeded(member)) losses.add(member.key());
      continue;
    }
    Result<void> good = known->read(member, request, losses);
    if (!good) return good;
  }
  return {};
}

Result<void> read_instructions(const JsonItem& item, Request& request) {
  if (!item.is_set()) return {};
  auto text = find_text(item);
  if (!text) return bad_field("instructions", "must be a string");
  if (text->empty()) return {};
  request.messages.emplace_back().role = chat::Role::system;
  request.messages.back().parts.emplace_back(chat::Text{std::move(*text), {}, {}});
  return {};
}

/// What depends on each other, in this order.
Result<void> read_conversation(const JsonItem& root, Request& request, Losses& losses) {
  Result<void> good = read_instructions(root["instructions"], request);
  if (!good) return good;
  if (const JsonItem tools = root["tools"]; tools.is_set()) {
    good = decode_tools(tools, "tools", request, losses);
    if (!good) return good;
  }
  good = decode_input(root["input"], request, losses);
  if (!good) return good;
  const JsonItem choice = root["tool_choice"];
  return choice.is_set() ? decode_tool_choice(choice, request, losses) : Result<void>();
}

}  // namespace

Result<Request> decode_request(std::string_view body, const Peek& peek, Losses& losses) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return doc.error();
  Request request;
  request.model = peek.model;
  request.stream = peek.stream;
  request.include_usage = peek.stream;  // streams of this format always tell
  Result<void> good = read_fields(doc->root(), request, losses);
  if (!good) return good.error();
  good = read_conversation(doc->root(), request, losses);
  if (!good) return good.error();
  return request;
}

}  // namespace arouter::responses
