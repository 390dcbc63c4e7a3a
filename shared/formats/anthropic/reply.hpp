// Anthropic Messages, the answer, to and from the neutral chat.
//
// Source: Anthropic API reference, "Messages", "Handling stop reasons" (checked 2026-11-24).
// Surprises: there is one choice; stop_reason tells of calls, so an answer with a call in it that
// another provider ended with "stop" ends with tool_use here; refusals are texts with a stop_reason
// of their own; a text that is empty has no block.
#pragma once

#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/error.hpp"
#include "shared/formats/stream.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

/// Errors: upstream_malformed; upstream_refused and the like when it is an error object.
Result<chat::Reply> decode_reply(std::string_view body);
/// The first choice; others are a loss, as is a picture.
std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses);

chat::FinishReason decode_stop_reason(std::string_view reason);
/// `has_calls`: the answer calls tools.
std::string_view encode_stop_reason(chat::FinishReason reason, bool has_calls);
/// Notes a reason that has no word here.
void note_finish(chat::FinishReason reason, chat::Losses& losses);

/// Notes what stands beside the content, in a message or in a message_delta's `delta`, and says
/// something: a container, the details of a refusal.
void note_beside_content(const JsonItem& message, chat::Losses& losses);
/// Notes the edits of a context, of a message or a message_delta.
void note_context_edits(const JsonItem& object, chat::Losses& losses);

/// "default" for "standard": the neutral word for a service tier.
std::string decode_service_tier(std::string_view tier);

/// The members of a message that come before its content; opens the object.
void begin_message(JsonWriter& writer, std::string_view id, std::string_view model,
                   const AnswerSpelling& spelling);

}  // namespace arouter::anthropic
