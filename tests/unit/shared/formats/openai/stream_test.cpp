#include "shared/formats/openai/stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "shared/formats/openai/format.hpp"

namespace arouter::openai {

namespace {

using chat::Event;
using Kind = Event::Kind;

/// What a decoder makes of the data of these events.
std::vector<Event> decoded(const std::vector<std::string>& datas) {
  const auto decoder = format().make_stream_decoder();
  std::vector<Event> all;
  for (const std::string& data : datas) {
    const SseBlock block{.raw = data, .name = {}, .data = data, .has_data = true};
    const auto events = decoder->decode(block);
    REQUIRE(events.has_value());
    all.insert(all.end(), events->begin(), events->end());
  }
  const auto rest = decoder->finish();
  REQUIRE(rest.has_value());
  all.insert(all.end(), rest->begin(), rest->end());
  return all;
}

/// A chunk of the first choice.
std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return R"({"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)"
         R"({"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + finish + "}]}";
}

/// "text#0:hel text#0:lo finish#0:stop"
std::string shown(const std::vector<Event>& events) {
  constexpr std::array<const char*, 13> kNames{
      "start", "text",     "thinking", "signature", "refusal", "tool_call", "arguments",
      "media", "logprobs", "finish",   "usage",     "error",   "end"};
  std::string out;
  for (const Event& event : events) {
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<std::size_t>(event.kind)];
    const bool is_part = event.kind >= Kind::text && event.kind <= Kind::media;
    if (is_part) out += "#" + std::to_string(event.part);
    if (!event.text.empty()) out += ":" + event.text;
    if (event.kind == Kind::tool_call) out += ":" + event.tool_id + "," + event.tool_name;
    if (!event.signature.bytes.empty()) {
      out += ":" + event.signature.format + "/" + event.signature.bytes;
    }
    if (event.redacted) out += "!";
  }
  return out;
}

}  // namespace

TEST_SUITE("openai stream") {
  TEST_CASE("a text is passed on as it comes") {
    const std::vector<Event> events =
        decoded({chunk(R"({"role":"assistant","content":""})"), chunk(R"({"content":"hel"})"),
                 chunk(R"({"content":"lo"})"), chunk("{}", "\"stop\""),
                 R"({"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})",
                 "[DONE]"});
    CHECK(shown(events) == "start text#0:hel text#0:lo finish usage end");
    CHECK(events[0].id == "c1");
    CHECK(events[0].created == 7);
    CHECK(events[3].finish == chat::FinishReason::stop);
    CHECK(events[4].usage.input_tokens == 3);
  }

  TEST_CASE("thoughts, text and calls are parts one after the other") {
    CHECK(shown(decoded({chunk(R"({"reasoning_content":"h"})"), chunk(R"({"reasoning":"m"})"),
                         chunk(R"({"content":"a"})"), chunk(R"({"reasoning":"n"})"),
                         chunk(R"({"content":"b","refusal":"r"})"), chunk("{}", "\"stop\""),
                         "[DONE]"})) ==
          "start thinking#0:h thinking#0:m signature#0:openai/reasoning_content text#1:a "
          "thinking#2:n signature#2:openai/reasoning_content text#3:b refusal#4:r finish end");
  }

  TEST_CASE("a call is opened with its name, then come its arguments") {
    const std::vector<Event> events =
        decoded({chunk(R"({"content":"x"})"),
                 chunk(R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":)"
                       R"({"name":"f","arguments":""}}]})"),
                 chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"p\":"}}]})"),
                 chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]})"),
                 chunk("{}", "\"tool_calls\""), "[DONE]"});
    CHECK(shown(events) ==
          "start text#0:x tool_call#1:a,f arguments#1:{\"p\": arguments#1:1} finish end");
    CHECK(events[5].finish == chat::FinishReason::tool_calls);
  }

  TEST_CASE("calls that interleave are put in order") {
    const auto piece = [](int index, const std::string& text) {
      return chunk(R"({"tool_calls":[{"index":)" + std::to_string(index) +
                   R"(,"function":{"arguments":")" + text + "\"}}]}");
    };
    const auto open = [](int index, const std::string& id) {
      return chunk(R"({"tool_calls":[{"index":)" + std::to_string(index) + R"(,"id":")" + id +
                   R"(","function":{"name":"f)" + id + "\"}}]}");
    };
    CHECK(shown(decoded({open(0, "a"), open(1, "b"), piece(1, "1"), piece(0, "2"), piece(1, "3"),
                         chunk(R"({"content":"t"})"), piece(0, "4"), piece(1, "5"),
                         chunk("{}", "\"stop\""), "[DONE]"})) ==
          "start tool_call#0:a,fa arguments#0:2 arguments#0:4 tool_call#1:b,fb arguments#1:135 "
          "text#2:t finish end");
  }

  TEST_CASE("calls without index, id or name in time are told apart all the same") {
    CHECK(shown(decoded({chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f",)"
                               R"("arguments":"1"}}]})"),
                         chunk(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"g",)"
                               R"("arguments":"2"}}]})"),
                         chunk("{}", "\"tool_calls\"")})) ==
          "start tool_call#0:a,f arguments#0:1 tool_call#1:b,g arguments#1:2 finish");
    CHECK(shown(decoded({chunk(R"({"tool_calls":[{"function":{"arguments":"1"}}]})"),
                         chunk(R"({"tool_calls":[{"function":{"name":"f","arguments":"2"}}]})"),
                         chunk("{}", "\"tool_calls\"")})) ==
          "start tool_call#0:call_1,f arguments#0:1 arguments#0:2 finish");
    CHECK(shown(decoded({chunk(R"({"function_call":{"name":"f","arguments":"1"}})"),
                         chunk(R"({"function_call":{"arguments":"2"}})"),
                         chunk("{}", "\"function_call\"")})) ==
          "start tool_call#0:call_1,f arguments#0:1 arguments#0:2 finish");
  }

  TEST_CASE("choices keep their own parts") {
    CHECK(shown(decoded({R"({"id":"c","choices":[{"index":1,"delta":{"content":"b"}},{"index":0,)"
                         R"("delta":{"content":"a"},"finish_reason":"stop"}]})",
                         R"({"choices":[{"index":1,"delta":{},"finish_reason":"length"}]})"})) ==
          "start text#0:b text#0:a finish finish");
  }

  TEST_CASE("signatures come with their thoughts and calls") {
    const auto text = [](const std::string& members) {
      return chunk(R"({"reasoning_details":[{"type":"reasoning.text",)" + members + "}]}");
    };
    CHECK(shown(decoded({text(R"("text":"h")"), text(R"("text":"m")"),
                         text(R"("signature":"s","format":"f")"),
                         chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted",)"
                               R"("data":"d","id":"rs_1"}]})"),
                         chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted",)"
                               R"("data":"e","id":"a"}]})"),
                         chunk(R"({"content":"x"})"),
                         chunk(R"({"tool_calls":[{"index":0,"id":"a","function":)"
                               R"({"name":"f"}}]})"),
                         chunk("{}", "\"stop\"")})) ==
          "start thinking#0:h thinking#0:m signature#0:openai/f|s signature#1:openai/d! text#2:x "
          "tool_call#3:a,f:openai/e finish");
    // A signature that nobody claims is a thought of its own.
    CHECK(shown(decoded({chunk(R"({"reasoning_details":[{"type":"reasoning.encrypted",)"
                               R"("data":"e","id":"z"}],"content":"x"})"),
                         chunk("{}", "\"stop\"")})) ==
          "start text#0:x signature#1:openai/e! finish");
  }

  TEST_CASE("images and log probabilities are events") {
    CHECK(shown(decoded({chunk(R"({"content":"a"})"),
                         chunk(R"({"images":[{"type":"image_url","image_url":{"url":"u"}}]})"),
                         chunk(R"({"content":"b"})"),
                         R"({"choices":[{"index":0,"delta":{},"logprobs":{"content":[]}}]})"})) ==
          "start text#0:a media#1 text#2:b logprobs:{\"content\":[]}");
  }

  TEST_CASE("chunks without choices begin nothing, and the last usage counts") {
    const std::vector<Event> events =
        decoded({R"({"id":"","model":"","choices":[],"prompt_filter_results":[]})",
                 R"({"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"x"}}],)"
                 R"("usage":{"prompt_tokens":3,"completion_tokens":1}})",
                 R"({"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],)"
                 R"("usage":{"prompt_tokens":3,"completion_tokens":2}})",
                 "[DONE]"});
    CHECK(shown(events) == "start text#0:x finish usage end");
    CHECK(events[0].id == "c");
    CHECK(events[3].usage.output_tokens == 2);
  }

  TEST_CASE("an error inside ends the stream; its kind is told by its type") {
    const auto error = [](const std::string& text) {
      std::vector<Event> events =
          decoded({chunk(R"({"content":"x"})"), "{\"error\":" + text + "}", "[DONE]"});
      CHECK(shown(events) == "start text#0:x error");
      return events.back().error;
    };
    CHECK(error(R"({"message":"slow","type":"rate_limit_exceeded"})").kind ==
          ErrorKind::rate_limited);
    CHECK(error(R"({"message":"slow","code":429})").message == "slow");
    CHECK(error(R"({"message":"slow","code":429})").kind == ErrorKind::rate_limited);
    CHECK(error(R"({"message":"full","type":"overloaded_error"})").kind == ErrorKind::overloaded);
    CHECK(error("\"broken\"").kind == ErrorKind::upstream_refused);
    CHECK(error("\"broken\"").message == "broken");
    CHECK(error("{}").retryable);
    CHECK(!error("{}").message.empty());
  }

  TEST_CASE("a finish reason that says the answer broke off is an error") {
    for (const std::string word : {"insufficient_system_resource", "error", "abort"}) {
      CAPTURE(word);
      const std::vector<Event> events =
          decoded({chunk(R"({"content":"a"})"), chunk("{}", "\"" + word + "\""), "[DONE]"});
      CHECK(shown(events) == "start text#0:a error");
      CHECK(events.back().error.message.find(word) != std::string::npos);
    }
    const std::vector<Event> cut = decoded({chunk(R"({"content":"a"})", "\"model_length\"")});
    CHECK(cut.back().finish == chat::FinishReason::length);
  }

  TEST_CASE("what is no chunk is malformed, nothing follows the end mark") {
    const auto decoder = format().make_stream_decoder();
    for (const std::string data : {"", "x", "[]", "7"}) {
      CAPTURE(data);
      const SseBlock block{.raw = data, .name = {}, .data = data, .has_data = true};
      const auto events = decoder->decode(block);
      REQUIRE(events.has_error());
      CHECK(events.error().kind == ErrorKind::upstream_malformed);
    }
    CHECK(shown(decoded({"[DONE]", chunk(R"({"content":"x"})")})) == "end");
  }
}

}  // namespace arouter::openai
