// OpenAI content parts: what stands in a message's `content` array.
//
// Source: OpenAI API reference, "Create chat completion", content parts (checked 2026-11-24);
// OpenRouter's API documentation for video_url, files by URL and cache_control.
// Surprises: `content` may be a string instead; an image is always a URL, if only a data: one; a
// sound is base64 with a format and no MIME type; `file_data` is a data: URL, but plain base64 and
// http URLs are met too.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/message.hpp"
#include "shared/error.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

/// Where in a body a value stands, written out only when it is at fault: "messages[2].content".
struct Place {
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  const Place* outer = nullptr;
  std::string_view name{};
  std::size_t index = kNoIndex;  // an element, not a member

  std::string text() const;
};
/// bad_request: "'messages[2].content' what", with the place as `param`.
Error bad_place(const Place& place, std::string_view what);
/// The same of a member of the value at `place`.
Error bad_member(const Place& place, std::string_view member, std::string_view what);

/// A string's value. Errors: bad_request when it is none, or holds half a surrogate pair.
Result<std::string> decode_text(const JsonItem& item, const Place& place);
/// The same of a member; "" when it is absent or null.
Result<std::string> decode_member(const JsonItem& object, std::string_view name,
                                  const Place& place);

/// Text or Media; nothing, and a loss, for a type that is not known. Errors: bad_request.
Result<std::optional<chat::ResultPart>> decode_content_part(const JsonItem& part,
                                                            const Place& place,
                                                            chat::Losses& losses);

/// Writes an element of `content`; nothing, and a loss, where OpenAI cannot say it.
void write_text_part(JsonWriter& json, std::string_view text);
void write_media_part(JsonWriter& json, const chat::Media& media, chat::Losses& losses);
bool can_say(const chat::Media& media);

}  // namespace arouter::openai
