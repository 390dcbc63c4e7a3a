#include "shared/formats/gemini/errors.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::gemini {

namespace {

std::string status_of(int status) {
  Error error = client_error(ErrorKind::bad_request, "m");
  error.status = static_cast<std::uint16_t>(status);
  const std::string body = encode_error(error, {});
  const std::size_t begin = body.find("\"status\":\"") + 10;
  return body.substr(begin, body.find('"', begin) - begin);
}

}  // namespace

TEST_SUITE("gemini errors") {
  TEST_CASE("an error is spelled as Google spells it") {
    const Error error = client_error(ErrorKind::bad_request, "no \"contents\"", "contents");
    CHECK(encode_error(error, {.request_id = "req-1"}) ==
          R"({"error":{"code":400,"message":"no \"contents\"","status":"INVALID_ARGUMENT",)"
          R"("details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",)"
          R"("reason":"INVALID_REQUEST","domain":"arouter",)"
          R"("metadata":{"request_id":"req-1","param":"contents"}}]}})");
  }

  TEST_CASE("a client is told when to come back, and who refused") {
    Error error = client_error(ErrorKind::rate_limited, "slow down");
    error.retry_after_s = 7;
    error.provider = "acme";
    const std::string body = encode_error(error, {.request_id = "r"});
    CHECK(body.find(R"("domain":"acme")") != std::string::npos);
    CHECK(body.find(R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"})") !=
          std::string::npos);
  }

  TEST_CASE("every status has its word") {
    CHECK(status_of(400) == "INVALID_ARGUMENT");
    CHECK(status_of(401) == "UNAUTHENTICATED");
    CHECK(status_of(402) == "PERMISSION_DENIED");
    CHECK(status_of(403) == "PERMISSION_DENIED");
    CHECK(status_of(404) == "NOT_FOUND");
    CHECK(status_of(408) == "DEADLINE_EXCEEDED");
    CHECK(status_of(413) == "INVALID_ARGUMENT");
    CHECK(status_of(429) == "RESOURCE_EXHAUSTED");
    CHECK(status_of(500) == "INTERNAL");
    CHECK(status_of(501) == "UNIMPLEMENTED");
    CHECK(status_of(502) == "UNAVAILABLE");
    CHECK(status_of(503) == "UNAVAILABLE");
    CHECK(status_of(504) == "DEADLINE_EXCEEDED");
  }

  TEST_CASE("an error that ends a stream is one unnamed event") {
    const std::string event =
        encode_stream_error(upstream_error(ErrorKind::upstream_truncated, "cut"), {});
    CHECK(
        event.starts_with(R"(data: {"error":{"code":502,"message":"cut","status":"UNAVAILABLE")"));
    CHECK(event.ends_with("}}\n\n"));
    CHECK(event.find('\n') == event.size() - 2);
  }
}

}  // namespace arouter::gemini
