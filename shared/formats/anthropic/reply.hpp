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
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

/// Errors: upstream_malformed; upstream_refused and the like when it is an error object.
Result<chat::Reply> decode_reply(std::string_view body);
/// The first choice; others are a loss ("n"), as is a picture.
std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses);

chat::FinishReason decode_stop_reason(std::string_view reason);
/// `has_calls`: the answer calls tools.
std::string_view encode_stop_reason(chat::FinishReason reason, bool has_calls);

/// "default" for "standard": the neutral word for a service tier.
std::string decode_service_tier(std::string_view tier);

/// The members of a message that come before its content; opens the object.
void begin_message(JsonWriter& writer, std::string_view id, std::string_view model,
                   const AnswerSpelling& spelling);

}  // namespace arouter::anthropic
