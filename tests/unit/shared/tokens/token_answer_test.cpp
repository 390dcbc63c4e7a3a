#include "shared/tokens/token_answer.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter {

namespace {

constexpr std::string_view kSent = "s3cret-0123456789";

Result<FetchedToken> answer(int status, std::string_view body) {
  return decode_token_answer(status, body, kSent);
}

/// Of a token with that member beside it; -1: refused.
std::int64_t lifetime_of(const std::string& expires_in) {
  const Result<FetchedToken> token =
      answer(200, R"({"access_token":"t","token_type":"Bearer","expires_in":)" + expires_in + "}");
  return token ? token->lifetime.count() : -1;
}

}  // namespace

TEST_SUITE("token answer") {
  TEST_CASE("a token is read with its lifetime") {
    const Result<FetchedToken> token = answer(
        200, R"({"access_token":"ya29.a_b-c/d+e=","expires_in":3599,"token_type":"Bearer"})");
    REQUIRE(token.has_value());
    CHECK(token->value.reveal() == "ya29.a_b-c/d+e=");
    CHECK(token->lifetime == std::chrono::seconds(3'599));
  }

  TEST_CASE("a lifetime may be written in many ways, or not at all") {
    const std::int64_t unstated = FetchedToken::kUnstated.count();
    struct Row {
      const char* written;
      std::int64_t seconds;
    };
    for (const Row& row : {Row{"3600", 3'600},
                           {"\"3599\"", 3'599},
                           {"1", 1},
                           {"3600.9", 3'600},
                           {"86401", 86'400},
                           {"99999999999999999999999", 86'400},
                           {"\"9e9\"", unstated},
                           {"3e3", unstated},
                           {"3.6e3", unstated},
                           {"null", unstated},
                           {"true", unstated},
                           {"\"soon\"", unstated},
                           {"\"\"", unstated},
                           {"[3600]", unstated},
                           {"0", -1},
                           {"-0", -1},
                           {"-1", -1},
                           {"0.9", -1},
                           {"\"-3600\"", -1},
                           {"-99999999999999999999999", -1}}) {
      CAPTURE(row.written);
      CHECK(lifetime_of(row.written) == row.seconds);
    }
    const Result<FetchedToken> token = answer(200, R"({"access_token":"t"})");
    REQUIRE(token.has_value());
    CHECK(token->lifetime == FetchedToken::kUnstated);
  }

  TEST_CASE("the type of a token is Bearer in any case, or is not said") {
    for (const char* type : {R"("Bearer")", R"("bearer")", R"("BEARER")", "null"}) {
      CAPTURE(type);
      CHECK(answer(200, R"({"access_token":"t","token_type":)" + std::string(type) + "}")
                .has_value());
    }
    for (const char* type : {R"("mac")", R"("DPoP")", R"("Bearer ")", "7"}) {
      CAPTURE(type);
      CHECK(!answer(200, R"({"access_token":"t","token_type":)" + std::string(type) + "}"));
    }
  }

  TEST_CASE("what is no token that a header can hold is refused") {
    for (const char* token : {R"("")", "null", "7", R"("a b")", R"("a\r\nX-Evil: 1")", R"("é")"}) {
      CAPTURE(token);
      const Result<FetchedToken> read =
          answer(200, R"({"access_token":)" + std::string(token) + "}");
      REQUIRE(read.has_error());
      CHECK(read.error().kind == ErrorKind::upstream_auth);
      CHECK(read.error().retryable);
    }
    const std::string long_one(16 * 1024 + 1, 'a');
    CHECK(!answer(200, R"({"access_token":")" + long_one + "\"}"));
    for (const char* body : {"", "[]", "\"token\"", "<html>", "{\"access_token\":\"t\""}) {
      CAPTURE(body);
      CHECK(!answer(200, body));
    }
  }

  TEST_CASE("a refusal names its word, and its sentence for the log alone") {
    struct Row {
      int status;
      std::string body;
      const char* message;
      const char* detail;
    };
    for (const Row& row :
         {Row{401, R"({"error":"invalid_client","error_description":"no such client"})",
              "refused: invalid_client", "it said: no such client"},
          {200, R"({"error":"bad_verification_code"})", "refused: bad_verification_code", ""},
          {400, R"({"error":"invalid_grant","error_description":"AADSTS7: s3cret-0123456789!"})",
           "refused: invalid_grant", "it said: AADSTS7: ***!"},
          {400, R"({"error":"s3cret-0123456789"})", "answered with status 400", ""},
          {400, R"({"error":"several words here"})", "answered with status 400", ""},
          {503, "try later", "answered with status 503", ""},
          {302, "", "answered with status 302", ""},
          {201, R"({"access_token":"t"})", "answered with status 201", ""}}) {
      CAPTURE(row.body);
      const Result<FetchedToken> read = answer(row.status, row.body);
      REQUIRE(read.has_error());
      const Error error = read.error();
      CHECK(error.message == row.message);
      CHECK(error.detail == row.detail);
    }
  }
}

}  // namespace arouter
