#include "cli/mock/openai/chat_parts.hpp"

#include "shared/json_scan.hpp"

namespace arouter::mock::openai {

void append_member(std::string& out, std::string_view opening, std::string_view text) {
  out += opening;
  append_json_string(out, text);
}

void append_member(std::string& out, std::string_view opening, std::int64_t number) {
  out += opening;
  out += std::to_string(number);
}

std::string encode_opening(const Answer& answer, const Stamp& stamp, std::string_view object) {
  std::string out = R"({"id":"chatcmpl-)";
  out.reserve(256);
  out += stamp.id;
  out += R"(","object":")";
  out += object;
  append_member(out, R"(","created":)", stamp.created);
  append_member(out, R"(,"model":)", answer.model);
  out += R"(,"choices":[)";
  return out;
}

void append_usage(std::string& out, const Answer& answer) {
  append_member(out, R"("usage":{"prompt_tokens":)", answer.prompt_tokens);
  append_member(out, R"(,"completion_tokens":)", answer.completion_tokens);
  append_member(out, R"(,"total_tokens":)", answer.prompt_tokens + answer.completion_tokens);
  append_member(out, R"(,"prompt_tokens_details":{"cached_tokens":)", answer.cached_tokens);
  append_member(out, R"(},"completion_tokens_details":{"reasoning_tokens":)",
                answer.reasoning_tokens);
  out += "}}";
}

void append_tool_call(std::string& out, std::string_view id, std::string_view name,
                      std::string_view arguments) {
  out += R"("id":")";
  out += id;
  append_member(out, R"(","type":"function","function":{"name":)", name);
  append_member(out, R"(,"arguments":)", arguments);
  out += '}';
}

std::string_view finish_reason(Finish finish) {
  switch (finish) {
    case Finish::length:
      return "length";
    case Finish::tool_calls:
      return "tool_calls";
    case Finish::stop:
    case Finish::stop_sequence:
      break;
  }
  return "stop";
}

}  // namespace arouter::mock::openai
