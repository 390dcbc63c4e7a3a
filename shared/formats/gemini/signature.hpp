// Thought signatures: Gemini's own pass as they are; those of other formats travel through Gemini
// clients in its field.
//
// Source: Gemini API documentation, "Thought signatures" (checked 2026-11-24).
// Surprises: the field holds bytes, so SDKs decode it as base64 and write it anew, in either
// alphabet: a foreign signature must be base64, and is read in both. Gemini 3 refuses a history
// whose first call of a step is not signed, but has a word for calls it did not make.
#pragma once

#include <string>
#include <string_view>

#include "shared/chat/message.hpp"

namespace arouter::gemini {

inline constexpr std::string_view kName = "gemini";
/// What stands for the signature of a call that another model made.
inline constexpr std::string_view kNotOurs = "skip_thought_signature_validator";

struct ThoughtSignature {
  chat::Signature signature{};
  bool redacted = false;  // it was all of a thought (Thinking::redacted)
};

/// For `thoughtSignature`: "" when there is none.
std::string encode_thought_signature(const chat::Signature& signature, bool redacted = false);
ThoughtSignature decode_thought_signature(std::string_view text);

}  // namespace arouter::gemini
