#include "shared/formats/gemini/peek.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/gemini/format.hpp"

namespace arouter::gemini {

namespace {

const std::string kContents = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";

std::string with(const std::string& fields) {
  return "{" + kContents + (fields.empty() ? "" : "," + fields) + "}";
}

Error refusal_of(const std::string& body, CallKind call = CallKind::chat) {
  const Result<Peek> peek = peek_request(call, body);
  return peek ? Error{} : peek.error();
}

std::string target_of(std::string_view base, std::string_view model, CallKind call = CallKind::chat,
                      bool stream = false) {
  return format().target(call, base, model, stream);
}

}  // namespace

TEST_SUITE("gemini peek") {
  TEST_CASE("a body passes byte for byte") {
    const std::string body = with(R"( "generationConfig" : {"topK":40.0} , "unknown":[1e400] )");
    const Result<Peek> peek = peek_request(CallKind::chat, body);
    REQUIRE(peek.has_value());
    CHECK(peek->model.empty());
    CHECK_FALSE(peek->model_value.present());
    CHECK_FALSE(peek->count_only);
    CHECK(pass_request(body, *peek, "gemini-x") == body);
  }

  TEST_CASE("how to route is found") {
    const Result<Peek> peek =
        peek_request(CallKind::chat, with(R"("provider":{"require_parameters":true})"));
    REQUIRE(peek.has_value());
    CHECK(peek->routing.provider.value.type == JsonType::object);
  }

  TEST_CASE("what is not JSON, no object, or ambiguous is refused") {
    CHECK(refusal_of("{").code == "invalid_json");
    CHECK(refusal_of("[]").code == "invalid_json");
    CHECK(refusal_of(with(kContents)).code == "duplicate_key");
    CHECK(refusal_of(with(R"("generationConfig":{},"generationConfig":{})")).param ==
          "generationConfig");
    for (const char* const both :
         {R"("generationConfig":{},"generation_config":{})",
          R"("system_instruction":{},"systemInstruction":{})",
          R"("toolConfig":{},"tool_config":null)", R"("safetySettings":[],"safety_settings":[])",
          R"("cachedContent":"a","cached_content":"b")"}) {
      CAPTURE(both);
      CHECK(refusal_of(with(both)).code == "duplicate_key");
    }
    CHECK(refusal_of(R"({"contents":"hi"})").param == "contents");
    CHECK(peek_request(CallKind::chat, R"({"contents":{"parts":{"text":"hi"}}})").has_value());
  }

  TEST_CASE("a body cannot say where the provider is") {
    for (const char* const field : {"api_base", "base_url", "api_key"}) {
      CAPTURE(field);
      const Error error = refusal_of(with("\"" + std::string(field) + "\":\"x\""));
      CHECK(error.param == field);
      CHECK(error.code == "unsupported_field");
    }
  }

  TEST_CASE("the model that a count repeats is replaced, and nothing else") {
    const std::string body =
        R"({"generateContentRequest":{ "model" : "models/alias",)" + kContents + "}}";
    const Result<Peek> peek = peek_request(CallKind::count_tokens, body);
    REQUIRE(peek.has_value());
    CHECK(peek->count_only);
    CHECK(pass_request(body, *peek, "gemini-x") ==
          R"({"generateContentRequest":{ "model" : "models/gemini-x",)" + kContents + "}}");
    CHECK(refusal_of(R"({"generateContentRequest":1})", CallKind::count_tokens).param ==
          "generateContentRequest");
    const std::string plain = with("");
    CHECK(pass_request(plain, *peek_request(CallKind::count_tokens, plain), "m") == plain);
  }

  TEST_CASE("a target is made of base, version, model and method") {
    CHECK(target_of("", "m") == "/v1beta/models/m:generateContent");
    CHECK(target_of("/", "m") == "/v1beta/models/m:generateContent");
    CHECK(target_of("/v1", "m") == "/v1/models/m:generateContent");
    CHECK(target_of("/v1alpha/", "m") == "/v1alpha/models/m:generateContent");
    CHECK(target_of("/proxy", "m") == "/proxy/v1beta/models/m:generateContent");
    CHECK(target_of("/proxy/v1beta1", "m") == "/proxy/v1beta1/models/m:generateContent");
    CHECK(target_of("", "m", CallKind::chat, true) ==
          "/v1beta/models/m:streamGenerateContent?alt=sse");
    CHECK(target_of("", "m", CallKind::count_tokens) == "/v1beta/models/m:countTokens");
    CHECK(target_of("", "m", CallKind::embeddings) == "/v1beta/models/m:batchEmbedContents");
    CHECK(target_of("/v1/projects/p/locations/l", "publishers/google/models/m") ==
          "/v1/projects/p/locations/l/publishers/google/models/m:generateContent");
  }

  TEST_CASE("a model's name is escaped where a segment cannot hold it") {
    CHECK(target_of("", "models/m") == "/v1beta/models/m:generateContent");
    CHECK(target_of("", "tunedModels/a b") == "/v1beta/tunedModels/a%20b:generateContent");
    CHECK(target_of("", "a/b?c#d%e:f\xC3\xA9") ==
          "/v1beta/models/a%2Fb%3Fc%23d%25e%3Af%C3%A9:generateContent");
  }

  TEST_CASE("what the format offers and how it says a key") {
    CHECK(format().name() == "gemini");
    CHECK(format().key_line() == "x-goog-api-key: ");
    CHECK(format().offers(CallKind::chat));
    CHECK(format().offers(CallKind::embeddings));
    CHECK(format().offers(CallKind::count_tokens));
    CHECK_FALSE(format().offers(CallKind::completions));
  }

  TEST_CASE("counts of tokens, both ways") {
    CHECK(format().encode_count(12) == R"({"totalTokens":12})");
    CHECK(*format().decode_count_answer(R"({"totalTokens":31,"promptTokensDetails":[]})") == 31);
    CHECK(format().decode_count_answer("{}").error().kind == ErrorKind::upstream_malformed);
    CHECK(format().decode_count_answer("x").error().kind == ErrorKind::upstream_malformed);
  }
}

}  // namespace arouter::gemini
