#include "cli/mock/openai/lists.hpp"

#include "cli/mock/json_out.hpp"

namespace arouter::mock::openai {

namespace {

void append_model(std::string& out, std::string_view model, std::int64_t created) {
  append_member(out, R"({"id":)", model);
  append_member(out, R"(,"object":"model","created":)", created);
  out += R"(,"owned_by":"arouter-mock"})";
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string out = R"({"object":"list","data":[)";
  for (const std::string& model : models) {
    if (out.back() == '}') out += ',';
    append_model(out, model, created);
  }
  return out + "]}";
}

std::string encode_model(std::string_view model, std::int64_t created) {
  std::string out;
  append_model(out, model, created);
  return out;
}

std::string encode_error(const Error& error, std::string_view) {
  std::string out;
  append_member(out, R"({"error":{"message":)", error.message);
  append_member(out, R"(,"type":)", error_type(http_status(error)));
  out += R"(,"param":)";
  if (error.param.empty()) {
    out += "null";
  } else {
    append_json_string(out, error.param);
  }
  append_member(out, R"(,"code":)", error_code(error));
  return out + "}}";
}

}  // namespace arouter::mock::openai
