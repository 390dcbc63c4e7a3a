#include "shared/formats/openai/errors.hpp"

#include "shared/errors/blame.hpp"
#include "shared/json_scan.hpp"

namespace arouter::openai {

namespace {

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
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
  append_member(out, "source", error_source(error));
  append_member(out, "request_id", spelling.request_id);
  return out + "}}";
}

}  // namespace arouter::openai
