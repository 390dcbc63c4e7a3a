#include "cli/mock/anthropic/request.hpp"

#include "cli/mock/anthropic/messages.hpp"
#include "cli/mock/checks.hpp"
#include "cli/mock/schema_value.hpp"
#include "cli/mock/tools.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::anthropic {

namespace {

constexpr std::string_view kWithoutSampling = "2026-10-21";
constexpr std::int64_t kLeastBudget = 1'024;

class Reader {
 public:
  Reader(const Call& call, const JsonItem& request) : call_(call), request_(request) {}

  Result<Question> read() {
    question_.model = checks_.need_string(request_, "model", "");
    read_system();
    last_words_ = read_messages(checks_, request_, question_);
    question_.prompt_tokens += count_tokens(request_["tools"].raw());
    question_.hash = hash_text(request_["messages"].raw()) ^ mix(hash_text(question_.model));
    if (!call_.counts_only) read_limits();
    read_sampling();
    read_thinking();
    read_tools();
    read_format();
    if (checks_.failed()) return checks_.error();
    return std::move(question_);
  }

 private:
  void read_system() {
    const JsonItem system = request_["system"];
    if (!system.is_set()) return;
    if (!system.is_string() && !system.is_array()) {
      return checks_.fail("", "system", "must be a string or an array of text blocks");
    }
    std::size_t index = 0;
    for (const JsonItem block : system) {
      const std::string path = dotted("system", index++);
      if (block["type"].text() != "text") checks_.fail(path, "type", "must be text");
      checks_.need_string(block, "text", path);
    }
    question_.prompt_tokens += count_tokens(text_of(system));
  }

  void read_limits() {
    if (!request_["max_tokens"].is_set()) checks_.fail("", "max_tokens", "is required");
    question_.max_tokens = checks_.count(request_, "max_tokens", "");
    question_.stream = checks_.flag(request_, "stream", "");
    question_.stops = checks_.stops(request_, "stop_sequences", 8'191);
    checks_.object(request_, "metadata", "");
  }

  void read_sampling() {
    for (const char* key : {"temperature", "top_p"}) checks_.number(request_, key, "", 1);
    checks_.count(request_, "top_k", "", 0);
    if (call_.version < kWithoutSampling) return;
    for (const char* key : {"temperature", "top_p", "top_k"}) {
      if (request_[key].is_set()) checks_.fail("", key, "does not exist in this API version");
    }
  }

  void read_thinking() {
    const JsonItem thinking = checks_.object(request_, "thinking", "");
    if (!thinking.is_set()) return;
    const std::string type = checks_.need_string(thinking, "type", "thinking.");
    if (type == "disabled") return;
    if (type != "enabled" && type != "adaptive") {
      return checks_.fail("thinking.", "type", "must be enabled, adaptive or disabled");
    }
    if (type == "enabled") read_budget(thinking);
    question_.reasoning.wanted = true;
    question_.reasoning.shown = thinking["display"].text() != "omitted";
  }

  void read_budget(const JsonItem& thinking) {
    if (!thinking["budget_tokens"].is_set()) {
      return checks_.fail("thinking.", "budget_tokens", "is required");
    }
    const std::int64_t budget =
        checks_.count(thinking, "budget_tokens", "thinking.", kLeastBudget).value_or(0);
    if (question_.max_tokens && *question_.max_tokens <= budget) {
      checks_.fail("", "max_tokens", "must be greater than thinking.budget_tokens");
    }
  }

  void read_tools() {
    std::vector<OfferedTool> offered;
    std::size_t index = 0;
    for (const JsonItem tool : checks_.array(request_, "tools", "")) {
      const std::string path = dotted("tools", index++);
      const std::string name = checks_.need_string(tool, "name", path);
      // Any other type is a tool that runs at the provider.
      if (tool["type"].is_set() && tool["type"].text() != "custom") continue;
      checks_.need_object(tool, "input_schema", path);
      offered.push_back({name, tool["input_schema"]});
    }
    const ToolWish wish = read_choice();
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
    const JsonItem choice = checks_.object(request_, "tool_choice", "");
    if (!choice.is_set()) return wish;
    const std::string type = checks_.need_string(choice, "type", "tool_choice.");
    wish.parallel = !checks_.flag(choice, "disable_parallel_tool_use", "tool_choice.");
    if (type == "auto") return wish;
    if (type == "none") {
      wish.choice = ToolChoice::none;
      return wish;
    }
    wish.choice = ToolChoice::any;
    if (type == "tool") {
      wish.allowed.push_back(checks_.need_string(choice, "name", "tool_choice."));
    } else if (type != "any") {
      checks_.fail("tool_choice.", "type", "must be auto, any, tool or none");
    }
    if (!request_["tools"].is_set()) {
      checks_.fail("", "tool_choice", "is only allowed with tools");
    } else if (request_["thinking"]["type"].text() == "enabled") {
      checks_.fail("", "tool_choice", "must not force a tool while thinking is enabled");
    }
    return wish;
  }

  void read_format() {
    const JsonItem config = checks_.object(request_, "output_config", "");
    JsonItem format = checks_.object(config, "format", "output_config.");
    std::string path = "output_config.format.";
    if (!format.is_set()) {
      format = checks_.object(request_, "output_format", "");
      path = "output_format.";
    }
    if (!format.is_set()) return;
    if (format["type"].text() != "json_schema") {
      return checks_.fail(path, "type", "must be json_schema");
    }
    checks_.need_object(format, "schema", path);
    if (checks_.failed()) return;
    const Result<std::string> value = make_schema_value(format["schema"]);
    if (!value) return checks_.fail(path, "schema", "cannot be met: " + value.error().message);
    question_.content = *value;
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

}  // namespace arouter::mock::anthropic
