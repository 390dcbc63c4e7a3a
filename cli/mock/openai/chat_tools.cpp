#include "cli/mock/openai/chat_tools.hpp"

#include "cli/mock/tools.hpp"

namespace arouter::mock::openai {

namespace {

Error refuse(std::string_view param, std::string_view what) {
  return client_error(ErrorKind::bad_request, std::string(what), std::string(param));
}

Result<ToolWish> read_named_choice(const JsonView& choice) {
  ToolWish wish;
  if (choice["type"].string_or("") == "allowed_tools") {
    const JsonView allowed = choice["allowed_tools"];
    if (allowed["mode"].string_or("") == "required") wish.choice = ToolChoice::any;
    allowed["tools"].each([&](const JsonView& tool) {
      wish.allowed.push_back(tool["function"]["name"].string_or(""));
    });
    return wish;
  }
  const std::string name = choice["function"]["name"].string_or("");
  if (name.empty()) return refuse("tool_choice", "must name a function.");
  wish.choice = ToolChoice::any;
  wish.allowed.push_back(name);
  return wish;
}

Result<ToolWish> read_choice(const JsonView& choice) {
  if (!choice.given()) return ToolWish{};
  if (!choice.is(JsonType::string)) return read_named_choice(choice);
  ToolWish wish;
  const std::string word = choice.string_or("");
  if (word == "auto") return wish;
  if (word != "none" && word != "required") {
    return refuse("tool_choice", "must be none, auto or required.");
  }
  wish.choice = word == "none" ? ToolChoice::none : ToolChoice::any;
  return wish;
}

}  // namespace

Result<std::vector<ToolCall>> read_chat_calls(const JsonView& tools, const JsonView& choice,
                                              const JsonView& parallel, const JsonView& last_words,
                                              bool ends_in_result) {
  if (tools.given() && !tools.is(JsonType::array)) return refuse("tools", "must be an array.");
  if (parallel.given() && !parallel.is(JsonType::boolean)) {
    return refuse("parallel_tool_calls", "must be a boolean.");
  }
  if (choice.given() && !tools.given()) {
    return refuse("tool_choice", "is only allowed with 'tools'.");
  }
  Result<ToolWish> wish = read_choice(choice);
  if (!wish) return wish.error();
  wish->parallel = parallel.boolean().value_or(true);
  if (!tools.given() || wish->choice == ToolChoice::none) return std::vector<ToolCall>();
  std::vector<OfferedTool> offered;
  tools.each([&](const JsonView& tool) {
    const JsonView function = tool["function"];
    const std::string name = function["name"].string_or("");
    if (!name.empty()) offered.push_back({name, function["parameters"]});
  });
  return choose_calls(offered, *wish, text_of(last_words), ends_in_result);
}

}  // namespace arouter::mock::openai
