#include "cli/mock/responses/request.hpp"

#include <array>
#include <utility>

#include "cli/mock/checks.hpp"
#include "cli/mock/responses/items.hpp"
#include "cli/mock/schema_value.hpp"
#include "cli/mock/tools.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::responses {

namespace {

class Reader {
 public:
  Reader(const Call& call, const JsonItem& request) : call_(call), request_(request) {}

  Result<Question> read() {
    if (!call_.counts_only || request_["model"].is_set()) {
      question_.model = checks_.need_string(request_, "model", "");
    }
    read_stored();
    question_.prompt_tokens += count_tokens(checks_.string(request_, "instructions", ""));
    last_words_ = read_input(checks_, request_["input"], question_);
    question_.prompt_tokens += count_tokens(request_["tools"].raw());
    question_.hash = hash_text(request_["input"].raw()) ^ mix(hash_text(question_.model));
    question_.stream = checks_.flag(request_, "stream", "");
    question_.max_tokens = checks_.count(request_, "max_output_tokens", "");
    checks_.number(request_, "temperature", "", 2);
    checks_.number(request_, "top_p", "", 1);
    checks_.object(request_, "metadata", "");
    checks_.flag(request_, "store", "");
    read_reasoning();
    read_tools();
    read_format();
    if (checks_.failed()) return checks_.error();
    question_.echo = echo();
    return std::move(question_);
  }

 private:
  void read_stored() {
    for (const char* key : {"previous_response_id", "conversation"}) {
      if (request_[key].is_set()) {
        checks_.fail("", key, "is not found: this provider stores no responses");
      }
    }
    if (checks_.flag(request_, "background", "")) {
      checks_.fail("", "background", "is not supported by this provider");
    }
  }

  void read_reasoning() {
    const JsonItem reasoning = checks_.object(request_, "reasoning", "");
    const std::string effort = checks_.string(reasoning, "effort", "reasoning.");
    Reasoning& wish = question_.reasoning;
    wish.wanted = !effort.empty() && effort != "none" && effort != "minimal";
    wish.shown = wish.wanted && reasoning["summary"].is_set();
    for (const JsonItem what : checks_.array(request_, "include", "")) {
      if (what.text() == "reasoning.encrypted_content") wish.encrypted = wish.wanted;
    }
  }

  void read_tools() {
    std::vector<OfferedTool> offered;
    std::size_t index = 0;
    for (const JsonItem tool : checks_.array(request_, "tools", "")) {
      const std::string path = bracketed("tools", index++);
      // Any other type is a tool that runs at the provider, or one that this mock does not know.
      if (checks_.need_string(tool, "type", path) != "function") continue;
      offered.push_back({checks_.need_string(tool, "name", path), tool["parameters"]});
    }
    ToolWish wish = read_choice();
    if (request_["parallel_tool_calls"].is_set()) {
      wish.parallel = checks_.flag(request_, "parallel_tool_calls", "");
    }
    if (checks_.failed()) return;
    Result<std::vector<ToolCall>> calls =
        choose_calls(offered, wish, last_words_, question_.reported.has_value());
    if (calls) {
      question_.calls = std::move(*calls);
    } else {
      const Error fault = calls.error();
      checks_.fail("", fault.param, fault.message.substr(0, fault.message.size() - 1));
    }
  }

  ToolWish read_choice() {
    ToolWish wish;
    const JsonItem choice = request_["tool_choice"];
    if (!choice.is_set()) return wish;
    const bool word = choice.is_string();
    const std::string kind = word ? choice.text() : choice["type"].text();
    const std::string mode = kind == "allowed_tools" ? choice["mode"].text() : kind;
    if (mode == "none") wish.choice = ToolChoice::none;
    if (mode == "required" || kind == "function") wish.choice = ToolChoice::any;
    if (word && mode != "none" && mode != "auto" && mode != "required") {
      checks_.fail("", "tool_choice", "must be none, auto or required");
    } else if (!word && kind.empty()) {
      checks_.fail("tool_choice.", "type", "is required");
    }
    if (kind == "function") {
      wish.allowed.push_back(checks_.need_string(choice, "name", "tool_choice."));
    }
    if (kind == "allowed_tools") {
      for (const JsonItem tool : choice["tools"]) {
        wish.allowed.push_back(tool["name"].text());
      }
    }
    return wish;
  }

  void read_format() {
    const JsonItem format = checks_.object(checks_.object(request_, "text", ""), "format", "text.");
    if (!format.is_set()) return;
    const std::string type = checks_.need_string(format, "type", "text.format.");
    if (type == "text") return;
    if (type == "json_object") {
      question_.content = R"({"answer": "example"})";
      return;
    }
    if (type != "json_schema") {
      return checks_.fail("text.format.", "type", "must be text, json_object or json_schema");
    }
    checks_.need_string(format, "name", "text.format.");
    checks_.need_object(format, "schema", "text.format.");
    if (checks_.failed()) return;
    const Result<std::string> value = make_schema_value(format["schema"]);
    if (!value) {
      return checks_.fail("text.format.", "schema", "cannot be met: " + value.error().message);
    }
    question_.content = *value;
  }

  /// What a response says again of its request, with the defaults of what was left out.
  std::vector<EchoedMember> echo() const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kEchoes{
        {{"instructions", "null"},
         {"max_output_tokens", "null"},
         {"max_tool_calls", "null"},
         {"metadata", "{}"},
         {"parallel_tool_calls", "true"},
         {"previous_response_id", "null"},
         {"prompt_cache_key", "null"},
         {"reasoning", R"({"effort":null,"summary":null})"},
         {"safety_identifier", "null"},
         {"store", "true"},
         {"temperature", "1.0"},
         {"text", R"({"format":{"type":"text"}})"},
         {"tool_choice", R"("auto")"},
         {"tools", "[]"},
         {"top_p", "1.0"},
         {"truncation", R"("disabled")"},
         {"user", "null"}}};
    std::vector<EchoedMember> echo;
    for (const auto& [key, usual] : kEchoes) {
      const JsonItem member = request_[key];
      echo.push_back({key, std::string(member.is_set() ? member.raw() : usual)});
    }
    return echo;
  }

  const Call& call_;
  JsonItem request_;
  Checks checks_;
  Question question_;
  std::string last_words_;
};

}  // namespace

Result<Question> decode(const Call& call) {
  const Result<JsonDoc> document = read_object(call.body);
  if (!document) return document.error();
  return Reader(call, document->root()).read();
}

}  // namespace arouter::mock::responses
