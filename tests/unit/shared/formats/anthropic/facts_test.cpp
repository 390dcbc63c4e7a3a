#include "shared/formats/anthropic/facts.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/anthropic/format.hpp"

namespace arouter::anthropic {

namespace {

ReplyFacts read_whole(const std::string& text) {
  const Result<ReplyFacts> facts = read_facts(text);
  REQUIRE(facts.has_value());
  return *facts;
}

/// One event, by its type alone.
ReplyFacts next(FactsReader& reader, const std::string& data, std::string_view name = {}) {
  SseBlock block;
  block.data = data;
  block.name = name;
  block.has_data = true;
  const Result<ReplyFacts> facts = reader.read(block);
  REQUIRE(facts.has_value());
  return *facts;
}

const std::string kStart =
    R"({"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],)"
    R"("usage":{"input_tokens":10,"cache_creation_input_tokens":20,)"
    R"("cache_read_input_tokens":30,"output_tokens":1}}})";

}  // namespace

TEST_SUITE("anthropic facts") {
  TEST_CASE("a whole message is read; cached tokens are part of the neutral input") {
    const ReplyFacts facts = read_whole(
        R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[)"
        R"({"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{)"
        R"("input_tokens":7,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,)"
        R"("output_tokens":9,"output_tokens_details":{"thinking_tokens":5}}})");
    CHECK(facts.id == "msg_1");
    CHECK(facts.has_answer);
    CHECK(!facts.is_error);
    CHECK(facts.finished);
    CHECK(facts.finish_reason == "end_turn");
    CHECK(facts.content_bytes == 0);  // usage was reported: nothing to estimate from
    CHECK(facts.usage_value.type == JsonType::object);
    REQUIRE(facts.usage.has_value());
    CHECK(facts.usage->origin == UsageOrigin::reported);
    CHECK(facts.usage->input_tokens == 13);
    CHECK(facts.usage->cached_input_tokens == 4);
    CHECK(facts.usage->cache_write_tokens == 2);
    CHECK(facts.usage->output_tokens == 9);
    CHECK(facts.usage->reasoning_tokens == 5);
  }

  TEST_CASE("without usage the content is measured") {
    const ReplyFacts facts = read_whole(
        R"({"content":[{"type":"thinking","thinking":"abc"},{"type":"text","text":"de"},)"
        R"({"type":"tool_use","name":"f","input":{"a":1}}]})");
    CHECK(!facts.usage.has_value());
    CHECK(facts.content_bytes == 3 + 2 + 1 + 5);
  }

  TEST_CASE("an error inside a 200 is one, and what is no JSON object is malformed") {
    CHECK(read_whole(R"({"type":"error","error":{"type":"x","message":"y"}})").is_error);
    CHECK(read_whole(R"({"type":"error"})").is_error);
    CHECK(!read_whole(R"({"type":"message","error":null})").is_error);
    CHECK(!read_whole("{}").has_answer);
    for (const char* bad : {"", "[]", "null", "{", "<html>"}) {
      CAPTURE(bad);
      CHECK(read_facts(bad).error().kind == ErrorKind::upstream_malformed);
    }
  }

  TEST_CASE("a count is an answer without usage") {
    const auto facts = format().read_reply(CallKind::count_tokens, R"({"input_tokens":5})");
    REQUIRE(facts.has_value());
    CHECK(facts->has_answer);
    CHECK(!facts->usage.has_value());
    CHECK(!format().read_reply(CallKind::count_tokens, "{}")->has_answer);
  }

  TEST_CASE("the usage of a stream is its last running total") {
    FactsReader reader;
    const ReplyFacts start = next(reader, kStart);
    CHECK(start.id == "msg_1");
    CHECK(!start.has_answer);
    REQUIRE(start.usage.has_value());  // known though nothing else may come
    CHECK(start.usage->input_tokens == 60);
    CHECK(start.usage->cached_input_tokens == 30);
    CHECK(start.usage->cache_write_tokens == 20);
    CHECK(start.usage->output_tokens == 1);
    CHECK(start.usage_value.type == JsonType::absent);  // an event that is more than usage

    next(reader, R"({"type":"message_delta","delta":{},"usage":{"output_tokens":4}})");
    const ReplyFacts last = next(
        reader, R"({"type":"message_delta","delta":{"stop_reason":"tool_use"},)"
                R"("usage":{"output_tokens":9,"input_tokens":12,"cache_read_input_tokens":0}})");
    REQUIRE(last.usage.has_value());
    CHECK(last.usage->output_tokens == 9);
    CHECK(last.usage->input_tokens == 62);
    CHECK(last.finished);
    CHECK(last.finish_reason == "tool_use");
    CHECK(last.has_answer);
  }

  TEST_CASE("usage that comes in message_delta alone is taken") {
    FactsReader reader;
    CHECK(!next(reader, R"({"type":"message_start","message":{}})").usage.has_value());
    const ReplyFacts facts =
        next(reader, R"({"type":"message_delta","usage":{"input_tokens":3,"output_tokens":2}})");
    REQUIRE(facts.usage.has_value());
    CHECK(facts.usage->input_tokens == 3);
    CHECK(!facts.finished);
  }

  TEST_CASE("content is answer and is measured; a ping is nothing") {
    FactsReader reader;
    const ReplyFacts text =
        next(reader, R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta",)"
                     R"("text":"hello"}})");
    CHECK(text.has_answer);
    CHECK(text.content_bytes == 5);
    CHECK(next(reader, R"({"type":"content_block_delta","delta":{"partial_json":"{\"a"}})")
              .content_bytes == 4);
    CHECK(
        next(reader, R"({"type":"content_block_delta","delta":{"thinking":"ab"}})").content_bytes ==
        2);
    CHECK(next(reader, R"({"type":"content_block_start","content_block":{"type":"tool_use",)"
                       R"("id":"toolu_1","name":"weather","input":{}}})")
              .content_bytes == 7);
    for (const char* nothing : {R"({"type":"ping"})", R"({"type":"of_2030"})", "{}", "[DONE]",
                                R"({"type":"content_block_stop","index":0})"}) {
      CAPTURE(nothing);
      const ReplyFacts facts = next(reader, nothing);
      CHECK(!facts.has_answer);
      CHECK(!facts.is_end);
      CHECK(!facts.is_error);
      CHECK(!facts.usage.has_value());
    }
  }

  TEST_CASE("message_stop is the end, an error event an error") {
    FactsReader reader;
    CHECK(next(reader, R"({"type":"message_stop"})").is_end);
    CHECK(next(reader, "{}", "message_stop").is_end);  // the name alone says it
    CHECK(next(reader, R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})")
              .is_error);
    CHECK(next(reader, "{}", "error").is_error);
    CHECK(!reader.ends_with_body());
    SseBlock block;
    block.data = "{]";
    CHECK(reader.read(block).error().kind == ErrorKind::upstream_malformed);
  }
}

}  // namespace arouter::anthropic
