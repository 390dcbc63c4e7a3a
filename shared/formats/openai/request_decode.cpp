#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "shared/formats/openai/content.hpp"
#include "shared/formats/openai/request.hpp"
#include "shared/formats/peek_fields.hpp"

namespace arouter::openai {

namespace {

using chat::Losses;
using chat::Request;

Place top(std::string_view name) {
  return Place{nullptr, name};
}

template <class Member>
struct Field {
  std::string_view name;
  Member Request::*member;
};

constexpr std::array<Field<std::string>, 6> kNumbers{
    {{"temperature", &Request::temperature},
     {"top_p", &Request::top_p},
     {"min_p", &Request::min_p},
     {"frequency_penalty", &Request::frequency_penalty},
     {"presence_penalty", &Request::presence_penalty},
     {"repetition_penalty", &Request::repetition_penalty}}};
constexpr std::array<Field<std::optional<std::int64_t>>, 4> kIntegers{
    {{"top_k", &Request::top_k},
     {"seed", &Request::seed},
     {"n", &Request::n},
     {"top_logprobs", &Request::top_logprobs}}};
constexpr std::array<Field<std::string>, 5> kTexts{
    {{"user", &Request::user},
     {"service_tier", &Request::service_tier},
     {"verbosity", &Request::verbosity},
     {"prompt_cache_key", &Request::prompt_cache_key},
     {"safety_identifier", &Request::safety_identifier}}};
constexpr std::array<Field<std::optional<bool>>, 2> kFlags{
    {{"logprobs", &Request::logprobs}, {"store", &Request::store}}};
constexpr std::array<Field<std::string>, 2> kObjects{
    {{"logit_bias", &Request::logit_bias}, {"metadata", &Request::metadata}}};

// Read by name below or by peek, or of no consequence for a translated request: how usage is to be
// told has one answer here.
constexpr std::array<std::string_view, 18> kElsewhere{"model",         "messages",
                                                      "stream",        "stream_options",
                                                      "max_tokens",    "tools",
                                                      "stop",          "max_completion_tokens",
                                                      "tool_choice",   "response_format",
                                                      "functions",     "parallel_tool_calls",
                                                      "function_call", "reasoning",
                                                      "modalities",    "reasoning_effort",
                                                      "usage",         "include_reasoning"};

template <class Fields>
bool has_name(const Fields& fields, const JsonItem& member) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& field) { return member.named(field.name); });
}

void note_unknown(const JsonItem& root, Losses& losses) {
  for (const JsonItem member : root) {
    if (!member.is_set()) continue;
    const bool known = has_name(kNumbers, member) || has_name(kIntegers, member) ||
                       has_name(kTexts, member) || has_name(kFlags, member) ||
                       has_name(kObjects, member) ||
                       std::any_of(kElsewhere.begin(), kElsewhere.end(),
                                   [&](std::string_view name) { return member.named(name); });
    if (!known && !peek_fields::is_heeded(member)) losses.add(member.key());
  }
}

/// A whole number of either sign.
std::optional<std::int64_t> decode_integer(const JsonItem& item) {
  const std::string_view digits = item.number();
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

Result<void> read_integer(const JsonItem& root, std::string_view name,
                          std::optional<std::int64_t>& value) {
  const JsonItem item = root[name];
  if (!item.is_set()) return {};
  value = decode_integer(item);
  if (!value) return bad_place(top(name), "must be a whole number");
  return {};
}

Result<void> read_scalars(const JsonItem& root, Request& request) {
  for (const auto& [name, member] : kNumbers) {
    const JsonItem item = root[name];
    if (!item.is_set()) continue;
    if (item.number().empty()) return bad_place(top(name), "must be a number");
    request.*member = item.number();
  }
  for (const auto& [name, member] : kIntegers) {
    if (Result<void> good = read_integer(root, name, request.*member); !good) return good;
  }
  for (const auto& [name, member] : kTexts) {
    const JsonItem item = root[name];
    if (!item.is_set()) continue;
    Result<std::string> text = decode_text(item, top(name));
    if (!text) return text.error();
    request.*member = *std::move(text);
  }
  for (const auto& [name, member] : kFlags) {
    const JsonItem item = root[name];
    if (!item.is_set()) continue;
    request.*member = item.boolean();
    if (!(request.*member)) return bad_place(top(name), "must be true or false");
  }
  for (const auto& [name, member] : kObjects) {
    const JsonItem item = root[name];
    if (!item.is_set()) continue;
    if (!item.is_object()) return bad_place(top(name), "must be an object");
    if (!item.empty()) request.*member = item.raw();
  }
  return {};
}

Result<void> read_limits(const JsonItem& root, Request& request) {
  if (Result<void> good = read_integer(root, "max_tokens", request.max_tokens); !good) return good;
  const JsonItem younger = root["max_completion_tokens"];
  if (younger.is_set()) {
    return read_integer(root, "max_completion_tokens", request.max_tokens);
  }
  return {};
}

Result<void> read_stop(const JsonItem& stop, Request& request) {
  const Place place = top("stop");
  if (!stop.is_set()) return {};
  if (stop.is_string()) {
    Result<std::string> text = decode_text(stop, place);
    if (!text) return text.error();
    request.stop.push_back(*std::move(text));
    return {};
  }
  if (!stop.is_array()) return bad_place(place, "must be a string or an array of strings");
  std::size_t index = 0;
  for (const JsonItem item : stop) {
    Result<std::string> text = decode_text(item, Place{&place, {}, index++});
    if (!text) return text.error();
    request.stop.push_back(*std::move(text));
  }
  return {};
}

/// A tool's `function`, or an element of the older `functions`.
Result<chat::Tool> decode_tool(const JsonItem& function, const Place& place) {
  if (!function.is_object()) return bad_place(place, "must be an object with a 'name'");
  chat::Tool tool;
  Result<std::string> name = decode_member(function, "name", place);
  if (!name) return name.error();
  if (name->empty()) return bad_member(place, "name", "is required");
  tool.name = *std::move(name);
  Result<std::string> description = decode_member(function, "description", place);
  if (!description) return description.error();
  tool.description = *std::move(description);
  if (const JsonItem parameters = function["parameters"]; parameters.is_set()) {
    if (!parameters.is_object()) {
      return bad_member(place, "parameters", "must be an object: a JSON schema");
    }
    tool.parameters = parameters.raw();
  }
  if (const JsonItem strict = function["strict"]; strict.is_set()) {
    tool.strict = strict.boolean();
    if (!tool.strict) return bad_member(place, "strict", "must be true or false");
  }
  return tool;
}

Result<void> read_tools(const JsonItem& tools, Request& request, Losses& losses) {
  const Place list = top("tools");
  if (!tools.is_set()) return {};
  if (!tools.is_array()) return bad_place(list, "must be an array of tools");
  std::size_t index = 0;
  for (const JsonItem item : tools) {
    const Place place{&list, {}, index++};
    if (!item.is_object()) return bad_place(place, "must be an object with a 'function'");
    const std::string type = item["type"].text();
    if (!type.empty() && type != "function") {
      losses.add("tools." + type);
      continue;
    }
    Result<chat::Tool> tool = decode_tool(item["function"], Place{&place, "function"});
    if (!tool) return tool.error();
    if (item["cache_control"].is_set()) tool->cache_control = item["cache_control"].raw();
    request.tools.push_back(*std::move(tool));
  }
  return {};
}

/// The older spelling of tools.
Result<void> read_functions(const JsonItem& functions, Request& request) {
  const Place list = top("functions");
  if (!functions.is_set()) return {};
  if (!functions.is_array()) return bad_place(list, "must be an array of functions");
  std::size_t index = 0;
  for (const JsonItem item : functions) {
    Result<chat::Tool> tool = decode_tool(item, Place{&list, {}, index++});
    if (!tool) return tool.error();
    request.tools.push_back(*std::move(tool));
  }
  return {};
}

/// "auto", "none" or "required"; false for any other word.
bool read_choice_word(std::string_view word, chat::ToolChoice& choice) {
  using Kind = chat::ToolChoice::Kind;
  if (word == "auto") choice.kind = Kind::automatic;
  if (word == "none") choice.kind = Kind::none;
  if (word == "required" || word == "any") choice.kind = Kind::required;
  return choice.kind != Kind::unset;
}

Result<void> read_named_choice(const JsonItem& function, const Place& place,
                               chat::ToolChoice& choice) {
  Result<std::string> name = decode_member(function, "name", place);
  if (!name) return name.error();
  if (name->empty()) return bad_member(place, "name", "must name a function");
  choice.kind = chat::ToolChoice::Kind::named;
  choice.name = *std::move(name);
  return {};
}

Result<void> read_tool_choice(const JsonItem& item, Request& request, Losses& losses) {
  const Place place = top("tool_choice");
  if (!item.is_set()) return {};
  constexpr std::string_view kWanted =
      "must be \"auto\", \"none\", \"required\" or an object that names a function";
  if (!item.is_object()) {
    if (read_choice_word(item.text(), request.tool_choice)) return {};
    return bad_place(place, kWanted);
  }
  const std::string type = item["type"].text();
  if (type == "allowed_tools") {
    losses.add("tool_choice.allowed_tools");
    read_choice_word(item["allowed_tools"]["mode"].text(), request.tool_choice);
    return {};
  }
  if (item["function"].is_object()) {
    return read_named_choice(item["function"], Place{&place, "function"}, request.tool_choice);
  }
  if (type.empty() || type == "function") return bad_place(place, kWanted);
  losses.add("tool_choice." + type);
  return {};
}

Result<void> read_older_choice(const JsonItem& item, Request& request) {
  const Place place = top("function_call");
  if (!item.is_set()) return {};
  if (item.is_object()) return read_named_choice(item, place, request.tool_choice);
  if (read_choice_word(item.text(), request.tool_choice)) return {};
  return bad_place(place, "must be \"auto\", \"none\" or an object that names a function");
}

Result<void> read_schema(const JsonItem& schema, const Place& place, chat::Output& output) {
  if (!schema.is_object()) return bad_place(place, "must be an object with 'name' and 'schema'");
  Result<std::string> name = decode_member(schema, "name", place);
  if (!name) return name.error();
  output.name = *std::move(name);
  Result<std::string> description = decode_member(schema, "description", place);
  if (!description) return description.error();
  output.description = *std::move(description);
  if (const JsonItem body = schema["schema"]; body.is_set()) {
    if (!body.is_object()) return bad_member(place, "schema", "must be an object: a JSON schema");
    output.schema = body.raw();
  }
  if (const JsonItem strict = schema["strict"]; strict.is_set()) {
    output.strict = strict.boolean();
    if (!output.strict) return bad_member(place, "strict", "must be true or false");
  }
  return {};
}

Result<void> read_output(const JsonItem& format, Request& request, Losses& losses) {
  using Kind = chat::Output::Kind;
  const Place place = top("response_format");
  if (!format.is_set()) return {};
  if (!format.is_object()) return bad_place(place, "must be an object with a 'type'");
  Result<std::string> type = decode_member(format, "type", place);
  if (!type) return type.error();
  if (*type == "json_schema") {
    request.output.kind = Kind::json_schema;
    return read_schema(format["json_schema"], Place{&place, "json_schema"}, request.output);
  }
  if (*type == "text") {
    request.output.kind = Kind::text;
  } else if (*type == "json_object") {
    request.output.kind = Kind::json_object;
    if (format["schema"].is_set()) losses.add("response_format.schema");
  } else if (type->empty()) {
    return bad_member(place, "type", "is required");
  } else {
    losses.add("response_format." + *type);
  }
  return {};
}

void read_effort(std::string_view effort, chat::Reasoning& reasoning, Losses& losses) {
  constexpr std::array<std::string_view, 5> kWords{"minimal", "low", "medium", "high", "xhigh"};
  if (effort.empty()) return;
  if (effort == "none") {
    reasoning.enabled = false;
  } else if (effort == "max") {
    reasoning.effort = "xhigh";
  } else if (std::find(kWords.begin(), kWords.end(), effort) != kWords.end()) {
    reasoning.effort = effort;
  } else {
    losses.add("reasoning_effort");
  }
}

/// OpenRouter's object.
Result<void> read_reasoning_object(const JsonItem& item, chat::Reasoning& reasoning,
                                   Losses& losses) {
  const Place place = top("reasoning");
  if (!item.is_set()) return {};
  if (!item.is_object()) return bad_place(place, "must be an object");
  for (const JsonItem member : item) {
    if (!member.is_set()) continue;
    if (member.named("effort")) {
      Result<std::string> effort = decode_text(member, Place{&place, "effort"});
      if (!effort) return effort.error();
      read_effort(*effort, reasoning, losses);
    } else if (member.named("max_tokens")) {
      reasoning.budget = member.count();
      if (!reasoning.budget) return bad_member(place, "max_tokens", "must be a whole number");
    } else if (member.named("enabled")) {
      reasoning.enabled = member.boolean();
      if (!reasoning.enabled) return bad_member(place, "enabled", "must be true or false");
    } else if (member.named("exclude")) {
      const std::optional<bool> exclude = member.boolean();
      if (!exclude) return bad_member(place, "exclude", "must be true or false");
      reasoning.include = !*exclude;
    } else if (member.named("summary")) {
      reasoning.summary = member.text();
    } else {
      losses.add("reasoning." + member.key());
    }
  }
  return {};
}

Result<void> read_reasoning(const JsonItem& root, Request& request, Losses& losses) {
  chat::Reasoning& reasoning = request.reasoning;
  Result<std::string> effort = decode_member(root, "reasoning_effort", Place{});
  if (!effort) return effort.error();
  read_effort(*effort, reasoning, losses);
  if (const JsonItem include = root["include_reasoning"]; include.is_set()) {
    reasoning.include = include.boolean();
    if (!reasoning.include) return bad_place(top("include_reasoning"), "must be true or false");
  }
  return read_reasoning_object(root["reasoning"], reasoning, losses);
}

/// What the answer may be made of: text is what every answer is.
void read_modalities(const JsonItem& modalities, Losses& losses) {
  if (!modalities.is_set()) return;
  for (const JsonItem item : modalities) {
    if (item.text() != "text") losses.add("modalities");
  }
}

Result<void> read_tooling(const JsonItem& root, Request& request, Losses& losses) {
  Result<void> good = read_tools(root["tools"], request, losses);
  if (good) good = read_functions(root["functions"], request);
  if (good) good = read_older_choice(root["function_call"], request);
  if (good) good = read_tool_choice(root["tool_choice"], request, losses);
  if (!good) return good;
  const JsonItem parallel = root["parallel_tool_calls"];
  if (!parallel.is_set()) return {};
  request.tool_choice.parallel = parallel.boolean();
  if (request.tool_choice.parallel) return {};
  return bad_place(top("parallel_tool_calls"), "must be true or false");
}

Result<void> read_all(const JsonItem& root, Request& request, Losses& losses) {
  Result<std::vector<chat::Message>> messages = decode_messages(root["messages"], losses);
  if (!messages) return messages.error();
  request.messages = *std::move(messages);
  Result<void> good = read_scalars(root, request);
  if (good) good = read_limits(root, request);
  if (good) good = read_stop(root["stop"], request);
  if (good) good = read_tooling(root, request, losses);
  if (good) good = read_output(root["response_format"], request, losses);
  if (good) good = read_reasoning(root, request, losses);
  if (!good) return good;
  read_modalities(root["modalities"], losses);
  note_unknown(root, losses);
  return {};
}

}  // namespace

Result<Request> decode_request(std::string_view body, const Peek& peek, Losses& losses) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return doc.error();
  const JsonItem root = doc->root();
  if (!root.is_object()) {
    return client_error(ErrorKind::bad_request, "the body must be a JSON object");
  }
  Request request;
  request.model = peek.model;
  request.stream = peek.stream;
  request.include_usage = peek.include_usage;
  if (Result<void> good = read_all(root, request, losses); !good) return good.error();
  return request;
}

}  // namespace arouter::openai
