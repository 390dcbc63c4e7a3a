#include "shared/formats/openai/facts.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace arouter::openai {

namespace {

ReplyFacts read(const std::string& text) {
  const Result<ReplyFacts> answer = read_facts(text);
  REQUIRE(answer.has_value());
  return *answer;
}

std::optional<Usage> usage_of(const std::string& usage) {
  return read("{\"usage\":" + usage + "}").usage;
}

/// Bytes of content that one choice with this delta adds.
std::size_t bytes_of(const std::string& delta) {
  return read(R"({"choices":[{"delta":)" + delta + "}]}").content_bytes;
}

/// A body's usage once the cost is in it.
std::string priced(const std::string& usage) {
  const std::string text = "{\"usage\":" + usage + ",\"x\":1}";
  const Cost cost{.total = {1'500'000}, .prompt = {1'000'000}, .completion = {500'000}};
  std::string out = splice(text, cost_edits(text, read(text).usage_value, cost));
  REQUIRE(scan_json(out).has_value());
  REQUIRE(out.ends_with(",\"x\":1}"));
  return out.substr(9, out.size() - 9 - 7);
}

const std::string kCost = R"("cost":0.0000015)";
const std::string kDetails =
    R"("cost_details":{"upstream_inference_cost":0.0000015,)"
    R"("upstream_inference_prompt_cost":0.000001,"upstream_inference_completions_cost":0.0000005})";
const std::string kByok = R"("is_byok":false)";

}  // namespace

TEST_SUITE("openai answer") {
  TEST_CASE("a whole completion is read") {
    const ReplyFacts answer = read(
        R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[)"
        R"({"index":0,"message":{"role":"assistant","content":"hello"},"logprobs":null,)"
        R"("finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":12,)"
        R"("total_tokens":21,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},)"
        R"("completion_tokens_details":{"reasoning_tokens":5}}})");
    CHECK(answer.id == "chatcmpl-1");
    CHECK(answer.has_answer);
    CHECK(!answer.is_error);
    CHECK(answer.finished);
    CHECK(answer.finish_reason == "stop");
    CHECK(answer.content_bytes == 0);  // usage was reported: nothing to estimate from
    REQUIRE(answer.usage.has_value());
    CHECK(answer.usage->origin == UsageOrigin::reported);
    CHECK(answer.usage->input_tokens == 9);
    CHECK(answer.usage->output_tokens == 12);
    CHECK(answer.usage->cached_input_tokens == 4);
    CHECK(answer.usage->cache_write_tokens == 2);
    CHECK(answer.usage->reasoning_tokens == 5);
  }

  TEST_CASE("the chunks of a stream are read") {
    const ReplyFacts first =
        read(R"({"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},)"
             R"("finish_reason":null}],"usage":null})");
    CHECK(first.has_answer);
    CHECK(!first.finished);
    CHECK(first.finish_reason == "");
    CHECK(!first.usage.has_value());
    CHECK(first.content_bytes == 0);

    const ReplyFacts usage =
        read(R"({"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}})");
    CHECK(!usage.has_answer);
    REQUIRE(usage.usage.has_value());
    CHECK(usage.usage->output_tokens == 0);
  }

  TEST_CASE("usage is believed when prompt and completion are counts") {
    CHECK(usage_of(R"({"prompt_tokens":0,"completion_tokens":0})").has_value());
    CHECK(usage_of(R"({"completion_tokens":9007199254740992,"prompt_tokens":1,"total_tokens":-3})")
              .has_value());
    for (const std::string bad : {"\"5\"", "1.0", "1.5", "-1", "-0", "1e2", "true", "null", "[]",
                                  "{}", "9007199254740993", "9223372036854775808", "1e400"}) {
      CAPTURE(bad);
      const std::string count(bad);
      CHECK(!usage_of(R"({"prompt_tokens":1,"completion_tokens":)" + count + "}").has_value());
      CHECK(!usage_of(R"({"prompt_tokens":)" + count + R"(,"completion_tokens":1})").has_value());
    }
    for (const std::string none :
         {"null", "{}", "[]", "\"x\"", "5", "true", R"({"prompt_tokens":1})",
          R"({"input_tokens":1,"output_tokens":1})"}) {
      CAPTURE(none);
      CHECK(!usage_of(none).has_value());
    }
    CHECK(!read("{}").usage.has_value());
  }

  TEST_CASE("details that make no sense count as none, the rest stays") {
    for (const std::string details : {"null", "[]", "7", R"({"cached_tokens":-1})", "{}",
                                      R"({"cached_tokens":"3","cache_write_tokens":2.5})"}) {
      CAPTURE(details);
      const auto usage = usage_of(R"({"prompt_tokens":8,"completion_tokens":1,)"
                                  R"("completion_tokens_details":{"reasoning_tokens":null},)"
                                  R"("prompt_tokens_details":)" +
                                  std::string(details) + "}");
      REQUIRE(usage.has_value());
      CHECK(usage->input_tokens == 8);
      CHECK(usage->cached_input_tokens == 0);
      CHECK(usage->cache_write_tokens == 0);
      CHECK(usage->reasoning_tokens == 0);
    }
  }

  TEST_CASE("DeepSeek's cache hits are cached tokens, counted once") {
    const auto usage = usage_of(R"({"prompt_tokens":8,"completion_tokens":1,)"
                                R"("prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":2,)"
                                R"("prompt_tokens_details":{"cached_tokens":6}})");
    REQUIRE(usage.has_value());
    CHECK(usage->cached_input_tokens == 6);
    CHECK(usage_of(R"({"prompt_tokens":8,"completion_tokens":1,"prompt_cache_hit_tokens":6})")
              ->cached_input_tokens == 6);
  }

  TEST_CASE("the finish_reason is that of the first choice, wherever it stands") {
    const auto reason = [](const std::string& choices) {
      return read("{\"choices\":[" + choices + "]}").finish_reason;
    };
    CHECK(reason(R"({"finish_reason":"stop"},{"finish_reason":"length"})") == "stop");
    CHECK(reason(R"({"index":1,"finish_reason":"length"},{"index":0,"finish_reason":"stop"})") ==
          "stop");
    CHECK(reason(R"({"index":0,"finish_reason":null},{"index":1,"finish_reason":"stop"})") == "");
    CHECK(reason(R"({"index":0,"finish_reason":7})") == "");
    CHECK(reason(R"({"index":null,"finish_reason":"stop"})") == "stop");
    CHECK(reason("") == "");
    CHECK(reason(R"(1,null,"x",[])") == "");
  }

  TEST_CASE("an answer goes on to its end when a later choice is the first to finish") {
    const ReplyFacts second = read(R"({"choices":[{"index":1,"finish_reason":"length"}]})");
    CHECK(second.finished);
    CHECK(second.finish_reason == "");
    const ReplyFacts first = read(R"({"choices":[{"index":0,"finish_reason":"stop"}]})");
    CHECK(first.finished);
    CHECK(first.finish_reason == "stop");
    CHECK(!read(R"({"choices":[{"index":1,"finish_reason":""}]})").finished);
  }

  TEST_CASE("an error is any that is not null") {
    CHECK(read(R"({"error":{"message":"x"}})").is_error);
    CHECK(read(R"({"error":"x","choices":[{}]})").is_error);
    CHECK(!read(R"({"error":null,"choices":[{}]})").is_error);
    CHECK(!read(R"({"choices":[{"error":1}]})").is_error);
  }

  TEST_CASE("choices are an array with something in it") {
    CHECK(read(R"({"choices":[{}]})").has_answer);
    CHECK(read(R"({"choices":[null]})").has_answer);
    for (const std::string none : {"[]", "[ ]", "null", "{}", "{\"a\":1}", "\"x\"", "1"}) {
      CAPTURE(none);
      CHECK(!read("{\"choices\":" + std::string(none) + "}").has_answer);
    }
  }

  TEST_CASE("what a model wrote is counted in bytes, and nothing around it") {
    CHECK(bytes_of(R"({"content":"hello"})") == 5);
    CHECK(bytes_of(R"({"content":"\n\u00e9"})") == 8);  // as it is spelled
    CHECK(bytes_of(R"({"content":null,"reasoning":"ab","reasoning_content":"c"})") == 3);
    CHECK(bytes_of(R"({"role":"assistant","content":""})") == 0);
    CHECK(bytes_of(R"({"tool_calls":[{"index":0,"id":"call_1","type":"function",)"
                   R"("function":{"name":"add","arguments":"{}"}},)"
                   R"({"index":1,"function":{"arguments":"12345"}}]})") == 3 + 2 + 5);
    CHECK(bytes_of(R"({"tool_calls":[1,{},{"function":null},{"function":{"name":7}}]})") == 0);
    CHECK(bytes_of(R"({"tool_calls":[]})") == 0);
    CHECK(bytes_of(R"({"refusal":"never"})") == 5);
    CHECK(bytes_of("null") == 0);
    CHECK(bytes_of("[\"hello\"]") == 0);
    CHECK(read(R"({"choices":[{"message":{"content":"ab"}},{"message":{"content":"cd"}}]})")
              .content_bytes == 4);
  }

  TEST_CASE("what is no JSON object is the provider's fault") {
    for (const std::string text : {"", "[]", "null", "<html>", "{", "{}x", "{\"a\":1,}", "data: {}",
                                   R"({"usage":null,"usage":null})"}) {
      CAPTURE(text);
      const Result<ReplyFacts> answer = read_facts(text);
      REQUIRE(answer.has_error());
      CHECK(http_status(answer.error()) == 502);
      CHECK(answer.error().source == ErrorSource::upstream);
      CHECK(answer.error().retryable);
    }
  }

  TEST_CASE("an id that is no string is none") {
    CHECK(read(R"({"id":7})").id == "");
    CHECK(read(R"({"id":null})").id == "");
    CHECK(read("{}").id == "");
  }

  TEST_CASE("cost is put at the end of a usage object") {
    CHECK(priced(R"({"prompt_tokens":1})") ==
          R"({"prompt_tokens":1,)" + kCost + "," + kDetails + "," + kByok + "}");
    CHECK(priced("{ \"prompt_tokens\" : 1\r\n\t}") ==
          "{ \"prompt_tokens\" : 1\r\n\t," + kCost + "," + kDetails + "," + kByok + "}");
    CHECK(priced("{}") == "{" + kCost + "," + kDetails + "," + kByok + "}");
    CHECK(priced("{ \n}") == "{ \n" + kCost + "," + kDetails + "," + kByok + "}");
  }

  TEST_CASE("a cost that the provider states gives way to ours, where it stands") {
    CHECK(priced(R"({"cost":0.5,"prompt_tokens":1})") ==
          "{" + kCost + R"(,"prompt_tokens":1,)" + kDetails + "," + kByok + "}");
    CHECK(priced(R"({"is_byok" : true,"cost_details":{"a":[1]},"cost": null})") ==
          R"({"is_byok" : false,)" + kDetails + R"(,"cost": 0.0000015})");
    CHECK(priced(R"({"cost":1})") == "{" + kCost + "," + kDetails + "," + kByok + "}");
    CHECK(priced(R"({"x":{"cost":1},"c\u006fst":2})") ==
          R"({"x":{"cost":1},"c\u006fst":0.0000015,)" + kDetails + "," + kByok + "}");
  }

  TEST_CASE("where no usage object is, nothing is changed") {
    for (const std::string none : {"null", "[]", "\"{}\"", "5"}) {
      CAPTURE(none);
      CHECK(priced(none) == none);
    }
    CHECK(cost_edits("{}", JsonValue{}, Cost{}).empty());
  }

  TEST_CASE("an estimate takes four bytes for a token, rounded up") {
    const Usage usage = estimate_usage(9, 4);
    CHECK(usage.origin == UsageOrigin::estimated);
    CHECK(usage.input_tokens == 3);
    CHECK(usage.output_tokens == 1);
    CHECK(estimate_usage(0, 0).input_tokens == 0);
    CHECK(estimate_usage(0, 1).output_tokens == 1);
  }
}

}  // namespace arouter::openai
