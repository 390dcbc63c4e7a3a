#include "shared/limits/ask.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/formats/registry.hpp"

namespace arouter::limits {

namespace {

Ask ask_in(std::string_view format, const std::string& body, CallKind call = CallKind::chat) {
  INFO(body);
  const Result<Peek> peek = find_format(format)->peek(call, body);
  REQUIRE(peek.has_value());
  return ask_of(call, body, *peek, 7);
}

const std::string kData(9'000, 'A');

}  // namespace

TEST_SUITE("limits.ask") {
  TEST_CASE("messages, choices and the cap are read in every format") {
    const Ask openai =
        ask_in("openai",
               R"({"model":"m","n":3,"max_tokens":50,"messages":[{"role":"system","content":"a"},)"
               R"({"role":"user","content":[{"type":"text","text":"image_url"}]}]})");
    CHECK(openai.messages == 3);
    CHECK(openai.choices == 3);
    CHECK(openai.max_tokens == 50);
    CHECK(openai.media == 0);
    CHECK(openai.has_output);
    CHECK(openai.began_s == 7);
    const Ask gemini =
        ask_in("gemini", R"({"contents":[{"parts":[{"text":"a"}]}],"generationConfig":)"
                         R"({"candidateCount":2,"maxOutputTokens":9}})");
    CHECK(gemini.messages == 2);
    CHECK(gemini.choices == 2);
    CHECK(gemini.max_tokens == 9);
    CHECK(ask_in("responses", R"({"model":"m","input":"text"})").messages == 1);
    const Ask drawn =
        ask_in("openai", R"({"model":"m","prompt":"p","n":2,"best_of":5})", CallKind::completions);
    CHECK(drawn.choices == 5);
    CHECK_FALSE(
        ask_in("openai", R"({"model":"m","input":["a"]})", CallKind::embeddings).has_output);
  }

  TEST_CASE("pictures and sounds are counted, and their bytes are no text") {
    struct Case {
      const char* format;
      std::string before, after;
    };
    const std::vector<Case> cases{
        {"openai",
         R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url",)"
         R"("image_url":{"url":)",
         "}}]}]}"},
        {"openai",
         R"({"model":"m","messages":[{"role":"user","content":[{"type":"input_audio",)"
         R"("input_audio":{"format":"wav","data":)",
         "}}]}]}"},
        {"responses",
         R"({"model":"m","input":[{"role":"user","content":[{"type":"input_image",)"
         R"("image_url":)",
         "}]}]}"},
        {"anthropic",
         R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":)"
         R"("tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64",)"
         R"("media_type":"image/png","data":)",
         "}}]}]}]}"},
        {"gemini", R"({"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":)",
         "}}]}]}"}};
    for (const Case& each : cases) {
      const bool is_url = each.before.ends_with("url\":");
      const std::string data = (is_url ? "\"data:image/png;base64," : "\"") + kData + "\"";
      const Ask ask = ask_in(each.format, each.before + data + each.after);
      CHECK(ask.media == 1);
      CHECK(ask.body_bytes == static_cast<std::int64_t>(each.before.size() + each.after.size()));
    }
  }

  TEST_CASE("a picture elsewhere is counted, and a document's bytes stay") {
    const std::string link =
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url",)"
        R"("image_url":{"url":"https://acme.example/a.png"}}]}]})";
    CHECK(ask_in("openai", link).media == 1);
    CHECK(ask_in("openai", link).body_bytes == static_cast<std::int64_t>(link.size()));
    const std::string document =
        R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"document",)"
        R"("source":{"type":"base64","media_type":"application/pdf","data":")" +
        kData + R"("}}]}]})";
    CHECK(ask_in("anthropic", document).media == 1);
    CHECK(ask_in("anthropic", document).body_bytes == static_cast<std::int64_t>(document.size()));
  }

  TEST_CASE("text is never taken for data, and an escaped name hides no picture") {
    const std::string text = R"({"model":"m","messages":[{"role":"user","content":[{"type":"text",)"
                             R"("text":"data:)" +
                             kData + R"("}]},{"role":"user","content":"data:)" + kData + R"("}]})";
    CHECK(ask_in("openai", text).media == 0);
    CHECK(ask_in("openai", text).body_bytes == static_cast<std::int64_t>(text.size()));
    const std::string hidden =
        R"({"model":"m","messages":[{"role":"user","content":[{"typ\u0065":"im\u0061ge_url",)"
        R"("image_url":{"url":"https://acme.example/a.png"}}]}]})";
    CHECK(ask_in("openai", hidden).media == 1);
  }
}

}  // namespace arouter::limits
