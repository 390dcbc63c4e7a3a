// Content blocks: what messages of both sides are made of.
//
// Source: Anthropic API reference, "Messages" (content blocks), "Vision", "PDF support", "Tool
// use", "Extended thinking" (checked 2026-11-24).
// Surprises: a text that is empty or blank is refused, so it is left out; ids of calls may only
// have letters, digits, '_' and '-', and those of other providers are spelled so; a plain-text
// document is not base64; images are png, jpeg, gif or webp, documents pdf or text; there is no
// audio and no video; the assistant's turns hold no images; `signature` of a thought is checked.
//
// What Gemini signs (texts and calls) has no place here. On its way through a client the signature
// is a redacted_thinking block with a mark (chat::encode_signature) before the block it belongs to;
// behind a text when its signature came after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/message.hpp"
#include "shared/formats/anthropic/place.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

constexpr std::string_view kFormat = "anthropic";

/// The parts of a message's content, a string or blocks; ToolResults among those of a user stand
/// where they stood. Blocks that the neutral chat has no word for are losses ("messages.<type>").
/// Errors: bad_request, with a `param` under `place`.
Result<std::vector<chat::Part>> decode_content(const JsonItem& content, chat::Role role,
                                               const Place& place, chat::Losses& losses);

/// Whether a text is more than blanks: the API refuses those.
bool is_blank(std::string_view text);
/// A call's id in the letters that the API takes.
std::string encode_call_id(std::string_view id);

// One block each, as an element.

void write_text(JsonWriter& writer, std::string_view text, std::string_view cache_control = {});
void write_redacted(JsonWriter& writer, const chat::Signature& signature);
/// An empty text with a signature is a thought that was left out.
void write_thinking(JsonWriter& writer, const chat::Thinking& thinking);
void write_tool_use(JsonWriter& writer, const chat::ToolCall& call, std::string_view id);
void write_tool_result(JsonWriter& writer, const chat::ToolResult& result, chat::Losses& losses);
/// Writes nothing and notes a loss when the API has no block for it.
void write_media(JsonWriter& writer, const chat::Media& media, chat::Losses& losses);
/// Whether write_media() would write something.
bool takes_media(const chat::Media& media);

}  // namespace arouter::anthropic
