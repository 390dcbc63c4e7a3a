#include "shared/formats/anthropic/errors.hpp"

#include "shared/errors/blame.hpp"
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

std::string_view error_type(int status) noexcept {
  switch (status) {
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
    case 529:
      return "overloaded_error";
    case 504:
      return "timeout_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

std::string encode_error(const Error& error, const ErrorSpelling& spelling) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().string("type", "error");
  writer.begin_object("error");
  writer.string("type", error_type(http_status(error))).string("message", error.message);
  writer.end_object();
  writer.string("request_id", spelling.request_id);
  writer.string("source", error_source(error)).end_object();
  return out;
}

std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling) {
  return "event: error\ndata: " + encode_error(error, spelling) + "\n\n";
}

}  // namespace arouter::anthropic
