// OpenAI chat completions, the request, to and from the neutral chat.
//
// Source: OpenAI API reference, "Create chat completion" (checked 2026-11-24); OpenRouter's API
// reference for reasoning, top_k, min_p, repetition_penalty and cache_control.
// Surprises: `max_completion_tokens` is the younger name of `max_tokens`, and OpenAI's own thinking
// models refuse the older one; `functions`, `function_call` and the role `function` are the older
// spelling of tools; tool_choice and parallel_tool_calls are refused where there are no tools;
// metadata is refused unless `store` is true; tools answer in text alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/formats/openai/content.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

/// Errors: bad_request, with `param`.
Result<chat::Request> decode_request(std::string_view body, const Peek& peek, chat::Losses& losses);
std::string encode_request(const chat::Request& request, chat::Losses& losses);

/// The `messages` array, in its neutral spelling. Errors: bad_request.
Result<std::vector<chat::Message>> decode_messages(const JsonItem& messages, chat::Losses& losses);
/// Writes the member `messages`.
void write_messages(JsonWriter& json, const chat::Request& request, chat::Losses& losses);

/// The texts, media, refusals and calls of an assistant's message, thoughts in front; members that
/// it does not know are no losses here. `from_provider`: it is an answer. Errors: bad_request.
Result<std::vector<chat::Part>> decode_assistant(const JsonItem& message, const Place& place,
                                                 bool from_provider, chat::Losses& losses);

}  // namespace arouter::openai
