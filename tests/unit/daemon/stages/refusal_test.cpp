#include "daemon/stages/refusal.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::daemon {

namespace {

constexpr std::string_view kBody = R"({"error":{"message":"said so","type":"x","code":"y"}})";

Error refused(int status, std::string_view body = kBody, std::string_view retry_after = "") {
  return refusal_error(
      {.status = status, .body = body, .retry_after = retry_after, .secret = "sk-secret"}, "acme");
}

}  // namespace

TEST_SUITE("refusal") {
  TEST_CASE("every refusal names the provider, and its status to the log") {
    for (int status = 300; status < 600; ++status) {
      CAPTURE(status);
      const Error error = refused(status);
      CHECK(error.provider == "acme");
      CHECK(error.source == ErrorSource::upstream);
      CHECK(error.detail == "status " + std::to_string(status));
      CHECK(error.message != "");
      CHECK(http_status(error) >= 400);
      CHECK(http_status(error) < 600);
    }
  }

  TEST_CASE("our credential's trouble is never the client's") {
    for (const int status : {401, 403, 407}) {
      CAPTURE(status);
      const Error error = refused(status);
      CHECK(http_status(error) == 502);
      CHECK(error_code(error) == "upstream_auth");
      CHECK(error.retryable);
      CHECK(error.message.find("said so") == std::string::npos);
    }
  }

  TEST_CASE("Google's 400 for a key that it does not know is our credential's trouble too") {
    const Error error = refused(
        400,
        R"({"error":{"code":400,"message":"bad key","details":[{"reason":"API_KEY_INVALID"}]}})");
    CHECK(http_status(error) == 502);
    CHECK(error_code(error) == "upstream_auth");
    CHECK(error.retryable);
  }

  TEST_CASE("a provider that we have not paid is one that refuses") {
    const Error error = refused(402);
    CHECK(http_status(error) == 502);
    CHECK(error_code(error) == "upstream_refused");
    CHECK(error.retryable);
  }

  TEST_CASE("what blames the request keeps its status and message, and is not tried again") {
    for (const int status : {400, 404, 405, 409, 413, 415, 418, 422, 451, 499}) {
      CAPTURE(status);
      const Error error = refused(status);
      CHECK(http_status(error) == status);
      CHECK(error_code(error) == "provider_rejected");
      CHECK(error.message == "said so");
      CHECK(!error.retryable);
      CHECK(error.retry_after_s == 0);
    }
  }

  TEST_CASE("a rate limit stays one, and says when to come back") {
    const Error error = refused(429, kBody, "7");
    CHECK(http_status(error) == 429);
    CHECK(error_code(error) == "rate_limit_exceeded");
    CHECK(error.retry_after_s == 7);
    CHECK(error.retryable);
    CHECK(error.message == "said so");
    for (const std::string value : {"", "0", "-1", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"}) {
      CAPTURE(value);
      CHECK(refused(429, kBody, value).retry_after_s == 1);
    }
    CHECK(refused(429, kBody, "1000000000000000000").retry_after_s == 300);
  }

  TEST_CASE("a provider that is overloaded is one for a while") {
    for (const int status : {503, 529}) {
      CAPTURE(status);
      const Error error = refused(status, kBody, "12");
      CHECK(http_status(error) == 503);
      CHECK(error.retry_after_s == 12);
      CHECK(refused(status).retry_after_s == 1);
      CHECK(error.retryable);
    }
  }

  TEST_CASE("other faults of a provider are a bad gateway") {
    for (const int status : {500, 501, 502, 505, 507, 520, 599}) {
      CAPTURE(status);
      const Error error = refused(status);
      CHECK(http_status(error) == 502);
      CHECK(error_code(error) == "upstream_refused");
      CHECK(error.retryable);
    }
  }

  TEST_CASE("a provider that was too slow is a gateway timeout") {
    for (const int status : {408, 504}) {
      CAPTURE(status);
      CHECK(http_status(refused(status)) == 504);
      CHECK(error_code(refused(status)) == "upstream_timeout");
      CHECK(refused(status).retryable);
    }
  }

  TEST_CASE("a redirect is not followed, and said to be none of the client's business") {
    for (const int status : {300, 301, 302, 304, 307, 308}) {
      CAPTURE(status);
      const Error error = refused(status);
      CHECK(http_status(error) == 502);
      CHECK(error_code(error) == "upstream_redirect");
      CHECK(error.message.find("redirect") != std::string::npos);
    }
  }

  TEST_CASE("without a message of the provider's the status is told") {
    for (const std::string body : {"", "<html>Bad</html>", "{}", "null"}) {
      CAPTURE(body);
      CHECK(refused(400, body).message == "provider 'acme' answered with status 400");
    }
  }

  TEST_CASE("a key that the provider repeats goes nowhere") {
    const Error error = refused(400, R"({"error":{"message":"sk-secret is no key: sk-secret"}})");
    CHECK(error.message == "*** is no key: ***");
    CHECK(error.detail.find("sk-secret") == std::string::npos);
    const std::string long_text = R"({"error":")" + std::string(495, 'x') + R"(sk-secret"})";
    CHECK(refused(400, long_text).message.find("sk-") == std::string::npos);
  }

  TEST_CASE("Retry-After in digits is kept between a second and five minutes") {
    CHECK(decode_retry_after("5") == 5);
    CHECK(decode_retry_after("0") == 1);
    CHECK(decode_retry_after("0000000000005") == 5);
    CHECK(decode_retry_after("300") == 300);
    CHECK(decode_retry_after("301") == 300);
    CHECK(decode_retry_after("4294967297") == 300);
    CHECK(decode_retry_after("1000000000000000000") == 300);
    CHECK(decode_retry_after(std::string(10'000, '9')) == 300);
  }

  TEST_CASE("a Retry-After that is no number says nothing") {
    for (const std::string value : {"", "-1", "+5", "1.5", "5s", " 5", "5 ", "1e18", "x",
                                    "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999x"}) {
      CAPTURE(value);
      CHECK(decode_retry_after(value) == 0);
    }
  }
}

}  // namespace arouter::daemon
