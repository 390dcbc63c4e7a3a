// OpenAI chat completions, the whole answer, to and from the neutral chat.
//
// Source: OpenAI API reference, "The chat completion object" (checked 2026-11-24); OpenRouter's API
// reference for images in answers.
// Surprises: `content` is null beside tool calls and refusals; calls of a forced tool end with
// "stop", not with "tool_calls"; a refusal ends with "stop" too. Some providers give as the finish
// reason of a good answer that they broke it off (DeepSeek, Mistral and vLLM, their documentation).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/error.hpp"
#include "shared/formats/stream.hpp"
#include "shared/json_doc.hpp"

namespace arouter::openai {

/// Errors: upstream_malformed.
Result<chat::Reply> decode_reply(std::string_view body);
std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses);

/// Notes a member of an answer's message, or of a delta, that says what the neutral chat has no
/// place for.
void note_reply_member(const JsonItem& member, chat::Losses& losses);
/// The same of what stands beside the choices, in an answer or a chunk: sources, where providers
/// search.
void note_beside_choices(const JsonItem& answer, chat::Losses& losses);

/// `calls`, `refused`: what the answer holds, where the word alone says "stop".
chat::FinishReason decode_finish_reason(std::string_view word, bool calls, bool refused);
/// The error that a finish reason is, when the word says that the provider broke the answer off
/// ("insufficient_system_resource", "error", "abort").
std::optional<Error> find_break(std::string_view word);
/// `refused`: the answer holds a refusal's text.
std::string_view encode_finish_reason(chat::FinishReason reason, bool refused);
/// Notes a reason that has no word here.
void note_finish(chat::FinishReason reason, chat::Losses& losses);
/// Whether a medium has a place in an answer: pictures have, by their data or URL.
bool shows_media(const chat::Media& media);

/// The id of an answer whose provider gave none.
std::string answer_id(std::string_view id, const AnswerSpelling& spelling);
/// Whether the client asked not to be shown the thoughts.
bool hides_thoughts(const AnswerSpelling& spelling);

}  // namespace arouter::openai
