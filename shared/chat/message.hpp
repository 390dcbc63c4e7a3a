// The neutral chat, its messages: what every format decodes to and encodes from.
//
// One spelling for each meaning, so that equal conversations are equal values whatever format they
// came in:
// - system and developer messages stand in `messages`, where the client put them; formats with one
//   field for them read it as messages at the front;
// - what tools answered is a message of role `tool` that holds ToolResults alone, one message for
//   all results that follow one assistant message; a format that mixes them with the user's words
//   (Anthropic, Gemini) decodes to a tool message and then a user message, in this order;
// - neighbours of one role are one message: the formats differ in whether they may stand apart
//   (normalize() in messages.hpp);
// - numbers with a fraction are kept as their lexeme, JSON of others (schemas, metadata) as its
//   bytes; nothing is rounded or written anew.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace arouter::chat {

enum class Role : std::uint8_t { system, developer, user, assistant, tool };

/// What a provider signed and wants back unchanged. Only the format that made it can read it.
struct Signature {
  std::string bytes{};
  std::string format{};  // "anthropic", "gemini", "responses"; "" when there is no signature
  bool operator==(const Signature&) const = default;
};

struct Text {
  std::string text{};
  std::string cache_control{};  // Anthropic's, as JSON; "" when none
  Signature signature{};        // Gemini signs texts too
  bool operator==(const Text&) const = default;
};

/// An image, a document, a sound or a film. Exactly one of data, url and file_id is set.
struct Media {
  enum class Kind : std::uint8_t { image, file, audio, video };
  Kind kind = Kind::image;
  std::string mime_type{};  // "image/png"; "" when nobody said
  std::string data{};       // base64, no "data:" in front
  std::string url{};        // fetched by the provider, never by us
  std::string file_id{};    // a file that the provider keeps
  std::string name{};       // of a file: "report.pdf"
  std::string detail{};     // of an image: "low", "high", "auto"
  std::string cache_control{};
  bool operator==(const Media&) const = default;
};

struct ToolCall {
  std::string id{};  // never empty after decoding: formats without ids get "call_…" made up
  std::string name{};
  std::string arguments{};  // a JSON object's text; "{}" for none
  Signature signature{};    // Gemini signs calls
  std::string cache_control{};
  bool operator==(const ToolCall&) const = default;
};

using ResultPart = std::variant<Text, Media>;

struct ToolResult {
  std::string id{};    // of the call
  std::string name{};  // of the tool; found from the call where the format does not say it
  std::vector<ResultPart> content{};
  bool is_error = false;
  std::string cache_control{};
  bool operator==(const ToolResult&) const = default;
};

/// What the model thought before it answered.
struct Thinking {
  std::string text{};     // "" when it is hidden
  Signature signature{};  // over the thought
  bool redacted = false;  // `signature.bytes` is the whole thought, encrypted
  bool operator==(const Thinking&) const = default;
};

struct Refusal {
  std::string text{};
  bool operator==(const Refusal&) const = default;
};

using Part = std::variant<Text, Media, ToolCall, ToolResult, Thinking, Refusal>;

struct Message {
  Role role = Role::user;
  std::vector<Part> parts{};
  std::string name{};  // of the participant (OpenAI); "" when none
  bool operator==(const Message&) const = default;
};

}  // namespace arouter::chat
