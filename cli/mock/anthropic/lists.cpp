#include "cli/mock/anthropic/lists.hpp"

#include <array>
#include <utility>

#include "shared/date.hpp"
#include "shared/json_writer.hpp"

namespace arouter::mock::anthropic {

namespace {

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

void write_model(JsonWriter& out, std::string_view model, std::int64_t created) {
  out.begin_object()
      .string("type", "model")
      .string("id", model)
      .string("display_name", model)
      .string("created_at", encode_date(created))
      .end_object();
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_array("data");
  for (const std::string& model : models) write_model(out, model, created);
  out.end_array().boolean("has_more", false);
  if (models.empty()) {
    out.null("first_id").null("last_id");
  } else {
    out.string("first_id", models.front()).string("last_id", models.back());
  }
  out.end_object();
  return text;
}

std::string encode_model(std::string_view model, std::int64_t created) {
  std::string text;
  JsonWriter out(text);
  write_model(out, model, created);
  return text;
}

std::string encode_error(const Error& error, std::string_view request_id) {
  std::string text;
  JsonWriter out(text);
  out.begin_object()
      .string("type", "error")
      .begin_object("error")
      .string("type", type_of(http_status(error)))
      .string("message", error.message)
      .end_object()
      .string("request_id", request_id)
      .end_object();
  return text;
}

}  // namespace arouter::mock::anthropic
