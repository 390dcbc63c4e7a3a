#include "cli/mock/gemini/request.hpp"

#include "cli/mock/checks.hpp"
#include "cli/mock/gemini/contents.hpp"
#include "cli/mock/schema_value.hpp"
#include "cli/mock/tools.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::gemini {

namespace {

class Reader {
 public:
  Reader(const Call& call, const JsonItem& request) : request_(request) {
    question_.model = call.model;
    question_.stream = call.stream;
  }

  Result<Question> read() {
    const JsonItem system =
        checks_.object(request_, spelled(request_, "systemInstruction", "system_instruction"), "");
    question_.prompt_tokens += count_tokens(text_of(system["parts"]));
    last_words_ = read_contents(checks_, request_, question_);
    question_.prompt_tokens += count_tokens(request_["tools"].raw());
    question_.hash = hash_text(request_["contents"].raw()) ^ mix(hash_text(question_.model));
    config_ =
        checks_.object(request_, spelled(request_, "generationConfig", "generation_config"), "");
    read_config();
    read_thinking();
    read_tools();
    read_format();
    if (checks_.failed()) return checks_.error();
    return std::move(question_);
  }

 private:
  static constexpr std::string_view kConfig = "generationConfig.";

  std::string_view key(std::string_view camel, std::string_view snake) const {
    return spelled(config_, camel, snake);
  }

  void read_config() {
    question_.max_tokens =
        checks_.count(config_, key("maxOutputTokens", "max_output_tokens"), kConfig);
    const auto candidates =
        checks_.count(config_, key("candidateCount", "candidate_count"), kConfig);
    question_.choices = candidates.value_or(1);
    if (question_.choices > 8) checks_.fail(kConfig, "candidateCount", "must be at most 8");
    checks_.number(config_, "temperature", kConfig, 2);
    checks_.number(config_, key("topP", "top_p"), kConfig, 1);
    question_.stops = checks_.stops(config_, key("stopSequences", "stop_sequences"), 5);
  }

  void read_thinking() {
    const JsonItem thinking =
        checks_.object(config_, key("thinkingConfig", "thinking_config"), kConfig);
    if (!thinking.is_set()) return;
    constexpr std::string_view path = "generationConfig.thinkingConfig.";
    const JsonItem budget = either(thinking, "thinkingBudget", "thinking_budget");
    const std::string level = either(thinking, "thinkingLevel", "thinking_level").text();
    const bool shown =
        checks_.flag(thinking, spelled(thinking, "includeThoughts", "include_thoughts"), path);
    const bool off = budget.number() == "0" || is_minimal(level);
    question_.reasoning.wanted = !off && (shown || budget.is_set() || !level.empty());
    question_.reasoning.shown = shown && question_.reasoning.wanted;
  }

  static bool is_minimal(std::string_view level) {
    return level == "MINIMAL" || level == "minimal";
  }

  void read_tools() {
    std::vector<OfferedTool> offered;
    std::size_t index = 0;
    for (const JsonItem tool : checks_.array(request_, "tools", "")) {
      const std::string path = bracketed("tools", index++);
      const std::string_view list = spelled(tool, "functionDeclarations", "function_declarations");
      std::size_t inner = 0;
      for (const JsonItem function : checks_.array(tool, list, path)) {
        const std::string inside = bracketed(path + std::string(list), inner++);
        const JsonItem schema = function["parameters"];
        offered.push_back(
            {checks_.need_string(function, "name", inside),
             schema.is_set() ? schema
                             : either(function, "parametersJsonSchema", "parameters_json_schema")});
      }
    }
    const ToolWish wish = read_choice();
    if (checks_.failed()) return;
    Result<std::vector<ToolCall>> calls =
        choose_calls(offered, wish, last_words_, question_.reported.has_value());
    if (calls) {
      question_.calls = std::move(*calls);
      return;
    }
    const Error fault = calls.error();
    checks_.fail("", fault.param == "tools" ? "tools" : "toolConfig.functionCallingConfig",
                 fault.message.substr(0, fault.message.size() - 1));
  }

  ToolWish read_choice() {
    ToolWish wish;
    const JsonItem config =
        checks_.object(request_, spelled(request_, "toolConfig", "tool_config"), "");
    const JsonItem calling = either(config, "functionCallingConfig", "function_calling_config");
    const std::string mode = checks_.string(calling, "mode", "toolConfig.functionCallingConfig.");
    if (mode == "NONE") wish.choice = ToolChoice::none;
    if (mode == "ANY") wish.choice = ToolChoice::any;
    if (!mode.empty() && mode != "AUTO" && mode != "ANY" && mode != "NONE" && mode != "VALIDATED" &&
        mode != "MODE_UNSPECIFIED") {
      checks_.fail("toolConfig.functionCallingConfig.", "mode",
                   "must be AUTO, ANY, NONE or VALIDATED");
    }
    for (const JsonItem name : either(calling, "allowedFunctionNames", "allowed_function_names")) {
      wish.allowed.push_back(name.text());
    }
    return wish;
  }

  void read_format() {
    const std::string type =
        checks_.string(config_, key("responseMimeType", "response_mime_type"), kConfig);
    JsonItem schema = either(config_, "responseSchema", "response_schema");
    if (!schema.is_set()) schema = either(config_, "responseJsonSchema", "response_json_schema");
    if (schema.is_set() && type != "application/json" && type != "text/x.enum") {
      return checks_.fail(kConfig, "responseMimeType",
                          "must be application/json when there is a schema");
    }
    if (type.empty() || type == "text/plain") return;
    if (type != "application/json" && type != "text/x.enum") {
      return checks_.fail(kConfig, "responseMimeType", "is not supported");
    }
    if (!schema.is_set()) {
      question_.content = R"({"answer": "example"})";
      return;
    }
    const Result<std::string> value = make_schema_value(schema);
    if (!value) {
      return checks_.fail(kConfig, "responseSchema", "cannot be met: " + value.error().message);
    }
    question_.content = *value;
  }

  JsonItem request_;
  JsonItem config_;
  Checks checks_;
  Question question_;
  std::string last_words_;
};

}  // namespace

Result<Question> decode(const Call& call) {
  const Result<JsonDoc> document = read_object(call.body);
  if (!document) return document.error();
  const JsonItem request = document->root();
  const JsonItem inner = request["generateContentRequest"];
  return Reader(call, call.counts_only && inner.is_set() ? inner : request).read();
}

}  // namespace arouter::mock::gemini
