#include "cli/mock/gemini/lists.hpp"

#include <array>
#include <utility>

#include "shared/json_writer.hpp"

namespace arouter::mock::gemini {

namespace {

std::string_view status_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 9> kNames{{{401, "UNAUTHENTICATED"},
                                                                    {403, "PERMISSION_DENIED"},
                                                                    {404, "NOT_FOUND"},
                                                                    {409, "ABORTED"},
                                                                    {429, "RESOURCE_EXHAUSTED"},
                                                                    {500, "INTERNAL"},
                                                                    {501, "UNIMPLEMENTED"},
                                                                    {503, "UNAVAILABLE"},
                                                                    {504, "DEADLINE_EXCEEDED"}}};
  for (const auto& [known, name] : kNames) {
    if (known == status) return name;
  }
  return status < 500 ? "INVALID_ARGUMENT" : "UNKNOWN";
}

/// One detail of an error, where there is something to detail.
void write_details(JsonWriter& out, const Error& error) {
  if (error.code == kInvalidKey) {
    out.begin_array("details").begin_object();
    out.string("@type", "type.googleapis.com/google.rpc.ErrorInfo").string("reason", error.code);
    out.string("domain", "googleapis.com").begin_object("metadata");
    out.string("service", "generativelanguage.googleapis.com").end_object();
  } else if (!error.param.empty() && http_status(error) == 400) {
    out.begin_array("details").begin_object();
    out.string("@type", "type.googleapis.com/google.rpc.BadRequest");
    out.begin_array("fieldViolations").begin_object().string("field", error.param);
    out.string("description", error.message).end_object().end_array();
  } else if (http_status(error) == 429) {
    out.begin_array("details").begin_object();
    out.string("@type", "type.googleapis.com/google.rpc.RetryInfo");
    out.string("retryDelay", std::to_string(error.retry_after_s) + "s");
  } else {
    return;
  }
  out.end_object().end_array();
}

void write_model(JsonWriter& out, std::string_view model) {
  out.begin_object()
      .string("name", "models/" + std::string(model))
      .string("version", "1")
      .string("displayName", model)
      .string("description", "A model that always behaves.")
      .number("inputTokenLimit", 1'048'576)
      .number("outputTokenLimit", 65'536)
      .begin_array("supportedGenerationMethods");
  for (const char* method :
       {"generateContent", "countTokens", "embedContent", "batchEmbedContents"}) {
    out.string(method);
  }
  out.end_array().end_object();
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_array("models");
  for (const std::string& model : models) write_model(out, model);
  out.end_array().end_object();
  return text;
}

std::string encode_model(std::string_view model, std::int64_t) {
  std::string text;
  JsonWriter out(text);
  write_model(out, model);
  return text;
}

std::string encode_error(const Error& error, std::string_view) {
  const int status = http_status(error);
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_object("error").number("code", status);
  out.string("message", error.message).string("status", status_of(status));
  write_details(out, error);
  out.end_object().end_object();
  return text;
}

}  // namespace arouter::mock::gemini
