// OpenAI Responses, the tools: what a request offers, and how their calls are spelled.
//
// Source: OpenAI API reference, "Create a model response", `tools` and `tool_choice` (checked
// 2026-11-24); what Codex sends and takes back.
// Surprises: a function's members stand beside its `type`, not in `function`; `strict` left out is
// true; a `custom` tool takes any text, and its call is an item of another type; a `namespace`
// holds tools, and Codex knows a call by namespace and name together, with "functions" for those at
// the top.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::responses {

/// What a tool of a namespace is called where there are none: "mcp__x" and "find" give
/// "mcp__x__find"; the name alone when that would be longer than providers allow.
std::string flat_name(std::string_view group, std::string_view name);
/// The other way: the name inside its namespace.
std::string_view own_name(const chat::Tool& tool);
/// The tool of that (flat) name; null when there is none, or no request.
const chat::Tool* find_tool(const chat::Request* request, std::string_view name);

/// Adds what can be offered to request.tools. `where` names the array in faults. Errors:
/// bad_request.
Result<void> decode_tools(const JsonItem& tools, const std::string& where, chat::Request& request,
                          chat::Losses& losses);
/// Needs request.tools: those that are not allowed are taken out of it. Errors: bad_request.
Result<void> decode_tool_choice(const JsonItem& choice, chat::Request& request,
                                chat::Losses& losses);

/// Functions, whatever the client called them.
void write_tools(JsonWriter& json, std::span<const chat::Tool> tools, chat::Losses& losses);
/// As the client spelled them.
void write_own_tools(JsonWriter& json, std::span<const chat::Tool> tools);
/// "auto" when nothing was said.
void write_tool_choice(JsonWriter& json, const chat::ToolChoice& choice);

}  // namespace arouter::responses
