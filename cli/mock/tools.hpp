// Which of the offered tools an answer calls.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mock/question.hpp"
#include "shared/error.hpp"
#include "shared/json_doc.hpp"

namespace arouter::mock {

struct OfferedTool {
  std::string name;
  JsonItem schema;  // of its arguments
};

enum class ToolChoice : std::uint8_t { automatic, none, any };

struct ToolWish {
  ToolChoice choice = ToolChoice::automatic;
  std::vector<std::string> allowed{};  // none: all of the offered ones
  bool parallel = true;                // more than one call is welcome
};

/// A choice that forces a call gets one. An automatic one gets one when the user's last words hold
/// "tool", and one of every tool when they hold "parallel" too; never when the conversation ends in
/// a tool's result.
/// Errors: bad_request with `param` "tools" or "tool_choice", the message without its name.
Result<std::vector<ToolCall>> choose_calls(std::span<const OfferedTool> tools, const ToolWish& wish,
                                           std::string_view last_words, bool ends_in_result);

}  // namespace arouter::mock
