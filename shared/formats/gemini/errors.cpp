#include "shared/formats/gemini/errors.hpp"

#include <utility>

#include "shared/errors/blame.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

namespace {

std::string_view status_name(int status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 402:
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 408:
    case 504:
      return "DEADLINE_EXCEEDED";
    case 409:
      return "ABORTED";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 499:
      return "CANCELLED";
    case 500:
      return "INTERNAL";
    case 501:
    case 505:
      return "UNIMPLEMENTED";
    default:
      return status < 500 ? "INVALID_ARGUMENT" : "UNAVAILABLE";
  }
}

/// ErrorInfo.reason: UPPER_SNAKE_CASE.
std::string reason_of(const Error& error) {
  std::string reason(error_code(error));
  for (char& c : reason) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return reason;
}

void write_details(JsonWriter& out, const Error& error, const ErrorSpelling& spelling) {
  out.begin_array("details").begin_object();
  out.string("@type", "type.googleapis.com/google.rpc.ErrorInfo");
  out.string("reason", reason_of(error));
  out.string("domain", error_source(error));
  out.begin_object("metadata").string_if("request_id", spelling.request_id);
  out.string_if("param", error.param);
  out.end_object().end_object();
  if (error.retry_after_s > 0) {
    out.begin_object().string("@type", "type.googleapis.com/google.rpc.RetryInfo");
    out.string("retryDelay", std::to_string(error.retry_after_s) + "s").end_object();
  }
  out.end_array();
}

}  // namespace

std::string encode_error(const Error& error, const ErrorSpelling& spelling) {
  const int status = http_status(error);
  std::string body;
  JsonWriter out(body);
  out.begin_object().begin_object("error");
  out.number("code", status).string("message", error.message).string("status", status_name(status));
  write_details(out, error, spelling);
  out.end_object().end_object();
  return body;
}

std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling) {
  return "data: " + encode_error(error, spelling) + "\n\n";
}

}  // namespace arouter::gemini
