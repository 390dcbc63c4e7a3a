#include "shared/formats/responses/errors.hpp"

#include <algorithm>
#include <array>

#include "shared/errors/blame.hpp"
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
  json.string("source", error_source(error));
  json.string("request_id", spelling.request_id);
  json.end_object();
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

std::string_view failure_code(const Error& error) {
  constexpr std::array<std::string_view, 7> kKnown{
      "server_error",       "rate_limit_exceeded", "invalid_prompt", "context_length_exceeded",
      "insufficient_quota", "usage_not_included",  "cyber_policy"};
  const std::string_view code = error_code(error);
  const auto* const known = std::find(kKnown.begin(), kKnown.end(), code);
  if (known != kKnown.end()) return *known;
  if (error.kind == ErrorKind::bad_request) return "invalid_prompt";  // nothing to try again
  return error.kind == ErrorKind::rate_limited ? "rate_limit_exceeded" : "server_error";
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
  std::int64_t number = spelling.next_sequence_number;
  if (!spelling.error_event_passed) append_error_event(out, error, spelling, number++);
  ResponseObject response;
  response.id = spelling.answer_id.empty() ? response_id("", spelling.request_id)
                                           : std::string(spelling.answer_id);
  response.status = "failed";
  response.error_code = failure_code(error);
  response.error_message = error.message;
  append_response_event(out, "response.failed", response, echo_of(nullptr), number);
  return out;
}

}  // namespace arouter::responses
