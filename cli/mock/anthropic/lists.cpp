#include "cli/mock/anthropic/lists.hpp"

#include <array>
#include <ctime>
#include <utility>

#include "cli/mock/json_out.hpp"

namespace arouter::mock::anthropic {

namespace {

/// RFC 3339, in UTC.
std::string spell_time(std::int64_t unix_seconds) {
  const std::time_t seconds = unix_seconds;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string_view type_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 9> kTypes{{{401, "authentication_error"},
                                                                    {402, "billing_error"},
                                                                    {403, "permission_error"},
                                                                    {404, "not_found_error"},
                                                                    {413, "request_too_large"},
                                                                    {429, "rate_limit_error"},
                                                                    {503, "overloaded_error"},
                                                                    {504, "timeout_error"},
                                                                    {529, "overloaded_error"}}};
  for (const auto& [known, type] : kTypes) {
    if (known == status) return type;
  }
  return status < 500 ? "invalid_request_error" : "api_error";
}

void append_id(std::string& out, std::string_view key, std::span<const std::string> models,
               std::size_t index) {
  out += key;
  if (models.empty()) {
    out += "null";
  } else {
    append_json_string(out, models[index]);
  }
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string out = R"({"data":[)";
  for (const std::string& model : models) {
    if (out.back() == '}') out += ',';
    out += encode_model(model, created);
  }
  out += R"(],"has_more":false)";
  append_id(out, R"(,"first_id":)", models, 0);
  append_id(out, R"(,"last_id":)", models, models.size() - 1);
  return out + '}';
}

std::string encode_model(std::string_view model, std::int64_t created) {
  std::string out;
  append_member(out, R"({"type":"model","id":)", model);
  append_member(out, R"(,"display_name":)", model);
  append_member(out, R"(,"created_at":)", spell_time(created));
  return out + '}';
}

std::string encode_error(const Error& error, std::string_view request_id) {
  std::string out;
  append_member(out, R"({"type":"error","error":{"type":)", type_of(http_status(error)));
  append_member(out, R"(,"message":)", error.message);
  append_member(out, R"(},"request_id":)", request_id);
  return out + '}';
}

}  // namespace arouter::mock::anthropic
