// What is lost of an answer, on both of its ways: out of the provider's format and into the
// client's.
//
// A hint that says nothing to a client is no loss, and neither is a member that is there and empty.
#pragma once

#include <span>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/json_doc.hpp"

namespace arouter {

void add_losses(chat::Losses& losses, const chat::Losses& more);
/// "reply." and the name.
void add_reply_loss(chat::Losses& losses, std::string_view name);
/// What the decoders that requests share with answers noted, `prefix` being what its names begin
/// with there: "messages.citations" of a request is "reply.citations" of an answer.
void add_reply_losses(chat::Losses& losses, const chat::Losses& noted, std::string_view prefix);
/// A picture, a file, a sound or a film that the client's format has no place for.
void add_media_loss(chat::Losses& losses, const chat::Media& media);

/// Notes a member that says something and is none of those that are `read`.
void note_unread(const JsonItem& member, std::span<const std::string_view> read,
                 chat::Losses& losses);

/// False for null, false, "", [], {} and the absent value.
bool says_something(const JsonItem& value);
/// Whether OpenAI's object for logprobs holds any.
bool holds_logprobs(std::string_view logprobs);

}  // namespace arouter
