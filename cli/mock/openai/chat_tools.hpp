// The tools of a chat request, and the calls of them that the answer makes.
#pragma once

#include <string_view>
#include <vector>

#include "cli/mock/json_view.hpp"
#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::openai {

/// `tools`, `choice` and `parallel` are the request's members, absent where it has none.
/// Errors: bad_request with `param`, its message without the param's name.
Result<std::vector<ToolCall>> read_chat_calls(const JsonView& tools, const JsonView& choice,
                                              const JsonView& parallel, const JsonView& last_words,
                                              bool ends_in_result);

}  // namespace arouter::mock::openai
