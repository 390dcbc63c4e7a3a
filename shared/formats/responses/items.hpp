// OpenAI Responses, the items that an input and an output have in common.
//
// Source: OpenAI API reference, "The response object", `output`, and "Create a model response",
// `input` (checked 2026-11-24).
// Surprises: thoughts, texts and calls are items beside each other, where other formats have the
// parts of one message; a call has two ids, its own and the `call_id` that its result names;
// `encrypted_content` is all there is of a thought when its summary is empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/message.hpp"
#include "shared/chat/request.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::responses {

constexpr std::string_view kFormatName = "responses";

// Reading.

/// A `reasoning` item; no text and no signature when it only refers to what the provider keeps.
chat::Thinking read_reasoning(const JsonItem& item);
/// A `function_call` or `custom_tool_call` item; "" for what it lacks.
chat::ToolCall read_call(const JsonItem& item);
/// The image of an `image_generation_call` item; no data when there is none yet.
chat::Media read_image_call(const JsonItem& item);
/// Gives the parts back the signatures that stood before them as thoughts of their own, because
/// this format has no other place for what Gemini signs.
void take_signatures(std::vector<chat::Part>& parts);

// Writing. Texts that are called `quoted` are JSON strings already.

/// "msg_" and what tells the items of one answer, and of all answers, apart.
std::string item_id(std::string_view prefix, std::string_view response_id, std::size_t index);
/// An output_text part. `logprobs`: the elements of its array.
void write_text_part(JsonWriter& json, std::string_view quoted, std::string_view logprobs);
void write_refusal_part(JsonWriter& json, std::string_view quoted);
/// `content`: the parts, with commas between them.
void write_message(JsonWriter& json, std::string_view id, std::string_view status,
                   std::string_view content);
/// `summary`: quoted; "" for none.
void write_reasoning(JsonWriter& json, std::string_view id, std::string_view summary,
                     std::string_view encrypted_content);
void write_image_call(JsonWriter& json, std::string_view id, std::string_view data);

/// How a call is written for a client.
struct CallItem {
  std::string_view id, call_id;
  std::string_view name{};            // flat
  std::string_view quoted = R"("")";  // the arguments, or the input of a custom tool
  const chat::Tool* tool = nullptr;   // the client's; null when it has none of that name
  std::string_view status = "completed";
};
void write_call(JsonWriter& json, const CallItem& call);
/// What a custom tool takes: the text in {"input": text}, or all of `arguments`.
std::string freeform_input(std::string_view arguments);

}  // namespace arouter::responses
