#include "shared/formats/responses/peek.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/responses/format.hpp"

namespace arouter::responses {

namespace {

/// `fields` behind a model and an input.
std::string with(const std::string& fields) {
  return R"({"model":"acme/m","input":"hi")" + (fields.empty() ? "" : "," + fields) + "}";
}

/// The field that a refusal names; "-" when it is none that the client could mend.
std::string param_of(const std::string& body) {
  const Result<Peek> request = peek_request(body);
  if (request) return "-";
  return http_status(request.error()) == 400 ? request.error().param : "-";
}

}  // namespace

TEST_SUITE("responses peek") {
  TEST_CASE("what routing needs is read") {
    const std::string body =
        with(R"("stream":true,"user":"u1","provider":{"require_parameters":true})");
    const Result<Peek> request = peek_request(body);
    REQUIRE(request.has_value());
    CHECK(request->model == "acme/m");
    CHECK(request->stream);
    CHECK(request->user == "u1");
    CHECK(request->routing.provider.value.type == JsonType::object);
    CHECK(request->model_value.in(body) == R"("acme/m")");
    CHECK(request->last_brace == body.size() - 1);
  }

  TEST_CASE("the user is known by either name, the older one first") {
    CHECK(peek_request(with(R"("safety_identifier":"s")"))->user == "s");
    CHECK(peek_request(with(R"("safety_identifier":"s","user":"u")"))->user == "u");
    CHECK(peek_request(with(R"("user":"u","safety_identifier":"s")"))->user == "u");
  }

  TEST_CASE("a field that cannot be read is named") {
    CHECK(param_of(R"({"input":"hi"})") == "model");
    CHECK(param_of(R"({"model":"","input":"hi"})") == "model");
    CHECK(param_of(R"({"model":7,"input":"hi"})") == "model");
    CHECK(param_of(R"({"model":"m","input":7})") == "input");
    CHECK(param_of(with(R"("stream":"yes")")) == "stream");
    CHECK(param_of(with(R"("user":7)")) == "user");
    CHECK(param_of(with(R"("safety_identifier":[])")) == "safety_identifier");
    CHECK(param_of(with(R"("max_output_tokens":0)")) == "max_output_tokens");
    CHECK(param_of(with(R"("max_output_tokens":1.5)")) == "max_output_tokens");
    CHECK(param_of(with(R"("tools":{})")) == "tools");
    CHECK(param_of(with(R"("base_url":"https://elsewhere.example")")) == "base_url");
  }

  TEST_CASE("a field that stands twice is refused, a null is none") {
    CHECK(param_of(with(R"("model":"b")")) == "model");
    CHECK(param_of(with(R"("input":"b")")) == "input");
    CHECK(param_of(with(R"("store":true,"st\u006fre":false)")) == "store");
    CHECK(param_of(with(R"("instructions":"a","instructions":"b")")) == "instructions");
    CHECK(peek_request(with(R"("stream":null,"user":null,"tools":null)")).has_value());
  }

  TEST_CASE("a conversation that the provider keeps passes on") {
    CHECK(peek_request(with(R"("previous_response_id":"resp_1","background":true)")).has_value());
    CHECK(peek_request(R"({"model":"m","conversation":"conv_1"})").has_value());
  }

  TEST_CASE("only the model changes on its way to a provider") {
    const std::string body = R"({ "input" : "h\u0069", "model":"acme/m" , "x":1.50 })";
    const Result<Peek> request = peek_request(body);
    REQUIRE(request.has_value());
    CHECK(pass_request(body, *request, "m\"1") ==
          R"({ "input" : "h\u0069", "model":"m\"1" , "x":1.50 })");
  }

  TEST_CASE("the format says where its providers listen") {
    const Format& responses = format();
    CHECK(responses.name() == "responses");
    CHECK(responses.target(CallKind::chat, "/v1", "m", true) == "/v1/responses");
    CHECK(responses.target(CallKind::count_tokens, "/v1", "m", false) ==
          "/v1/responses/input_tokens");
    CHECK(responses.offers(CallKind::chat));
    CHECK(responses.offers(CallKind::count_tokens));
    CHECK_FALSE(responses.offers(CallKind::embeddings));
    CHECK_FALSE(responses.offers(CallKind::completions));
    CHECK(responses.key_line() == "Authorization: Bearer ");
  }
}

}  // namespace arouter::responses
