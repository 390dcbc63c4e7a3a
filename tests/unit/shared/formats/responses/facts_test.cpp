#include "shared/formats/responses/facts.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/responses/format.hpp"

namespace arouter::responses {

namespace {

const std::string kUsage =
    R"({"input_tokens":20,"input_tokens_details":{"cached_tokens":5,"cache_write_tokens":3},)"
    R"("output_tokens":9,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":29})";

ReplyFacts facts_of(const std::string& data, std::string_view name = "") {
  SseBlock block;
  block.data = data;
  block.name = name;
  block.has_data = true;
  const auto reader = format().make_stream_reader(CallKind::chat);
  const Result<ReplyFacts> facts = reader->read(block);
  REQUIRE(facts.has_value());
  return *facts;
}

}  // namespace

TEST_SUITE("responses facts") {
  TEST_CASE("a whole answer tells its id, its end and its usage") {
    const std::string body = R"({"id":"resp_1","status":"completed","error":null,"output":[],)"
                             R"("usage":)" +
                             kUsage + "}";
    const Result<ReplyFacts> facts = read_facts(body);
    REQUIRE(facts.has_value());
    CHECK(facts->id == "resp_1");
    CHECK(facts->finish_reason == "completed");
    CHECK(facts->finished);
    CHECK(facts->has_answer);
    CHECK_FALSE(facts->is_error);
    REQUIRE(facts->usage.has_value());
    CHECK(facts->usage->origin == UsageOrigin::reported);
    CHECK(facts->usage->input_tokens == 20);
    CHECK(facts->usage->cached_input_tokens == 5);
    CHECK(facts->usage->cache_write_tokens == 3);
    CHECK(facts->usage->output_tokens == 9);
    CHECK(facts->usage->reasoning_tokens == 4);
    CHECK(facts->usage_value.in(body) == kUsage);
    CHECK(facts->content_bytes == 0);
  }

  TEST_CASE("an incomplete answer says why, a failed one is an error") {
    CHECK(read_facts(R"({"status":"incomplete","incomplete_details":{"reason":"content_filter"}})")
              ->finish_reason == "content_filter");
    CHECK(read_facts(R"({"status":"incomplete"})")->finish_reason == "incomplete");
    CHECK(read_facts(R"({"status":"failed","error":{"message":"no"}})")->is_error);
    CHECK(read_facts(R"({"error":{"message":"no"}})")->is_error);
    CHECK_FALSE(read_facts(R"({"status":"in_progress","output":[]})")->finished);
  }

  TEST_CASE("without a usage the bytes of the answer are counted") {
    const Result<ReplyFacts> facts = read_facts(
        R"({"output":[{"type":"message","content":[{"type":"output_text","text":"12345"},)"
        R"({"type":"refusal","refusal":"123"}]},{"type":"reasoning","summary":[{"text":"12"}]},)"
        R"({"type":"function_call","name":"fn","arguments":"{}","call_id":"long and unread"}]})");
    CHECK(facts->content_bytes == 5 + 3 + 2 + 2 + 2);
  }

  TEST_CASE("a token count is an answer") {
    CHECK(read_facts(R"({"object":"response.input_tokens","input_tokens":7})")->has_answer);
  }

  TEST_CASE("what is no object is no answer") {
    CHECK(read_facts("[]").has_error());
    CHECK(read_facts("").has_error());
    CHECK(read_facts(R"({"id":1)").error().kind == ErrorKind::upstream_malformed);
  }

  TEST_CASE("the first events tell the id and hold nothing of the answer") {
    const ReplyFacts facts = facts_of(R"({"type":"response.created","response":{"id":"resp_1",)"
                                      R"("status":"in_progress","usage":null}})");
    CHECK(facts.id == "resp_1");
    CHECK_FALSE(facts.has_answer);
    CHECK_FALSE(facts.finished);
    CHECK_FALSE(facts.is_end);
  }

  TEST_CASE("pieces of an answer are counted") {
    CHECK(facts_of(R"({"type":"response.output_text.delta","delta":"abc"})").content_bytes == 3);
    CHECK(facts_of(R"({"type":"response.output_text.delta","delta":"abc"})").has_answer);
    CHECK(facts_of(R"({"delta":"abc"})", "response.refusal.delta").content_bytes == 3);
    CHECK(facts_of(R"({"type":"response.function_call_arguments.delta","delta":"{}"})")
              .content_bytes == 2);
    CHECK(facts_of(R"({"type":"response.output_item.added","item":{"name":"fn","arguments":""}})")
              .content_bytes == 2);
    CHECK(facts_of(R"({"type":"response.output_text.done","text":"abc"})").content_bytes == 0);
  }

  TEST_CASE("the last event is finish reason, usage and end mark in one") {
    const std::string data = R"({"type":"response.completed","response":{"id":"resp_1",)"
                             R"("status":"completed","error":null,"usage":)" +
                             kUsage + "}}";
    const ReplyFacts facts = facts_of(data);
    CHECK(facts.is_end);
    CHECK(facts.finished);
    CHECK(facts.finish_reason == "completed");
    CHECK(facts.usage->output_tokens == 9);
    CHECK(facts.usage_value.in(data) == kUsage);
    const ReplyFacts cut =
        facts_of(R"({"type":"response.incomplete","response":{"status":"incomplete",)"
                 R"("incomplete_details":{"reason":"max_output_tokens"}}})");
    CHECK(cut.is_end);
    CHECK(cut.finish_reason == "max_output_tokens");
  }

  TEST_CASE("a failure inside a stream is an error") {
    CHECK(facts_of(R"({"type":"response.failed","response":{"status":"failed","error":{}}})")
              .is_error);
    CHECK(facts_of(R"({"type":"error","code":"x","message":"no"})").is_error);
    CHECK(facts_of(R"({"error":{"message":"no"}})").is_error);
    CHECK(facts_of(R"({"message":"no"})", "error").is_error);
  }

  TEST_CASE("an end mark of another format is tolerated, and unknown events pass") {
    CHECK(facts_of("[DONE]").is_end);
    const ReplyFacts facts = facts_of(R"({"type":"keepalive","sequence_number":3})");
    CHECK_FALSE(facts.has_answer);
    CHECK_FALSE(facts.is_end);
  }

  TEST_CASE("an event that is no JSON object is malformed") {
    SseBlock block;
    block.data = "nonsense";
    CHECK(read_event(block).error().kind == ErrorKind::upstream_malformed);
  }
}

}  // namespace arouter::responses
