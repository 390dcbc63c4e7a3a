// The neutral chat, the request. What its messages are made of: message.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/chat/message.hpp"

namespace arouter::chat {

struct Tool {
  std::string name{};
  std::string description{};
  std::string parameters{};  // a JSON schema, as its bytes; "" when none is given
  std::optional<bool> strict{};
  std::string cache_control{};
  // How a Responses client spells its calls; other formats need not look.
  std::string group{};    // the namespace that the tool stands in; `name` begins with it
  bool freeform = false;  // a custom tool: its arguments are {"input": text}
  bool operator==(const Tool&) const = default;
};

struct ToolChoice {
  enum class Kind : std::uint8_t { unset, automatic, none, required, named };
  Kind kind = Kind::unset;
  std::string name{};              // of Kind::named
  std::optional<bool> parallel{};  // false: at most one call in an answer
  bool operator==(const ToolChoice&) const = default;
};

/// The shape that the answer must have.
struct Output {
  enum class Kind : std::uint8_t { unset, text, json_object, json_schema };
  Kind kind = Kind::unset;
  std::string name{};  // of the schema
  std::string description{};
  std::string schema{};  // as its bytes
  std::optional<bool> strict{};
  bool operator==(const Output&) const = default;
};

/// How much the model may think. Formats say it in words or in tokens: thinking.hpp goes between.
struct Reasoning {
  std::optional<bool> enabled{};         // false: do not think; nothing: the model's default
  std::string effort{};                  // minimal | low | medium | high | xhigh; "" when not said
  std::optional<std::int64_t> budget{};  // tokens; nothing when not said
  std::string summary{};          // Responses: auto | concise | detailed; "" when not asked for
  std::optional<bool> include{};  // thoughts are wanted in the answer (Gemini includeThoughts)
  bool operator==(const Reasoning&) const = default;
};

struct Request {
  std::string model{};
  std::vector<Message> messages{};
  std::vector<Tool> tools{};
  ToolChoice tool_choice{};
  Output output{};
  Reasoning reasoning{};
  std::optional<std::int64_t> max_tokens{};  // of the answer, thoughts included
  std::vector<std::string> stop{};
  // Lexemes of JSON numbers; "" when not given.
  std::string temperature{}, top_p{}, min_p{};
  std::string frequency_penalty{}, presence_penalty{}, repetition_penalty{};
  std::optional<std::int64_t> top_k{}, seed{}, n{}, top_logprobs{};
  std::optional<bool> logprobs{}, store{};
  std::string logit_bias{}, metadata{};  // JSON as its bytes
  std::string user{};                    // the end user's id
  std::string service_tier{}, verbosity{}, prompt_cache_key{}, safety_identifier{};
  bool stream = false;
  bool include_usage = false;  // the client wants the usage of a stream where that is a choice
  bool operator==(const Request&) const = default;
};

}  // namespace arouter::chat
