#include "cli/mock/tools.hpp"

#include <algorithm>

#include "cli/mock/schema_value.hpp"
#include "shared/http/head.hpp"

namespace arouter::mock {

namespace {

bool holds_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
    if (same_letters(text.substr(at, word.size()), word)) return true;
  }
  return false;
}

bool is_allowed(const OfferedTool& tool, const ToolWish& wish) {
  return wish.allowed.empty() ||
         std::find(wish.allowed.begin(), wish.allowed.end(), tool.name) != wish.allowed.end();
}

}  // namespace

Result<std::vector<ToolCall>> choose_calls(std::span<const OfferedTool> tools, const ToolWish& wish,
                                           std::string_view last_words, bool ends_in_result) {
  std::vector<ToolCall> calls;
  const bool asked = !ends_in_result && holds_word(last_words, "tool");
  const bool forced = wish.choice == ToolChoice::any;
  if (wish.choice == ToolChoice::none || (!forced && !asked)) return calls;
  const bool all = wish.parallel && asked && holds_word(last_words, "parallel");
  for (const OfferedTool& tool : tools) {
    if (!is_allowed(tool, wish)) continue;
    const Result<std::string> arguments = make_schema_value(tool.schema);
    if (!arguments) {
      const std::string what = "cannot be called: " + arguments.error().message + ".";
      return client_error(ErrorKind::bad_request, what, "tools");
    }
    calls.push_back({tool.name, *arguments});
    if (!all) break;
  }
  if (calls.empty() && forced) {
    return client_error(ErrorKind::bad_request, "names no function of 'tools'.", "tool_choice");
  }
  return calls;
}

}  // namespace arouter::mock
