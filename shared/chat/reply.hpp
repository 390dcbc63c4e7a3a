// The neutral chat, the answer: whole, and as the events of a stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/usage.hpp"

namespace arouter::chat {

enum class FinishReason : std::uint8_t {
  none,            // not finished
  stop,            // the model was done
  stop_sequence,   // one of the request's stop texts came; the reply names it
  length,          // max_tokens was reached
  context_length,  // the model's context was full
  tool_calls,      // the model waits for the results of its calls
  content_filter,  // the provider held the answer back
  refusal,         // the model refused
  pause,           // a long turn is paused; to be sent back and continued (Anthropic pause_turn)
  malformed_call,  // the model's tool call could not be read (Gemini)
};

/// "stop_sequence": for the ledger.
std::string_view finish_reason_name(FinishReason reason) noexcept;

struct Choice {
  std::int64_t index = 0;
  std::vector<Part> parts{};  // Text, Media, ToolCall, Thinking, Refusal, in their order
  FinishReason finish = FinishReason::none;
  std::string stop_sequence{};  // that ended it; "" when unknown
  std::string logprobs{};       // OpenAI's object, as its bytes; "" when none
  bool operator==(const Choice&) const = default;
};

struct Reply {
  std::string id{};          // the provider's own
  std::string model{};       // as the provider names it
  std::int64_t created = 0;  // Unix seconds; 0 when the format does not say
  std::vector<Choice> choices{};
  std::optional<Usage> usage{};
  std::optional<Cost> cost{};  // filled in by the daemon when the price is known
  std::string service_tier{};
  Losses losses{};  // what decoding could not carry: "reply.annotations"
};

/// One step of a streamed answer. `kind` says which other fields mean anything.
///
/// A stream is: start, then for each choice its parts one after the other (a part is opened by its
/// first event, and closed by the next part's first, or by finish), finish, and once usage. Parts
/// count from 0 in each choice and never go back; decoders put interleaved ones in order, so that
/// every encoder may rely on it.
struct Event {
  enum class Kind : std::uint8_t {
    start,      // id, model, created, service_tier, and usage when the input is already counted
    text,       // text: a piece of a Text part
    thinking,   // text: a piece of a Thinking part
    signature,  // signature: of the open part; `redacted` makes it a whole Thinking part
    refusal,    // text: a piece of a Refusal
    tool_call,  // tool_id, tool_name, signature: opens a ToolCall
    arguments,  // text: a piece of its arguments' JSON text
    media,      // media: a whole Media part
    logprobs,   // text: OpenAI's object for what came before
    finish,     // finish, stop_sequence: of one choice
    usage,      // usage, cost, service_tier: of the whole answer; the last one counts
    error,      // error: the provider broke off; nothing follows
    end,        // the format's end mark was seen; nothing follows
  };
  Kind kind = Kind::text;
  std::int64_t choice = 0;
  std::int64_t part = 0;
  std::string text{};
  std::string id{}, model{};
  std::int64_t created = 0;
  std::string service_tier{};  // "" when nothing is said
  std::string tool_id{}, tool_name{};
  Signature signature{};
  bool redacted = false;
  Media media{};
  FinishReason finish = FinishReason::none;
  std::string stop_sequence{};
  Usage usage{};
  std::optional<Cost> cost{};
  Error error{};
};

}  // namespace arouter::chat
