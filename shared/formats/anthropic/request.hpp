// Anthropic Messages, the request, to and from the neutral chat.
//
// Source: Anthropic API reference, "Messages"; "Structured outputs", "Extended thinking",
// "Adaptive thinking", "Effort", "Tool use", "Mid-conversation system messages" (checked
// 2026-11-24).
// Surprises: `system` is a field, a message of that role is taken by some models alone; tool
// results travel in user messages, before their texts; max_tokens is required and counts thoughts;
// temperature ends at 1; a forced tool and thinking exclude each other; the schema of a structured
// answer moved from output_format to output_config.format; what newer models refuse is in
// models.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::anthropic {

/// Errors: bad_request, with `param`. A chat without max_tokens is one, as with the API itself; a
/// count (peek.count_only) needs none. Effort "max" reads as "xhigh", the most there is a word for.
Result<chat::Request> decode_request(std::string_view body, const Peek& peek, chat::Losses& losses);

/// Spells what the model `request.model` takes; the rest goes into `losses`.
///
/// max_tokens: the client's, else `most_tokens`, else 4,096, which every model ever took, with room
/// for thoughts on top where the model thinks.
/// Instructions at the front are `system`. Later ones become words of the user where they stand
/// (loss "messages.system"): their role is refused by most models and by all resellers, and moving
/// them to the front would tell them before their time.
/// Thinking: by effort where the model knows no budget; a budget leaves half of max_tokens for the
/// answer, and where 1,024 do not fit there is none (loss "reasoning"); so it is where a tool is
/// forced, and amid a tool loop whose turn did not begin with a thought that Anthropic signed.
/// A JSON object without a schema, or a schema for a model that takes none, is asked for in words
/// (loss "response_format").
std::string encode_request(const chat::Request& request, std::int64_t most_tokens,
                           chat::Losses& losses);
/// The same for count_tokens, which refuses max_tokens and what else is about the answer.
std::string encode_count_request(const chat::Request& request, chat::Losses& losses);

}  // namespace arouter::anthropic
