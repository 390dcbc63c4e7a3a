#include "shared/tokens/token_request.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

OAuth2Client client(std::string id, std::string secret) {
  OAuth2Client made;
  made.client_id = std::move(id);
  made.client_secret = Secret(std::move(secret));
  return made;
}

}  // namespace

TEST_SUITE("token request") {
  TEST_CASE("a client proves itself in the head, both parts encoded as a form") {
    // The example of RFC 6749, 2.3.1.
    const TokenRequest plain = client_credentials_request(
        client("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"), ClientAuth::header);
    CHECK(plain.fields.reveal() ==
          "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
          "Authorization: Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3\r\n");
    CHECK(plain.body.reveal() == "grant_type=client_credentials");
    // "sb-a%21b%7Cc:p%3A+%C3%A9"
    const TokenRequest odd =
        client_credentials_request(client("sb-a!b|c", "p: é"), ClientAuth::header);
    CHECK(odd.fields.reveal().ends_with("Basic c2ItYSUyMWIlN0NjOnAlM0ErJUMzJUE5\r\n"));
  }

  TEST_CASE("or in the body, and then the head holds no secret") {
    OAuth2Client made = client("a b", "p&q=+%");
    made.scope = "https://x.example/.default all-apis";
    made.audience = "https://x.example";
    const TokenRequest request = client_credentials_request(made, ClientAuth::body);
    CHECK(request.fields.reveal().find("Authorization") == std::string_view::npos);
    CHECK(request.body.reveal() ==
          "grant_type=client_credentials&scope=https%3A%2F%2Fx.example%2F.default+all-apis"
          "&audience=https%3A%2F%2Fx.example&client_id=a+b&client_secret=p%26q%3D%2B%25");
  }

  TEST_CASE("an assertion says who, what for, to whom and until when") {
    ServiceAccount account;
    account.client_email = "me@project.example";
    account.key_id = "k1";
    account.token_url = "https://oauth2.example/token";
    account.scope = "https://scope.example";
    // {"alg":"RS256","typ":"JWT","kid":"k1"}, and
    // {"iss":"me@project.example","scope":"https://scope.example","aud":…,"iat":…,"exp":…+3600}
    const std::string text = unsigned_assertion(account, 1'800'000'000);
    CHECK(
        text ==
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsxIn0."
        "eyJpc3MiOiJtZUBwcm9qZWN0LmV4YW1wbGUiLCJzY29wZSI6Imh0dHBzOi8vc2NvcGUuZXhhbXBsZSIsImF1ZCI6"
        "Imh0dHBzOi8vb2F1dGgyLmV4YW1wbGUvdG9rZW4iLCJpYXQiOjE4MDAwMDAwMDAsImV4cCI6MTgwMDAwMzYwMH0");
    const TokenRequest request = assertion_request("h.c", "\xfb\xff\xfe");
    CHECK(request.body.reveal() ==
          "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=h.c.-__-");
    account.key_id = "";
    CHECK(unsigned_assertion(account, 0).starts_with("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9."));
  }
}

}  // namespace arouter
