#include "shared/formats/responses/tools.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "shared/chat/shorten.hpp"
#include "shared/formats/openai_schema.hpp"
#include "shared/formats/peek_fields.hpp"

namespace arouter::responses {

namespace {

using peek_fields::bad_field;

constexpr std::size_t kMostName = 64;
constexpr std::string_view kTopGroup = "functions";
constexpr std::string_view kFreeformSchema =
    R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"],)"
    R"("additionalProperties":false})";

std::string joint(std::string_view group) {
  std::string prefix(group);
  if (!prefix.ends_with('_')) prefix += "__";
  return prefix;
}

/// A model that is not held to a grammar must at least be told of it.
void add_grammar(const JsonItem& format, chat::Tool& tool, chat::Losses& losses) {
  if (format["type"].text() != "grammar") return;
  losses.add("tools.custom.format");
  if (!tool.description.empty()) tool.description += "\n\n";
  tool.description += "The input follows this grammar (" + format["syntax"].text() + "):\n" +
                      format["definition"].text();
}

Result<chat::Tool> decode_tool(const JsonItem& item, const std::string& where,
                               std::string_view group, chat::Losses& losses) {
  const std::string name = item["name"].text();
  if (name.empty()) return bad_field(where + ".name", "must be a string that names the tool");
  chat::Tool tool;
  tool.group = group == kTopGroup ? "" : group;
  tool.name = flat_name(tool.group, name);
  tool.description = item["description"].text();
  tool.freeform = item["type"].text() == "custom";
  if (tool.freeform) {
    tool.parameters = kFreeformSchema;
    add_grammar(item["format"], tool, losses);
    return tool;
  }
  const JsonItem parameters = item["parameters"];
  if (parameters.is_set() && !parameters.is_object()) {
    return bad_field(where + ".parameters", "must be a JSON schema, an object");
  }
  if (parameters.is_object()) tool.parameters = parameters.raw();
  tool.strict = item["strict"].boolean();
  return tool;
}

Result<void> decode_into(const JsonItem& tools, const std::string& where, std::string_view group,
                         chat::Request& request, chat::Losses& losses) {
  if (!tools.is_array()) return bad_field(where, "must be an array of tools");
  std::size_t index = 0;
  for (const JsonItem item : tools) {
    const std::string place = where + "[" + std::to_string(index++) + "]";
    const std::string type = item["type"].text();
    if (type.empty()) return bad_field(place + ".type", "must name the kind of tool");
    if (type == "function" || type == "custom") {
      Result<chat::Tool> tool = decode_tool(item, place, group, losses);
      if (!tool) return tool.error();
      request.tools.push_back(std::move(*tool));
    } else if (type == "namespace" && group.empty()) {
      const std::string name = item["name"].text();
      if (name.empty()) return bad_field(place + ".name", "must be a string");
      Result<void> good = decode_into(item["tools"], place + ".tools", name, request, losses);
      if (!good) return good;
    } else {
      losses.add("tools." + type);
    }
  }
  return {};
}

std::string chosen_name(const JsonItem& choice) {
  const std::string group = choice["namespace"].text();
  return flat_name(group == kTopGroup ? "" : group, choice["name"].text());
}

Result<void> decode_mode(const std::string& mode, const std::string& where,
                         chat::ToolChoice& choice) {
  using Kind = chat::ToolChoice::Kind;
  if (mode == "auto") {
    choice.kind = Kind::automatic;
  } else if (mode == "none") {
    choice.kind = Kind::none;
  } else if (mode == "required") {
    choice.kind = Kind::required;
  } else {
    return bad_field(where, "must be \"auto\", \"none\" or \"required\"");
  }
  return {};
}

void keep_allowed(const JsonItem& allowed, std::vector<chat::Tool>& tools) {
  std::vector<std::string> names;
  for (const JsonItem tool : allowed) names.push_back(chosen_name(tool));
  std::erase_if(tools, [&names](const chat::Tool& tool) {
    return std::find(names.begin(), names.end(), tool.name) == names.end();
  });
}

void write_function(JsonWriter& json, const chat::Tool& tool, std::string_view name,
                    std::optional<bool> strict) {
  json.begin_object().string("type", "function").string("name", name);
  json.string_if("description", tool.description);
  json.key("parameters").raw(tool.parameters.empty() ? "null" : tool.parameters);
  json.boolean("strict", strict.value_or(false)).end_object();
}

void write_own_tool(JsonWriter& json, const chat::Tool& tool) {
  if (!tool.freeform) return write_function(json, tool, own_name(tool), tool.strict);
  json.begin_object().string("type", "custom").string("name", own_name(tool));
  json.string_if("description", tool.description).end_object();
}

}  // namespace

std::string flat_name(std::string_view group, std::string_view name) {
  if (group.empty()) return std::string(name);
  std::string flat = joint(group);
  flat += name;
  return flat.size() <= kMostName ? flat : std::string(name);
}

std::string_view own_name(const chat::Tool& tool) {
  const std::string_view name = tool.name;
  if (tool.group.empty()) return name;
  const std::string prefix = joint(tool.group);
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

const chat::Tool* find_tool(const chat::Request* request, std::string_view name) {
  if (request == nullptr) return nullptr;
  const auto found = std::find_if(request->tools.begin(), request->tools.end(),
                                  [name](const chat::Tool& tool) { return tool.name == name; });
  return found == request->tools.end() ? nullptr : &*found;
}

Result<void> decode_tools(const JsonItem& tools, const std::string& where, chat::Request& request,
                          chat::Losses& losses) {
  return decode_into(tools, where, "", request, losses);
}

Result<void> decode_tool_choice(const JsonItem& choice, chat::Request& request,
                                chat::Losses& losses) {
  using Kind = chat::ToolChoice::Kind;
  if (choice.is_string()) return decode_mode(choice.text(), "tool_choice", request.tool_choice);
  const std::string type = choice["type"].text();
  if (type.empty()) return bad_field("tool_choice", "must be a string, or an object with a type");
  if (type == "allowed_tools") {
    if (!choice["tools"].is_array()) return bad_field("tool_choice.tools", "must be an array");
    keep_allowed(choice["tools"], request.tools);
    return decode_mode(choice["mode"].text(), "tool_choice.mode", request.tool_choice);
  }
  if (type != "function" && type != "custom") {
    losses.add("tool_choice." + type);
    return {};
  }
  request.tool_choice.kind = Kind::named;
  request.tool_choice.name = chosen_name(choice);
  if (choice["name"].text().empty()) return bad_field("tool_choice.name", "must name a tool");
  return {};
}

void write_tools(JsonWriter& json, std::span<const chat::Tool> tools, chat::Losses& losses) {
  json.begin_array();
  for (const chat::Tool& tool : tools) {
    if (!tool.cache_control.empty()) losses.add("tools.cache_control");
    write_function(json, tool, chat::short_tool_name(tool.name),
                   choose_strict(tool.strict, tool.parameters, "tools.strict", losses));
  }
  json.end_array();
}

void write_own_tools(JsonWriter& json, std::span<const chat::Tool> tools) {
  json.begin_array();
  for (std::size_t i = 0; i < tools.size();) {
    const std::string& group = tools[i].group;
    if (group.empty()) {
      write_own_tool(json, tools[i++]);
      continue;
    }
    json.begin_object().string("type", "namespace").string("name", group);
    json.string("description", "").begin_array("tools");
    for (; i < tools.size() && tools[i].group == group; ++i) write_own_tool(json, tools[i]);
    json.end_array().end_object();
  }
  json.end_array();
}

void write_tool_choice(JsonWriter& json, const chat::ToolChoice& choice) {
  using Kind = chat::ToolChoice::Kind;
  switch (choice.kind) {
    case Kind::none:
      json.string("none");
      break;
    case Kind::required:
      json.string("required");
      break;
    case Kind::named:
      json.begin_object().string("type", "function").string("name", choice.name).end_object();
      break;
    case Kind::unset:
    case Kind::automatic:
      json.string("auto");
      break;
  }
}

}  // namespace arouter::responses
