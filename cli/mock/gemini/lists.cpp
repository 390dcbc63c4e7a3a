#include "cli/mock/gemini/lists.hpp"

#include <array>
#include <utility>

#include "cli/mock/json_out.hpp"

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

/// `,"details":[…]` where there is something to detail.
void append_details(std::string& out, const Error& error) {
  if (error.code == kInvalidKey) {
    out += R"(,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
           R"("reason":"API_KEY_INVALID","domain":"googleapis.com",)"
           R"("metadata":{"service":"generativelanguage.googleapis.com"}}])";
  } else if (!error.param.empty() && http_status(error) == 400) {
    out += R"(,"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest",)"
           R"("fieldViolations":[{"field":)";
    append_json_string(out, error.param);
    append_member(out, R"(,"description":)", error.message);
    out += "}]}]";
  } else if (http_status(error) == 429) {
    append_member(out,
                  R"(,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo",)"
                  R"("retryDelay":)",
                  std::to_string(error.retry_after_s) + "s");
    out += "}]";
  }
}

}  // namespace

std::string encode_models(std::span<const std::string> models, std::int64_t created) {
  std::string out = R"({"models":[)";
  for (const std::string& model : models) {
    if (out.back() == '}') out += ',';
    out += encode_model(model, created);
  }
  return out + "]}";
}

std::string encode_model(std::string_view model, std::int64_t) {
  std::string out;
  append_member(out, R"({"name":)", "models/" + std::string(model));
  append_member(out, R"(,"version":"1","displayName":)", model);
  return out + R"(,"description":"A model that always behaves.","inputTokenLimit":1048576,)"
               R"("outputTokenLimit":65536,"supportedGenerationMethods":["generateContent",)"
               R"("countTokens","embedContent","batchEmbedContents"]})";
}

std::string encode_error(const Error& error, std::string_view) {
  const int status = http_status(error);
  std::string out;
  append_member(out, R"({"error":{"code":)", status);
  append_member(out, R"(,"message":)", error.message);
  append_member(out, R"(,"status":)", status_of(status));
  append_details(out, error);
  return out + "}}";
}

}  // namespace arouter::mock::gemini
