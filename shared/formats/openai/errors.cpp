#include "shared/formats/openai/errors.hpp"

#include <array>
#include <utility>

#include "shared/formats/error_message.hpp"
#include "shared/json_scan.hpp"

namespace arouter::openai {

namespace {

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

/// By the words that stand in `type` or `code`, or the status that OpenRouter has there.
ErrorKind kind_of(std::string_view word) {
  const auto says = [&](std::string_view part) {
    return word.find(part) != std::string_view::npos;
  };
  if (says("rate_limit") || word == "429" || says("insufficient_quota")) {
    return ErrorKind::rate_limited;
  }
  if (says("overloaded") || word == "503" || word == "529") return ErrorKind::overloaded;
  if (says("timeout") || word == "504" || word == "408") return ErrorKind::upstream_timeout;
  return ErrorKind::upstream_refused;
}

}  // namespace

std::string encode_error(const Error& error, const ErrorSpelling& spelling) {
  const int status = http_status(error);
  std::string out = R"({"error":{"message":)";
  append_json_string(out, error.message);
  append_member(out, "type", error_type(status));
  if (spelling.number_codes) {
    out += ",\"code\":" + std::to_string(status);
  } else {
    append_member(out, "code", error_code(error));
  }
  if (error.param.empty()) {
    out += ",\"param\":null";
  } else {
    append_member(out, "param", error.param);
  }
  append_member(out, "source", error.provider.empty() ? "arouter" : error.provider);
  append_member(out, "request_id", spelling.request_id);
  return out + "}}";
}

Error decode_error(std::string_view body) {
  std::array<JsonMember, 1> error{JsonMember{.key = "error"}};
  std::array<JsonMember, 2> words{JsonMember{.key = "type"}, JsonMember{.key = "code"}};
  if (scan_object(body, error)) find_members(body, error[0].value, words);
  ErrorKind kind = ErrorKind::upstream_refused;
  for (const JsonMember& word : words) {
    if (kind != ErrorKind::upstream_refused) break;
    const std::string_view code = word.value.in(body);
    kind = kind_of(decode_string(body, word.value).value_or(std::string(code)));
  }
  std::string message = find_error_message(body);
  if (message.empty()) message = "the provider reported an error inside its answer";
  Error decoded = upstream_error(kind, std::move(message));
  decoded.retryable = true;
  return decoded;
}

}  // namespace arouter::openai
