#include "shared/formats/anthropic/errors.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

TEST_SUITE("anthropic errors") {
  TEST_CASE("an error has the type of its status and nothing that clients do not know") {
    Error error = client_error(ErrorKind::bad_request, "'messages' is \"wrong\"", "messages");
    CHECK(encode_error(error, {.request_id = "req-1"}) ==
          R"({"type":"error","error":{"type":"invalid_request_error",)"
          R"("message":"'messages' is \"wrong\""},"request_id":"req-1"})");
  }

  TEST_CASE("each status has its type") {
    CHECK(error_type(400) == "invalid_request_error");
    CHECK(error_type(401) == "authentication_error");
    CHECK(error_type(402) == "billing_error");
    CHECK(error_type(403) == "permission_error");
    CHECK(error_type(404) == "not_found_error");
    CHECK(error_type(405) == "invalid_request_error");
    CHECK(error_type(413) == "request_too_large");
    CHECK(error_type(422) == "invalid_request_error");
    CHECK(error_type(429) == "rate_limit_error");
    CHECK(error_type(500) == "api_error");
    CHECK(error_type(502) == "api_error");
    CHECK(error_type(503) == "overloaded_error");
    CHECK(error_type(504) == "timeout_error");
    CHECK(error_type(529) == "overloaded_error");
  }

  TEST_CASE("an upstream status that is kept decides") {
    Error error = upstream_error(ErrorKind::upstream_refused, "no");
    error.status = 429;
    CHECK(encode_error(error, {}).find("rate_limit_error") != std::string::npos);
  }

  TEST_CASE("in a stream it is an event of its name") {
    CHECK(encode_stream_error(internal_error("x"), {.request_id = "r"}) ==
          "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\","
          "\"message\":\"internal error\"},\"request_id\":\"r\"}\n\n");
  }

  TEST_CASE("a provider's error keeps its message and its kind") {
    const auto kind = [](const char* type) { return decode_stream_error("{}", type).kind; };
    CHECK(kind("overloaded_error") == ErrorKind::overloaded);
    CHECK(kind("rate_limit_error") == ErrorKind::rate_limited);
    CHECK(kind("timeout_error") == ErrorKind::upstream_timeout);
    CHECK(kind("authentication_error") == ErrorKind::upstream_auth);
    CHECK(kind("permission_error") == ErrorKind::upstream_auth);
    CHECK(kind("api_error") == ErrorKind::upstream_refused);
    CHECK(kind("") == ErrorKind::upstream_refused);
    const Error error = decode_stream_error(
        R"({"type":"error","error":{"type":"api_error","message":"broken"}})", "api_error");
    CHECK(error.message == "broken");
    CHECK(error.source == ErrorSource::upstream);
    CHECK(error.retryable);
    CHECK(decode_stream_error("{}", "").message != "");
  }
}

}  // namespace arouter::anthropic
