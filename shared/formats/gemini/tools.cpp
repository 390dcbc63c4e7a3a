// tools and toolConfig, both ways.
#include <algorithm>
#include <utility>

#include "shared/chat/shorten.hpp"
#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/formats/gemini/schema.hpp"
#include "shared/formats/gemini/thinking.hpp"

namespace arouter::gemini {

namespace {

using chat::Request;
using chat::Tool;
using chat::ToolChoice;

Result<Tool> decode_function(const JsonItem& declaration, chat::Losses& losses) {
  Tool tool;
  for (const JsonItem member : declaration) {
    if (!member.is_set()) continue;
    const FieldName name(member);
    if (name == "name" || name == "description") {
      Result<std::string> text = read_text(member, name);
      if (!text) return text.error();
      (name == "name" ? tool.name : tool.description) = std::move(*text);
    } else if (name == "parameters" || name == "parametersJsonSchema") {
      if (!member.is_object()) return fault(name, "must be an object");
      tool.parameters = name == "parameters" ? decode_schema(member) : std::string(member.raw());
    } else {
      losses.add("tools.functionDeclarations." + member.key());
    }
  }
  if (tool.name.empty()) return fault("name", "must name a function");
  return tool;
}

Result<ToolChoice> decode_choice(const JsonItem& mode, const std::vector<std::string>& allowed,
                                 Request& request, chat::Losses& losses) {
  Result<std::string> word = read_text(mode, "mode");
  if (!word) return word.error();
  ToolChoice choice;
  bool limited = !allowed.empty();
  if (*word == "AUTO") {
    choice.kind = ToolChoice::Kind::automatic;
  } else if (*word == "NONE") {
    choice.kind = ToolChoice::Kind::none;
    limited = false;
  } else if (*word == "ANY") {
    choice.kind = allowed.size() == 1 ? ToolChoice::Kind::named : ToolChoice::Kind::required;
    if (allowed.size() == 1) choice.name = allowed.front();
    const bool all = std::all_of(request.tools.begin(), request.tools.end(), [&](const Tool& tool) {
      return std::find(allowed.begin(), allowed.end(), tool.name) != allowed.end();
    });
    limited = allowed.size() > 1 && !all;
  } else if (*word == "VALIDATED") {
    choice.kind = ToolChoice::Kind::automatic;
    for (Tool& tool : request.tools) tool.strict = true;
  } else if (!word->empty() && *word != "MODE_UNSPECIFIED") {
    return fault("mode", "must be AUTO, ANY, NONE or VALIDATED");
  }
  if (limited) losses.add("toolConfig.functionCallingConfig.allowedFunctionNames");
  return choice;
}

Result<ToolChoice> decode_calling(const JsonItem& config, Request& request, chat::Losses& losses) {
  if (!config.is_object()) return fault("", "must be an object");
  JsonItem mode;
  std::vector<std::string> allowed;
  for (const JsonItem member : config) {
    const FieldName name(member);
    if (name == "mode") {
      mode = member;
    } else if (name == "allowedFunctionNames" && member.is_set()) {
      if (!member.is_array()) return fault(name, "must be an array of strings");
      for (const JsonItem element : member) {
        Result<std::string> text = read_text(element, name);
        if (!text) return text.error();
        allowed.push_back(std::move(*text));
      }
    } else if (member.is_set()) {
      losses.add("toolConfig.functionCallingConfig." + member.key());
    }
  }
  return decode_choice(mode, allowed, request, losses);
}

void write_calling(JsonWriter& out, std::string_view mode, std::string_view name) {
  out.begin_object("toolConfig").begin_object("functionCallingConfig").string("mode", mode);
  if (!name.empty()) out.begin_array("allowedFunctionNames").string(name).end_array();
  out.end_object().end_object();
}

bool is_strict(const Tool& tool) {
  return tool.strict.value_or(false);
}

void write_choice(JsonWriter& out, const Request& request, chat::Losses& losses) {
  const ToolChoice& choice = request.tool_choice;
  // Mode ANY holds calls to their schemas as well; VALIDATED alone does it without forcing one.
  const bool strict = std::any_of(request.tools.begin(), request.tools.end(), is_strict);
  const bool knows_validated = thinking_way(request.model) != ThinkingWay::none;
  switch (choice.kind) {
    case ToolChoice::Kind::unset:
    case ToolChoice::Kind::automatic:
      if (strict && knows_validated) {
        write_calling(out, "VALIDATED", "");
      } else if (choice.kind == ToolChoice::Kind::automatic) {
        write_calling(out, "AUTO", "");
      }
      if (strict && !knows_validated) losses.add("tools.strict");
      return;
    case ToolChoice::Kind::none:
      return write_calling(out, "NONE", "");
    case ToolChoice::Kind::required:
      return write_calling(out, "ANY", "");
    case ToolChoice::Kind::named:
      return write_calling(out, "ANY", chat::short_tool_name(choice.name));
  }
}

}  // namespace

Result<void> decode_tools(const JsonItem& tools, Request& request, chat::Losses& losses) {
  return for_each_in(tools, "tools", [&](const JsonItem& tool) -> Result<void> {
    for (const JsonItem member : tool) {
      const FieldName name(member);
      if (name != "functionDeclarations") {
        if (member.is_set()) losses.add("tools." + member.key());
        continue;
      }
      Result<void> good = for_each_in(member, name, [&](const JsonItem& each) -> Result<void> {
        Result<Tool> function = decode_function(each, losses);
        if (!function) return function.error();
        request.tools.push_back(std::move(*function));
        return {};
      });
      if (!good) return good;
    }
    return {};
  });
}

Result<void> decode_tool_config(const JsonItem& config, Request& request, chat::Losses& losses) {
  if (!config.is_set()) return {};
  if (!config.is_object()) return fault("toolConfig", "must be an object");
  for (const JsonItem member : config) {
    if (!member.is_set()) continue;
    const FieldName name(member);
    if (name != "functionCallingConfig") {
      losses.add("toolConfig." + member.key());
      continue;
    }
    Result<ToolChoice> choice = decode_calling(member, request, losses);
    if (!choice) return inside("toolConfig", inside(name, choice.error()));
    request.tool_choice = std::move(*choice);
  }
  return {};
}

void write_tools(JsonWriter& out, const Request& request, chat::Losses& losses) {
  if (request.tool_choice.parallel && !*request.tool_choice.parallel) {
    losses.add("parallel_tool_calls");
  }
  if (request.tools.empty()) return;
  out.begin_array("tools").begin_object().begin_array("functionDeclarations");
  for (const Tool& tool : request.tools) {
    out.begin_object()
        .string("name", chat::short_tool_name(tool.name))
        .string_if("description", tool.description);
    out.raw_if("parametersJsonSchema", tool.parameters).end_object();
    if (!tool.cache_control.empty()) losses.add("tools.cache_control");
  }
  out.end_array().end_object().end_array();
  write_choice(out, request, losses);
}

}  // namespace arouter::gemini
