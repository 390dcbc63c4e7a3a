#include "shared/formats/anthropic/errors.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

TEST_SUITE("anthropic errors") {
  TEST_CASE("an error has the type of its status, and around it who refused what") {
    Error error = client_error(ErrorKind::bad_request, "'messages' is \"wrong\"", "messages");
    CHECK(encode_error(error, {.request_id = "req-1"}) ==
          R"({"type":"error","error":{"type":"invalid_request_error",)"
          R"("message":"'messages' is \"wrong\""},"request_id":"req-1","source":"arouter"})");
    error.provider = "acme";
    CHECK(encode_error(error, {.request_id = "req-1"})
              .ends_with(R"("request_id":"req-1","source":"acme"})"));
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
          "\"message\":\"internal error\"},\"request_id\":\"r\",\"source\":\"arouter\"}\n\n");
  }
}

}  // namespace arouter::anthropic
