#include "cli/mock/openai/chat_tools.hpp"

#include <optional>
#include <utility>

#include "cli/mock/checks.hpp"
#include "cli/mock/tools.hpp"

namespace arouter::mock::openai {

namespace {

Error refuse(std::string_view param, std::string_view what) {
  return client_error(ErrorKind::bad_request, std::string(what), std::string(param));
}

std::optional<JsonDoc> read_member(std::string_view json) {
  if (json.empty()) return std::nullopt;
  Result<JsonDoc> document = JsonDoc::read(json);
  if (!document) return std::nullopt;
  return std::move(*document);
}

JsonItem root_of(const std::optional<JsonDoc>& document) {
  return document ? document->root() : JsonItem();
}

Result<ToolWish> read_named_choice(const JsonItem& choice) {
  ToolWish wish;
  if (choice["type"].text() == "allowed_tools") {
    const JsonItem allowed = choice["allowed_tools"];
    if (allowed["mode"].text() == "required") wish.choice = ToolChoice::any;
    for (const JsonItem tool : allowed["tools"]) {
      wish.allowed.push_back(tool["function"]["name"].text());
    }
    return wish;
  }
  const std::string name = choice["function"]["name"].text();
  if (name.empty()) return refuse("tool_choice", "must name a function.");
  wish.choice = ToolChoice::any;
  wish.allowed.push_back(name);
  return wish;
}

Result<ToolWish> read_choice(const JsonItem& choice) {
  if (!choice.is_set()) return ToolWish{};
  if (!choice.is_string()) return read_named_choice(choice);
  ToolWish wish;
  const std::string word = choice.text();
  if (word == "auto") return wish;
  if (word != "none" && word != "required") {
    return refuse("tool_choice", "must be none, auto or required.");
  }
  wish.choice = word == "none" ? ToolChoice::none : ToolChoice::any;
  return wish;
}

}  // namespace

Result<std::vector<ToolCall>> read_chat_calls(const ChatTools& request) {
  const std::optional<JsonDoc> tools_document = read_member(request.tools);
  const std::optional<JsonDoc> choice_document = read_member(request.choice);
  const JsonItem tools = root_of(tools_document), choice = root_of(choice_document);
  if (tools.is_set() && !tools.is_array()) return refuse("tools", "must be an array.");
  if (choice.is_set() && !tools.is_set()) {
    return refuse("tool_choice", "is only allowed with 'tools'.");
  }
  Result<ToolWish> wish = read_choice(choice);
  if (!wish) return wish.error();
  const bool named = !request.parallel.empty() && request.parallel != "null";
  if (named && request.parallel != "true" && request.parallel != "false") {
    return refuse("parallel_tool_calls", "must be a boolean.");
  }
  wish->parallel = request.parallel != "false";
  if (!tools.is_set()) return std::vector<ToolCall>();
  std::vector<OfferedTool> offered;
  for (const JsonItem tool : tools) {
    const JsonItem function = tool["function"];
    const std::string name = function["name"].text();
    if (tool["type"].text() == "custom") continue;  // called with a text, which no schema gives
    if (name.empty()) return refuse("tools", "must hold functions with a name.");
    offered.push_back({name, function["parameters"]});
  }
  return choose_calls(offered, *wish, text_of_content(request.last_words), request.ends_in_result);
}

std::string text_of_content(std::string_view content) {
  const std::optional<JsonDoc> document = read_member(content);
  return text_of(root_of(document));
}

}  // namespace arouter::mock::openai
