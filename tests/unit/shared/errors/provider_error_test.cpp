#include "shared/errors/provider_error.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/errors/blame.hpp"
#include "tests/unit/shared/errors/native_errors.hpp"

namespace arouter {

namespace {

constexpr std::string_view kSecret = "sk-0123456789abcdef";

Error refused(int status, std::string_view body, const HeaderFields* fields = nullptr) {
  return provider_error({.status = status,
                         .body = body,
                         .fields = fields,
                         .now_s = 1'796'067'000,
                         .secret = kSecret,
                         .provider = "acme"});
}

std::string told(const Error& error) {
  return std::to_string(http_status(error)) + " " + std::string(error_code(error));
}

constexpr std::string_view kPlain = R"({"error":{"message":"said so","type":"x","code":"y"}})";

}  // namespace

TEST_SUITE("provider error") {
  TEST_CASE("each native error that is documented has its row") {
    for (const NativeCase& each : native_cases()) {
      CAPTURE(each.source);
      CAPTURE(each.body);
      const Error error = refused(each.status, each.body);
      CAPTURE(error.message);
      CHECK(told(error) == each.told);
      CHECK(blame_of(error) == each.blame);
      CHECK(error.retryable == each.retryable);
      CHECK(error.provider == "acme");
      CHECK(error.source == ErrorSource::upstream);
      CHECK(error.message != "");
      if (each.wait_s != 0) CHECK(error.retry_after_s == each.wait_s);
    }
  }

  TEST_CASE("every status names the provider, and itself to the log") {
    for (int status = 300; status < 600; ++status) {
      CAPTURE(status);
      const Error error = refused(status, kPlain);
      CHECK(error.provider == "acme");
      CHECK(error.detail.starts_with("status " + std::to_string(status) + ", code y, type x"));
      CHECK(error.message != "");
      CHECK(http_status(error) >= 400);
      CHECK(http_status(error) < 600);
    }
  }

  TEST_CASE("our credential's and our account's trouble is never the client's") {
    for (const int status : {401, 402, 403, 407}) {
      CAPTURE(status);
      const Error error = refused(status, kPlain);
      CHECK(http_status(error) == 502);
      CHECK(error.retryable);
      CHECK(error.message.find("said so") == std::string::npos);
      CHECK(error.detail.find("said so") != std::string::npos);
    }
    CHECK(blame_of(refused(401, kPlain)) == Blame::credential_revoked);
    CHECK(blame_of(refused(402, kPlain)) == Blame::credential_limited);
    CHECK(refused(402, kPlain).retry_after_s == 0);  // it lasts
    CHECK(blame_of(refused(407, kPlain)) == Blame::endpoint);
  }

  TEST_CASE("a page that forbids is a wall before the provider, and says nothing of the key") {
    const Error error = refused(403, "<html>Attention Required!</html>");
    CHECK(told(error) == "502 upstream_refused");
    CHECK(blame_of(error) == Blame::endpoint);
    CHECK(error.message == "provider 'acme' answered with status 403");
    CHECK(blame_of(refused(401, "<html>no</html>")) == Blame::credential_revoked);
  }

  TEST_CASE("what blames the request keeps its status and message, and is not tried again") {
    for (const int status : {400, 405, 409, 413, 415, 418, 422, 451, 499}) {
      CAPTURE(status);
      const Error error = refused(status, kPlain);
      CHECK(told(error) == std::to_string(status) + " provider_rejected");
      CHECK(error.message == "said so");
      CHECK(!error.retryable);
      CHECK(error.retry_after_s == 0);
      CHECK(blame_of(error) == Blame::nobody);
    }
  }

  TEST_CASE("what is not there may be elsewhere, and counts against nobody") {
    for (const std::string& body : {std::string(kPlain), std::string("404 page not found"),
                                    std::string("<html></html>"), std::string()}) {
      CAPTURE(body);
      const Error error = refused(404, body);
      CHECK(told(error) == "404 provider_rejected");
      CHECK(error.retryable);
      CHECK(blame_of(error) == Blame::nobody);
    }
    CHECK(!refused(404, R"({"error":{"message":"No such File object: file-1"}})").retryable);
  }

  TEST_CASE("a rate limit says when to come back, in whatever way the provider does") {
    HeaderFields fields;
    fields.add({"Retry-After", "7"});
    CHECK(refused(429, kPlain, &fields).retry_after_s == 7);
    CHECK(refused(429, kPlain).retry_after_s == 1);
    CHECK(refused(503, kPlain, &fields).retry_after_s == 7);
    CHECK(refused(529, kPlain).retry_after_s == 1);
    CHECK(refused(400, kPlain, &fields).retry_after_s == 0);
    CHECK(refused(429, R"({"error":{"message":"Please try again in 12.5s."}})").retry_after_s ==
          13);
  }

  TEST_CASE("a client cannot have a key benched by what a provider repeats of its request") {
    for (const std::string words :
         {"incorrect api key provided", "API_KEY_INVALID", "your credit balance is too low",
          "insufficient_quota", "billing hard limit has been reached"}) {
      CAPTURE(words);
      for (const int status : {400, 404, 413, 422, 500, 200}) {
        const std::string body =
            R"({"error":{"message":"Invalid value: ')" + words + R"('","code":"invalid_value"}})";
        const Blame blame = blame_of(refused(status, body));
        CHECK(blame != Blame::credential_revoked);
        CHECK(blame != Blame::credential_limited);
      }
    }
  }

  TEST_CASE("inside an answer the words and numbers of the error stand for a status") {
    CHECK(told(refused(200, R"({"error":{"message":"m"}})")) == "502 upstream_refused");
    CHECK(told(refused(200, R"({"error":{"message":"m","code":429}})")) ==
          "429 rate_limit_exceeded");
    CHECK(told(refused(200, R"({"error":{"message":"m","code":503}})")) == "503 overloaded");
    CHECK(told(refused(200, R"({"error":{"message":"m","code":400}})")) == "400 provider_rejected");
    CHECK(told(refused(200, R"({"error":{"message":"m","type":"invalid_request_error"}})")) ==
          "400 provider_rejected");
    CHECK(told(refused(200, R"({"error":{"message":"m","status":"UNAVAILABLE"}})")) ==
          "503 overloaded");
    CHECK(told(refused(200, R"({"error":{"message":"m","type":"server_error"}})")) ==
          "502 upstream_refused");
    CHECK(told(refused(200, R"({"error":{"message":"m","type":"permission_error"}})")) ==
          "502 upstream_auth");
    CHECK(refused(200, "{}").message == "provider 'acme' reported an error in its answer");
    CHECK(error_in_answer("{}").message == "the provider reported an error in its answer");
  }

  TEST_CASE("a key that the provider repeats goes nowhere") {
    const std::string key(kSecret);
    for (const int status : {200, 400, 401, 402, 403, 404, 429, 500, 503}) {
      CAPTURE(status);
      const Error error =
          refused(status, R"({"error":{"message":"bad )" + key + R"( here","code":")" + key +
                              R"(","type":")" + key + R"(","param":")" + key +
                              R"("},"request_id":")" + key + "\"}");
      for (const std::string& text : {error.message, error.detail, error.code, error.param}) {
        CHECK(text.find("sk-") == std::string::npos);
      }
    }
    const std::string late = R"({"error":")" + std::string(495, 'x') + key + "\"}";
    CHECK(refused(400, late).message.find("sk-") == std::string::npos);
  }

  TEST_CASE("the provider's own id of the request is told to the log") {
    HeaderFields fields;
    fields.add({"x-request-id", "req_head"});
    CHECK(refused(500, kPlain, &fields).detail ==
          "status 500, code y, type x, its request req_head");
    CHECK(refused(500, R"({"error":"no","request_id":"req_body"})", &fields).detail ==
          "status 500, its request req_body");
  }

  TEST_CASE("the field at fault is kept where the request is") {
    CHECK(refused(400, R"({"error":{"message":"m","param":"messages[0]"}})").param ==
          "messages[0]");
    CHECK(refused(429, R"({"error":{"message":"m","param":"quota"}})").param == "");
  }
}

}  // namespace arouter
