// OpenAI Responses, the request: to and from the neutral chat.
//
// Source: OpenAI API reference, "Create a model response" (checked 2026-11-24); what Codex sends.
// Surprises: a message may lack its `type`; `instructions` stand before all input; what a client
// says and what it was answered are items of one list; the provider may keep the conversation
// (previous_response_id, conversation, item_reference, prompt), and then only it can go on; there
// are no stop texts, no seed and no penalties; `text` holds the answer's shape.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::responses {

/// Errors: bad_request, with `param`.
Result<chat::Request> decode_request(std::string_view body, const Peek& peek, chat::Losses& losses);
/// `request.model` is what is sent.
std::string encode_request(const chat::Request& request, chat::Losses& losses);
/// What the token count takes: it refuses what only matters to an answer.
std::string encode_count_request(const chat::Request& request, chat::Losses& losses);

/// Adds what `input` holds to request.messages, and the tools that it brings to request.tools.
/// Errors: bad_request, with `param`.
Result<void> decode_input(const JsonItem& input, chat::Request& request, chat::Losses& losses);
/// The items of the messages from the one at `first` on, as an array.
void write_input(JsonWriter& json, const chat::Request& request, std::size_t first,
                 chat::Losses& losses);

/// The `text` object: the answer's shape, "text" when nothing was said.
void write_text_settings(JsonWriter& json, const chat::Request& request,
                         std::optional<bool> strict);

/// A string's value; nothing for another type or half a surrogate pair.
std::optional<std::string> find_text(const JsonItem& item);

}  // namespace arouter::responses
