#include "cli/models/explained_request.hpp"

#include <array>

#include "shared/http/query.hpp"
#include "shared/json_scan.hpp"
#include "shared/splice.hpp"

namespace arouter {

namespace {

constexpr std::string_view kPathOfGemini = "/v1beta/models/";

std::string_view path_of(std::string_view format) {
  if (format == "anthropic") return "/v1/messages";
  if (format == "gemini") return kPathOfGemini;
  return format == "responses" ? "/v1/responses" : "/v1/chat/completions";
}

/// What every provider would refuse, should the server be none of ours and ask one.
std::string_view empty_body(std::string_view format) {
  if (format == "gemini") return R"({"contents":[]})";
  return format == "responses" ? R"({"input":[]})" : R"({"messages":[]})";
}

std::string with_model(std::string_view body, const JsonMember& member, std::string_view model) {
  std::string value;
  append_json_string(value, model);
  if (member.value.present()) return splice(body, {{member.value.begin, member.value.end, value}});
  const std::size_t inside = body.find('{') + 1;
  const bool is_empty = body[body.find_first_not_of(" \t\r\n", inside)] == '}';
  return splice(body, {{inside, inside, "\"model\":" + value + (is_empty ? "" : ",")}});
}

}  // namespace

Result<ExplainedRequest> explained_request(std::string_view format, std::string_view model,
                                           std::string_view body) {
  if (body.empty()) body = empty_body(format);
  std::array<JsonMember, 2> members{{{"model"}, {"models"}}};
  if (const Result<void> scanned = scan_object(body, members); !scanned) {
    Error error = scanned.error();
    error.message = "the body is no request: " + error.message;
    return error;
  }
  const std::string own = decode_string(body, members[0].value).value_or("");
  const bool lists_models = members[1].value.type == JsonType::array && format != "gemini";
  if (model.empty() && own.empty() && !lists_models) {
    return client_error(ErrorKind::bad_request,
                        "which model? Name it, or let the body have a \"model\"");
  }
  ExplainedRequest request{std::string(path_of(format)), std::string(body)};
  if (format == "gemini") {
    request.path += percent_encode(model.empty() ? own : model) + ":generateContent";
  } else if (!model.empty()) {
    request.body = with_model(body, members[0], model);
  }
  return request;
}

}  // namespace arouter
