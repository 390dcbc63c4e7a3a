#include "cli/mock/openai/lists.hpp"

#include "shared/json_writer.hpp"

namespace arouter::mock::openai {

namespace {

void write_model(JsonWriter& out, std::string_view model, std::int64_t created) {
  out.begin_object()
      .string("id", model)
      .string("object", "model")
      .number("created", created)
      .string("owned_by", "arouter-mock")
      .end_object();
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().string("object", "list").begin_array("data");
  for (const std::string& model : models) write_model(out, model, created);
  out.end_array().end_object();
  return text;
}

std::string encode_model(std::string_view model, std::int64_t created) {
  std::string text;
  JsonWriter out(text);
  write_model(out, model, created);
  return text;
}

std::string encode_error(const Error& error, std::string_view) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_object("error");
  out.string("message", error.message).string("type", error_type(http_status(error)));
  if (error.param.empty()) {
    out.null("param");
  } else {
    out.string("param", error.param);
  }
  out.string("code", error_code(error)).end_object().end_object();
  return text;
}

}  // namespace arouter::mock::openai
