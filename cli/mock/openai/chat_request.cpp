#include "cli/mock/openai/chat_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "cli/mock/openai/chat_tools.hpp"
#include "cli/mock/openai/messages.hpp"
#include "cli/mock/schema_value.hpp"
#include "cli/mock/words.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock::openai {

namespace {

Error refuse(std::string_view param, std::string_view what) {
  return client_error(ErrorKind::bad_request, "'" + std::string(param) + "' " + std::string(what),
                      std::string(param));
}

/// Reads one body, member by member, in the order of kSteps.
class Reader {
 public:
  explicit Reader(std::string_view body) : body_(body) {}

  Result<Question> read() {
    if (const Result<void> scanned = scan_object(body_, members_); !scanned) {
      return scanned.error();
    }
    for (const Step step : kSteps) {
      if (const Result<void> done = (this->*step)(); !done) return done.error();
    }
    return std::move(question_);
  }

 private:
  using Step = Result<void> (Reader::*)();
  static const std::array<Step, 8> kSteps;

  const JsonValue& at(std::string_view key) const {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const JsonMember& member) { return member.key == key; });
    return found->value;
  }
  bool has(std::string_view key) const { return at(key).present() && !at(key).is_null(); }

  Result<void> read_model() {
    if (!has("model")) return refuse("model", "is required.");
    const std::optional<std::string> model = decode_string(body_, at("model"));
    if (!model || model->empty()) return refuse("model", "must be a string that is not empty.");
    question_.model = *model;
    return {};
  }

  Result<void> read_messages() {
    const JsonValue& messages = at("messages");
    if (!has("messages")) return refuse("messages", "is required.");
    if (messages.type != JsonType::array) return refuse("messages", "must be an array.");
    Result<Messages> found = openai::read_messages(body_, messages);
    if (!found) return found.error();
    if (found->tokens == 0) return refuse("messages", "must not be empty.");
    messages_ = std::move(*found);
    question_.prompt_tokens = messages_.tokens + count_tokens(at("tools").in(body_));
    question_.images = messages_.images;
    question_.files = messages_.files;
    if (!messages_.results.empty()) {
      std::string& reported = question_.reported.emplace();
      for (const JsonValue& result : messages_.results) {
        if (!reported.empty()) reported += ' ';
        reported += text_of_content(result.in(body_));
      }
    }
    question_.hash = hash_text(messages.in(body_)) ^ mix(hash_text(question_.model));
    return {};
  }

  Result<void> read_stream() {
    for (const char* key : {"stream", "logprobs"}) {
      if (has(key) && at(key).type != JsonType::boolean) return refuse(key, "must be a boolean.");
    }
    question_.stream = decode_bool(body_, at("stream")).value_or(false);
    if (decode_bool(body_, at("logprobs")).value_or(false)) {
      return refuse("logprobs", "is not supported by this model.");
    }
    if (!has("stream_options")) return {};
    if (at("stream_options").type != JsonType::object) {
      return refuse("stream_options", "must be an object.");
    }
    if (!question_.stream) return refuse("stream_options", "is only allowed with 'stream'.");
    std::array<JsonMember, 1> option{{{"include_usage"}}};
    find_members(body_, at("stream_options"), option);
    if (option[0].value.present() && option[0].value.type != JsonType::boolean) {
      return refuse("stream_options.include_usage", "must be a boolean.");
    }
    question_.include_usage = decode_bool(body_, option[0].value).value_or(false);
    return {};
  }

  Result<void> read_limits() {
    if (has("max_tokens") && has("max_completion_tokens")) {
      return refuse("max_tokens", "and 'max_completion_tokens' exclude each other.");
    }
    for (const char* key : {"max_tokens", "max_completion_tokens"}) {
      if (!has(key)) continue;
      question_.max_tokens = decode_count(body_, at(key));
      if (question_.max_tokens.value_or(0) < 1) return refuse(key, "must be a positive integer.");
    }
    if (has("n")) {
      question_.choices = decode_count(body_, at("n")).value_or(0);
      if (question_.choices < 1 || question_.choices > 128) {
        return refuse("n", "must be an integer from 1 to 128.");
      }
    }
    return {};
  }

  Result<void> read_sampling() {
    for (const auto& [key, most] : {std::pair("temperature", 2), std::pair("top_p", 1)}) {
      if (!has(key)) continue;
      const std::string_view lexeme = at(key).in(body_);
      double number = -1;
      std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), number);
      if (at(key).type != JsonType::number || !(number >= 0 && number <= most)) {
        return refuse(key, "must be a number from 0 to " + std::to_string(most) + ".");
      }
    }
    if (!has("stop")) return {};
    if (at("stop").type == JsonType::string) return add_stop(at("stop"));
    if (at("stop").type != JsonType::array) return refuse("stop", "must be a string or an array.");
    Result<void> added;
    for_each_element(body_, at("stop"), [&](const JsonValue& stop) {
      if (added) added = add_stop(stop);
    });
    return added;
  }

  Result<void> add_stop(const JsonValue& value) {
    const std::optional<std::string> stop = decode_string(body_, value);
    if (!stop || stop->empty()) return refuse("stop", "must hold strings that are not empty.");
    if (question_.stops.size() == 4) return refuse("stop", "must hold at most four strings.");
    question_.stops.push_back(*stop);
    return {};
  }

  Result<void> read_tools() {
    const ChatTools tools{.tools = at("tools").in(body_),
                          .choice = at("tool_choice").in(body_),
                          .parallel = at("parallel_tool_calls").in(body_),
                          .last_words = messages_.last_words.in(body_),
                          .ends_in_result = question_.reported.has_value()};
    Result<std::vector<ToolCall>> calls = read_chat_calls(tools);
    if (!calls) {
      const Error fault = calls.error();
      return refuse(fault.param, fault.message);
    }
    question_.calls = std::move(*calls);
    return {};
  }

  Result<void> read_reasoning() {
    if (!has("reasoning_effort")) return {};
    const std::optional<std::string> effort = decode_string(body_, at("reasoning_effort"));
    if (!effort) return refuse("reasoning_effort", "must be a string.");
    const bool thinks = *effort != "none" && *effort != "minimal";
    question_.reasoning = {.wanted = thinks, .shown = thinks};
    return {};
  }

  Result<void> read_response_format() {
    if (!has("response_format")) return {};
    std::array<JsonMember, 2> members{{{"type"}, {"json_schema"}}};
    find_members(body_, at("response_format"), members);
    const std::string type = decode_string(body_, members[0].value).value_or("");
    if (type == "text") return {};
    if (type == "json_object") {
      question_.content = R"({"answer": "example"})";
      return {};
    }
    if (type != "json_schema") {
      return refuse("response_format", "must have the type text, json_object or json_schema.");
    }
    std::array<JsonMember, 1> schema{{{"schema"}}};
    find_members(body_, members[1].value, schema);
    if (schema[0].value.type != JsonType::object) {
      return refuse("response_format.json_schema", "must have a schema.");
    }
    const Result<std::string> value = make_schema_value(body_, schema[0].value);
    if (!value) {
      return refuse("response_format.json_schema", "cannot be met: " + value.error().message + ".");
    }
    question_.content = *value;
    return {};
  }

  std::string_view body_;
  std::array<JsonMember, 16> members_{{{"model"},
                                       {"messages"},
                                       {"stream"},
                                       {"stream_options"},
                                       {"max_tokens"},
                                       {"max_completion_tokens"},
                                       {"n"},
                                       {"temperature"},
                                       {"top_p"},
                                       {"stop"},
                                       {"tools"},
                                       {"tool_choice"},
                                       {"response_format"},
                                       {"logprobs"},
                                       {"parallel_tool_calls"},
                                       {"reasoning_effort"}}};
  Messages messages_;
  Question question_;
};

const std::array<Reader::Step, 8> Reader::kSteps{
    &Reader::read_model,     &Reader::read_messages,       &Reader::read_stream,
    &Reader::read_limits,    &Reader::read_sampling,       &Reader::read_tools,
    &Reader::read_reasoning, &Reader::read_response_format};

}  // namespace

Result<Question> decode_chat(const Call& call) {
  return Reader(call.body).read();
}

}  // namespace arouter::mock::openai
