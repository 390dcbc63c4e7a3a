// The tools of a chat request, and the calls of them that the answer makes.
#pragma once

#include <string_view>
#include <vector>

#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::openai {

/// JSON texts of the request's members, "" where it has none.
struct ChatTools {
  std::string_view tools;
  std::string_view choice;
  std::string_view parallel;
  std::string_view last_words;  // content of the user's last message
  bool ends_in_result = false;
};

/// Errors: bad_request with `param`, its message without the param's name.
Result<std::vector<ToolCall>> read_chat_calls(const ChatTools& request);

/// The text of a message's content, which is valid JSON or "".
std::string text_of_content(std::string_view content);

}  // namespace arouter::mock::openai
