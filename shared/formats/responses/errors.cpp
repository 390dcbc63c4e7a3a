#include "shared/formats/responses/errors.hpp"

#include "shared/formats/error_message.hpp"
#include "shared/formats/responses/response_object.hpp"
#include "shared/json_writer.hpp"

namespace arouter::responses {

namespace {

void write_param(JsonWriter& json, const Error& error) {
  if (error.param.empty()) {
    json.null("param");
  } else {
    json.string("param", error.param);
  }
}

void write_error(JsonWriter& json, const Error& error, const ErrorSpelling& spelling) {
  const int status = http_status(error);
  json.begin_object();
  json.string("message", error.message).string("type", error_type(status));
  if (spelling.number_codes) {
    json.number("code", status);
  } else {
    json.string("code", error_code(error));
  }
  write_param(json, error);
  json.string("source", error.provider.empty() ? "arouter" : error.provider);
  json.string("request_id", spelling.request_id).end_object();
}

ErrorKind kind_of(std::string_view code) {
  const auto has = [code](std::string_view word) { return code.find(word) != code.npos; };
  if (has("rate_limit")) return ErrorKind::rate_limited;
  if (has("overloaded") || has("slow_down")) return ErrorKind::overloaded;
  if (has("timeout")) return ErrorKind::upstream_timeout;
  return ErrorKind::upstream_refused;
}

}  // namespace

std::string encode_error(const Error& error, const ErrorSpelling& spelling) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("error");
  write_error(json, error, spelling);
  json.end_object();
  return out;
}

void append_error_event(std::string& out, const Error& error, const ErrorSpelling& spelling,
                        std::int64_t sequence_number) {
  out += "event: error\ndata: ";
  JsonWriter json(out);
  json.begin_object().string("type", "error");
  json.string("code", error_code(error)).string("message", error.message);
  write_param(json, error);
  json.key("error");
  write_error(json, error, spelling);
  json.number("sequence_number", sequence_number).end_object();
  out += "\n\n";
}

std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling) {
  std::string out;
  append_error_event(out, error, spelling, 0);
  ResponseObject response;
  response.id = response_id("", spelling.request_id);
  response.status = "failed";
  response.error_code = error_code(error);
  response.error_message = error.message;
  append_response_event(out, "response.failed", response, echo_of(nullptr), 1);
  return out;
}

Error reported_error(const JsonItem& object) {
  const JsonItem inner = object["error"].is_object() ? object["error"] : object;
  std::string message = find_error_message(object.raw());
  if (message.empty()) message = "the provider reported an error without saying which";
  const std::string code = inner["code"].text();
  const std::string type = inner["type"].text();
  Error error = upstream_error(kind_of(code.empty() ? type : code), std::move(message));
  error.code = code;  // "context_length_exceeded": clients go by it
  return error;
}

}  // namespace arouter::responses
