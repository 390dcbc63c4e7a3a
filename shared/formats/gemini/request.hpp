// Gemini generateContent, the request, to and from the neutral chat.
//
// Source: Gemini API reference, "Generating content" (GenerateContentRequest, GenerationConfig,
// Tool, ToolConfig) and the guides named in parts.hpp and thinking.hpp (checked 2026-11-24).
// Surprises: model and stream flag stand in the path; roles are "user" and "model" alone and must
// take turns; what tools answered comes from the user; instructions are a field; a forced function
// is mode ANY with one allowed name; tokens of thoughts count towards maxOutputTokens; there is no
// role for instructions in mid-conversation, so these become words of the user, as a loss
// ("messages.system"). Function names that are not declared cannot be forced.
#pragma once

#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

/// Also reads the body of countTokens, which may hold the request in generateContentRequest.
/// Errors: bad_request, with `param`.
Result<chat::Request> decode_request(std::string_view body, const Peek& peek, chat::Losses& losses);

std::string encode_request(const chat::Request& request, chat::Losses& losses);
/// For countTokens: the whole request wrapped, so that instructions and tools count.
std::string encode_count_request(const chat::Request& request, chat::Losses& losses);

// Its pieces, in files of their own.

/// Reads `tools` and `toolConfig` into `request`.
Result<void> decode_tools(const JsonItem& tools, chat::Request& request, chat::Losses& losses);
Result<void> decode_tool_config(const JsonItem& config, chat::Request& request,
                                chat::Losses& losses);
void write_tools(JsonWriter& out, const chat::Request& request, chat::Losses& losses);

/// Reads `generationConfig` into `request`.
Result<void> decode_generation(const JsonItem& config, chat::Request& request,
                               chat::Losses& losses);
void write_generation(JsonWriter& out, const chat::Request& request, chat::Losses& losses);

}  // namespace arouter::gemini
