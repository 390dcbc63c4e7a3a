// A Part, in requests and in answers.
//
// Source: Gemini API reference, "Content" and "Part"; guides "Function calling", "File input
// methods" and "Thought signatures" (checked 2026-11-24).
// Surprises: a call's arguments are an object; ids of calls are optional; a signature may come in a
// part of its own with an empty text behind what it signs; a thought may be an image (a draft).
// fileUri takes Google's own file URIs, gs:// and, since 2026, any public https URL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/message.hpp"
#include "shared/error.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

/// What `parts` (a list, one part, or absent) holds; calls without an id have "" still. What is not
/// carried goes into `losses`. Errors: bad_request as in fields.hpp.
Result<std::vector<chat::Part>> decode_parts(const JsonItem& parts, chat::Losses& losses);

/// Whether a provider reads this URI although it is no public URL.
bool is_google_file(std::string_view uri);

/// The type of a medium, guessed from its first bytes or its URL when it is not said; "" when that
/// fails.
std::string mime_type_of(const chat::Media& media);

// Whole parts; `signature` is what stands in thoughtSignature, "" for none.
void write_text(JsonWriter& out, std::string_view text, bool thought, std::string_view signature);
void write_call(JsonWriter& out, const chat::ToolCall& call, std::string_view signature);
/// inlineData, or fileData for an URL or a file's id.
void write_media(JsonWriter& out, const chat::Media& media);

}  // namespace arouter::gemini
