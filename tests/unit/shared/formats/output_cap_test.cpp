#include "shared/formats/output_cap.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "shared/formats/format.hpp"
#include "shared/formats/registry.hpp"

namespace arouter {

namespace {

constexpr std::array<std::string_view, 1> kTop{"max_tokens"};
constexpr std::array<std::string_view, 2> kNested{"generationConfig", "maxOutputTokens"};

std::string path_of(const char* format, const char* model) {
  std::string text;
  for (const std::string_view key : find_format(format)->cap_path(model)) {
    text += (text.empty() ? "" : ".") + std::string(key);
  }
  return text;
}

}  // namespace

TEST_SUITE("output cap") {
  TEST_CASE("a cap is added behind the last member, or takes the place of null") {
    CHECK(cap_output("{}", kTop, 7) == R"({"max_tokens":7})");
    CHECK(cap_output(" { \n} ", kTop, 7) == " { \n\"max_tokens\":7} ");
    CHECK(cap_output(R"({"a":"}","b":[{}]})", kTop, 7) == R"({"a":"}","b":[{}],"max_tokens":7})");
    CHECK(cap_output(R"({"max_tokens": null ,"b":1})", kTop, 7) == R"({"max_tokens": 7 ,"b":1})");
  }

  TEST_CASE("a cap inside another member keeps what stands there") {
    CHECK(cap_output(R"({"a":1})", kNested, 7) ==
          R"({"a":1,"generationConfig":{"maxOutputTokens":7}})");
    CHECK(cap_output(R"({"generationConfig":{},"a":1})", kNested, 7) ==
          R"({"generationConfig":{"maxOutputTokens":7},"a":1})");
    CHECK(cap_output(R"({"generationConfig":{"topK":3},"a":1})", kNested, 7) ==
          R"({"generationConfig":{"topK":3,"maxOutputTokens":7},"a":1})");
    CHECK(cap_output(R"({"generationConfig":{"maxOutputTokens":null}})", kNested, 7) ==
          R"({"generationConfig":{"maxOutputTokens":7}})");
    CHECK(cap_output(R"({"generationConfig":null})", kNested, 7) ==
          R"({"generationConfig":{"maxOutputTokens":7}})");
  }

  TEST_CASE("each format has its place for it") {
    CHECK(path_of("openai", "llama-3") == "max_tokens");
    CHECK(path_of("openai", "gpt-5.4") == "max_completion_tokens");
    CHECK(path_of("anthropic", "claude-sonnet-4.6") == "max_tokens");
    CHECK(path_of("gemini", "gemini-2.5-pro") == "generationConfig.maxOutputTokens");
    CHECK(path_of("responses", "gpt-5.4") == "max_output_tokens");
  }

  TEST_CASE("what a Gemini request says of its cap is read") {
    const Format& gemini = *find_format("gemini");
    const auto most = [&](std::string_view body) {
      const Result<Peek> peek = gemini.peek(CallKind::chat, body);
      REQUIRE(peek.has_value());
      return peek->max_tokens;
    };
    constexpr std::string_view kContents = R"({"contents":[{"parts":[{"text":"hi"}]}])";
    CHECK(most(std::string(kContents) + R"(,"generationConfig":{"maxOutputTokens":9}})") == 9);
    CHECK(most(std::string(kContents) + "}") == 0);
  }
}

}  // namespace arouter
