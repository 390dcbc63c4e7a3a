#include "shared/formats/anthropic/peek.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/anthropic/format.hpp"

namespace arouter::anthropic {

namespace {

Peek peek(const std::string& body) {
  const Result<Peek> peeked = peek_request(body, false);
  REQUIRE(peeked.has_value());
  return *peeked;
}

Error refused(const std::string& body) {
  const Result<Peek> peeked = peek_request(body, false);
  REQUIRE(peeked.has_error());
  CHECK(peeked.error().kind == ErrorKind::bad_request);
  return peeked.error();
}

}  // namespace

TEST_SUITE("anthropic peek") {
  TEST_CASE("what routing needs is read") {
    const Peek request =
        peek(R"({"model":"m","stream":true,"max_tokens":5,"metadata":{"user_id":"u"},)"
             R"("provider":{"require_parameters":true},"messages":[]})");
    CHECK(request.model == "m");
    CHECK(request.stream);
    CHECK(request.user == "u");
    CHECK(request.routing.provider.value.type == JsonType::object);
    CHECK(!request.count_only);
  }

  TEST_CASE("everything but the model may be missing or null") {
    CHECK(peek(R"({"model":"m"})").user == "");
    CHECK(peek(R"({"model":"m","stream":null,"metadata":null,"max_tokens":null,)"
               R"("messages":null,"provider":null})")
              .stream == false);
    CHECK(peek(R"({"model":"m","metadata":{"user_id":null}})").user == "");
  }

  TEST_CASE("max_tokens is a whole number, and 0 fills the cache") {
    CHECK(peek(R"({"model":"m","max_tokens":0})").model == "m");
    for (const char* bad : {"-1", "1.5", "\"5\"", "1e3", "true", "[]"}) {
      CAPTURE(bad);
      CHECK(refused(std::string(R"({"model":"m","max_tokens":)") + bad + "}").param ==
            "max_tokens");
    }
  }

  TEST_CASE("wrong types name their field") {
    CHECK(refused(R"({"messages":[]})").param == "model");
    CHECK(refused(R"({"model":1})").param == "model");
    CHECK(refused(R"({"model":"m","stream":1})").param == "stream");
    CHECK(refused(R"({"model":"m","messages":{}})").param == "messages");
    CHECK(refused(R"({"model":"m","metadata":[]})").param == "metadata");
    CHECK(refused(R"({"model":"m","metadata":{"user_id":3}})").param == "metadata.user_id");
    CHECK(refused("[]").code == "invalid_json");
  }

  TEST_CASE("a body that names a destination, or a field twice, is refused") {
    CHECK(refused(R"({"model":"m","api_base":"http://x"})").code == "unsupported_field");
    CHECK(refused(R"({"model":"m","base_url":null})").code == "unsupported_field");
    CHECK(refused(R"({"model":"m","api_key":"k"})").code == "unsupported_field");
    CHECK(refused(R"({"model":"m","model":"n"})").code == "duplicate_key");
  }

  TEST_CASE("only the model changes on the way") {
    const std::string body = "{ \"stream\" : true,\"model\":\t\"a/b\" , \"x\":1.10}";
    CHECK(pass_request(body, peek(body), "b\"") ==
          "{ \"stream\" : true,\"model\":\t\"b\\\"\" , \"x\":1.10}");
  }

  TEST_CASE("targets stand below a base with and without a version") {
    const auto target = [](std::string_view base, CallKind call = CallKind::chat) {
      return format().target(call, base, "m", true);
    };
    CHECK(target("") == "/v1/messages");
    CHECK(target("/") == "/v1/messages");
    CHECK(target("/v1") == "/v1/messages");
    CHECK(target("/anthropic/") == "/anthropic/v1/messages");
    CHECK(target("/api/v2/") == "/api/v2/messages");
    CHECK(target("/vertex") == "/vertex/v1/messages");
    CHECK(target("/v1", CallKind::count_tokens) == "/v1/messages/count_tokens");
  }

  TEST_CASE("a count is known as one") {
    const Result<Peek> counted = format().peek(CallKind::count_tokens, R"({"model":"m"})");
    REQUIRE(counted.has_value());
    CHECK(counted->count_only);
    CHECK(format().offers(CallKind::count_tokens));
    CHECK(format().offers(CallKind::chat));
    CHECK(!format().offers(CallKind::embeddings));
    CHECK(format().encode_count(12) == R"({"input_tokens":12})");
    CHECK(*format().decode_count_answer(R"({"input_tokens":12})") == 12);
    CHECK(format().decode_count_answer(R"({"input_tokens":"12"})").has_error());
    CHECK(format().decode_count_answer("").has_error());
  }
}

}  // namespace arouter::anthropic
