// A chat request as the mock needs it: checked the way OpenAI checks, reduced to what the answer
// depends on.
//
// Source: OpenAI API reference, "Create chat completion".
// Surprises: unknown members are ignored; logprobs are refused, because ignoring them would be a
// silent lie; a model's name is not checked here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"

namespace arouter::mock {

struct ForcedTool {
  std::string name;
  std::string arguments;  // JSON text that satisfies the required part of its schema
};

struct ChatRequest {
  std::string model;
  std::uint64_t question = 0;  // equal for equal models and messages
  std::int64_t prompt_tokens = 0;
  std::optional<std::int64_t> max_tokens;
  std::vector<std::string> stops;
  std::int64_t choices = 1;
  bool stream = false;
  bool include_usage = false;
  std::optional<ForcedTool> tool;      // tool_choice leaves no way but to call it
  std::optional<std::string> content;  // JSON that response_format asks for
};

/// Errors: bad_request with `param`, its message for the client.
Result<ChatRequest> decode_chat_request(std::string_view body);

}  // namespace arouter::mock
