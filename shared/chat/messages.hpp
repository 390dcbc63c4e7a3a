// What decoders and encoders of all formats do to messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/message.hpp"

namespace arouter::chat {

/// Brings decoded messages into the one spelling that message.hpp describes: joins neighbours of
/// one role (and name), drops messages without parts, names the tool of each result from its call,
/// gives a call without an id one ("call_" and its number) and its results the same in order.
void normalize(std::vector<Message>& messages);

/// The texts of system and developer messages that stand before all others, in order; they are
/// taken out of `messages`.
std::vector<Message> take_instructions(std::vector<Message>& messages);

/// All Text parts, joined with an empty line.
std::string joined_text(const std::vector<Part>& parts);
std::string joined_text(const std::vector<ResultPart>& parts);

/// A call's arguments for formats that want an object: the text itself when it is one, "{}" for
/// blanks, else {"input": text}, so that what a model got wrong is still seen.
std::string arguments_object(std::string_view arguments);

/// JSON of others in one line, as an SSE event must have it: between its tokens a line end is as
/// good as a blank, and inside a string there is none.
std::string one_line(std::string json);

/// JSON without the blanks between its tokens; a text that is none comes back as it is.
std::string compact_json(std::string_view json);

/// "image", "file", "audio", "video": for the names of losses.
std::string_view media_kind_name(Media::Kind kind) noexcept;

/// What OpenAI's APIs call a MIME type of sound: "mp3" for "audio/mpeg", "wav" for "audio/x-wav",
/// and for "", which nobody said.
std::string_view audio_format(std::string_view mime_type) noexcept;

/// "data:image/png;base64,AAAA" → Media with mime_type and data; anything else → Media with url.
Media decode_media_url(Media::Kind kind, std::string_view url);
/// The other way: a data: URL, or the url.
std::string encode_media_url(const Media& media);

/// What a signature is called in a format that cannot read it, so that it survives the way through
/// a client of that format: its bytes when `own` made it, else "arouter." + format + "." + bytes.
std::string encode_signature(const Signature& signature, std::string_view own);
/// The other way; `own` made it when no such mark stands in front. "" is no signature.
Signature decode_signature(std::string_view text, std::string_view own);

}  // namespace arouter::chat
