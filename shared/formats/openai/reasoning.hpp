// Thoughts in OpenAI messages, which OpenAI itself does not show.
//
// Source: DeepSeek's API documentation for reasoning_content; OpenRouter's "Reasoning tokens" for
// reasoning and reasoning_details (checked 2026-11-24).
// Surprises: the same thought stands in `reasoning` and, signed, in `reasoning_details`; an
// encrypted detail may belong to a tool call, whose id it then bears; DeepSeek wants the
// reasoning_content of unfinished turns back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/message.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

constexpr std::string_view kFormatName = "openai";

/// What a signature of our own format says when the thought came in the plain reasoning_content of
/// a provider: that it is to go back there.
constexpr std::string_view kPlainThought = "reasoning_content";

/// One element of reasoning_details.
struct ReasoningDetail {
  enum class Kind : std::uint8_t { unknown, blank, text, encrypted };
  Kind kind = Kind::unknown;
  std::string text{};
  chat::Signature signature{};  // of the text, or the encrypted thought
  std::string id{};             // of the tool call that it signs, or anything else
};
ReasoningDetail decode_reasoning_detail(const JsonItem& detail);

/// `parts`, the texts and calls of an assistant's message, with its thoughts put in front, and with
/// the signatures of texts and calls. `plain`: reasoning_content or reasoning; `details`:
/// reasoning_details. `from_provider`: plain thoughts are marked (kPlainThought).
std::vector<chat::Part> with_thoughts(std::vector<chat::Part> parts, std::string plain,
                                      const JsonItem& details, bool from_provider,
                                      chat::Losses& losses);

/// Google's OpenAI endpoint signs a call in a member of the call, `extra_content`: its JSON is the
/// signature then.
bool is_extra_content(const chat::Signature& signature);
/// Whether the signature has a place in reasoning_details.
bool has_detail(const chat::Signature& signature);

// Elements of reasoning_details.

void write_text_detail(JsonWriter& json, std::string_view text, const chat::Signature& signature,
                       std::int64_t index);
/// `id`: of the call that it signs; "" for a thought or a text.
void write_encrypted_detail(JsonWriter& json, const chat::Signature& signature, std::string_view id,
                            std::int64_t index);

/// Writes reasoning_content, and reasoning_details when anything in `parts` is signed.
/// `for_client`: and when anything is thought, as in a stream, which cannot know whether a
/// signature will come.
void write_thoughts(JsonWriter& json, const std::vector<chat::Part>& parts, bool for_client);

}  // namespace arouter::openai
