#include "shared/formats/gemini/facts.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::gemini {

namespace {

ReplyFacts facts_of(const std::string& text) {
  const Result<ReplyFacts> facts = read_facts(text);
  REQUIRE(facts.has_value());
  return *facts;
}

SseBlock block_of(std::string_view data) {
  return {.raw = data, .name = {}, .data = data, .has_data = true};
}

const std::string kUsage =
    R"("usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":7,)"
    R"("toolUsePromptTokenCount":3,"cachedContentTokenCount":4,"totalTokenCount":25})";

}  // namespace

TEST_SUITE("gemini facts") {
  TEST_CASE("a whole answer tells its end, its id and its usage") {
    const ReplyFacts facts =
        facts_of(R"({"candidates":[{"content":{"parts":[{"text":"hello"}],"role":"model"},)"
                 R"("finishReason":"STOP"}],)" +
                 kUsage + R"(,"responseId":"r-1"})");
    CHECK(facts.id == "r-1");
    CHECK(facts.finish_reason == "STOP");
    CHECK(facts.finished);
    CHECK(facts.has_answer);
    CHECK_FALSE(facts.is_error);
    CHECK(facts.content_bytes == 0);
    REQUIRE(facts.usage.has_value());
    CHECK(facts.usage->origin == UsageOrigin::reported);
    CHECK(facts.usage->input_tokens == 13);
    CHECK(facts.usage->output_tokens == 12);
    CHECK(facts.usage->cached_input_tokens == 4);
    CHECK(facts.usage->reasoning_tokens == 7);
    CHECK(facts.usage->cache_write_tokens == 0);
  }

  TEST_CASE("content is measured where no usage was given") {
    const ReplyFacts facts = facts_of(
        R"({"candidates":[{"content":{"parts":[{"text":"abc"},{"text":"de","thought":true},)"
        R"({"functionCall":{"name":"f","args":{"a":1}}}]}}]})");
    CHECK(facts.content_bytes == 3 + 2 + 1 + 5);
    CHECK_FALSE(facts.finished);
    CHECK_FALSE(facts.usage.has_value());
  }

  TEST_CASE("zeros are omitted from a usage, but an empty one tells nothing") {
    CHECK(facts_of(R"({"usageMetadata":{"promptTokenCount":8}})").usage->input_tokens == 8);
    CHECK_FALSE(facts_of(R"({"usageMetadata":{}})").usage.has_value());
    CHECK_FALSE(facts_of(R"({"usageMetadata":{"promptTokenCount":"x"}})").usage.has_value());
    CHECK_FALSE(facts_of(R"({"usageMetadata":null})").usage.has_value());
  }

  TEST_CASE("a blocked prompt is a finished answer") {
    const ReplyFacts facts = facts_of(R"({"promptFeedback":{"blockReason":"SAFETY"}})");
    CHECK(facts.finished);
    CHECK(facts.has_answer);
    CHECK(facts.finish_reason == "content_filter");
  }

  TEST_CASE("errors are seen, also in an array of one") {
    CHECK(
        facts_of(R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}})").is_error);
    CHECK(facts_of(R"([{"error":{"code":500}}])").is_error);
    CHECK_FALSE(facts_of(R"({"error":null})").is_error);
  }

  TEST_CASE("an array of pieces is one answer") {
    const ReplyFacts facts = facts_of(
        R"([{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"responseId":"r",)"
        R"("usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":1}},)"
        R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}],)"
        R"("usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":9}}])");
    CHECK(facts.id == "r");
    CHECK(facts.finish_reason == "MAX_TOKENS");
    CHECK(facts.usage->output_tokens == 9);
    CHECK(facts.content_bytes == 0);
    CHECK(facts_of("[]").has_answer == false);
  }

  TEST_CASE("embeddings and counts are answers") {
    CHECK(facts_of(R"({"embedding":{"values":[1]}})").has_answer);
    CHECK(facts_of(R"({"embeddings":[]})").has_answer);
    CHECK(facts_of(R"({"totalTokens":3})").has_answer);
    CHECK_FALSE(facts_of("{}").has_answer);
  }

  TEST_CASE("the first candidate says the reason") {
    const ReplyFacts facts =
        facts_of(R"({"candidates":[{"index":1,"finishReason":"SAFETY"},{"finishReason":"STOP"}]})");
    CHECK(facts.finish_reason == "STOP");
    CHECK_FALSE(
        facts_of(R"({"candidates":[{"finishReason":"FINISH_REASON_UNSPECIFIED"}]})").finished);
  }

  TEST_CASE("what is no JSON, or cut short, is malformed") {
    for (const char* const text : {"", " ", "{", "[{]", "\"x\"", "7", "[1,", "{\"a\":1}x"}) {
      CAPTURE(text);
      const Result<ReplyFacts> facts = read_facts(text);
      REQUIRE_FALSE(facts.has_value());
      CHECK(facts.error().kind == ErrorKind::upstream_malformed);
    }
    CHECK_FALSE(facts_of("[1,null,\"x\"]").has_answer);
  }

  TEST_CASE("a stream ends well with its body once a reason to finish came") {
    const auto reader = make_stream_reader();
    CHECK_FALSE(reader->ends_with_body());
    REQUIRE(reader->read(block_of(R"({"candidates":[{"content":{}}]})")).has_value());
    CHECK_FALSE(reader->ends_with_body());
    REQUIRE(reader->read(block_of(R"({"candidates":[{"finishReason":"STOP"}]})")).has_value());
    CHECK(reader->ends_with_body());
    REQUIRE(reader->read(block_of(R"({"usageMetadata":{"promptTokenCount":1}})")).has_value());
    CHECK(reader->ends_with_body());
  }

  TEST_CASE("an error in a stream takes the good end away") {
    const auto reader = make_stream_reader();
    REQUIRE(reader->read(block_of(R"({"candidates":[{"finishReason":"STOP"}]})")).has_value());
    const Result<ReplyFacts> facts = reader->read(block_of(R"({"error":{"code":503}})"));
    REQUIRE(facts.has_value());
    CHECK(facts->is_error);
    CHECK_FALSE(reader->ends_with_body());
    CHECK_FALSE(reader->read(block_of("{")).has_value());
    CHECK(reader->read(block_of("[DONE]"))->is_end);
  }
}

}  // namespace arouter::gemini
