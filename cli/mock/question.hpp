// What was asked, whatever the format it was asked in: all that an answer depends on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arouter::mock {

/// A tool call that the answer is going to make.
struct ToolCall {
  std::string name;
  std::string arguments;  // JSON text that satisfies the required part of the tool's schema
};

/// What the model thinks before it answers, and how much of that the client sees.
struct Reasoning {
  bool wanted = false;     // it thinks, and the tokens count
  bool shown = false;      // the text is told
  bool encrypted = false;  // the client asked for the sealed form, to send it back
};

/// A member of a request that its answer repeats.
struct EchoedMember {
  std::string_view name;  // static
  std::string json;
};

struct Question {
  std::string model;
  std::uint64_t hash = 0;  // equal for equal models and messages
  std::int64_t prompt_tokens = 0;
  std::optional<std::int64_t> max_tokens;  // of the answer, thoughts included
  std::vector<std::string> stops;
  std::int64_t choices = 1;
  bool stream = false;
  bool include_usage = false;           // in the stream; what only some formats leave to the client
  std::vector<ToolCall> calls;          // the answer is these, when there are any
  std::optional<std::string> content;   // JSON text that a schema asks for
  std::optional<std::string> reported;  // what tools said, when that is the end of the conversation
  std::int64_t images = 0;
  std::int64_t files = 0;
  Reasoning reasoning;
  std::vector<EchoedMember> echo;  // what the answer says again
};

/// One request to any format's route for answers.
struct Call {
  std::string_view body;
  std::string_view model{};    // where the path names it
  std::string_view version{};  // anthropic-version
  bool stream = false;         // where the path says so
  bool counts_only = false;    // the prompt's tokens are wanted, no answer
};

}  // namespace arouter::mock
