#include "shared/formats/anthropic/reply.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "shared/json_scan.hpp"

namespace arouter::anthropic {

namespace {

using chat::FinishReason;
using chat::Part;
using chat::Signature;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;

std::string encode(const chat::Reply& reply, chat::Losses* losses = nullptr) {
  chat::Losses own;
  std::string text = encode_reply(reply, {.request_id = "r1"}, losses == nullptr ? own : *losses);
  REQUIRE(scan_json(text).has_value());
  return text;
}

chat::Reply reply_of(std::vector<Part> parts, FinishReason finish = FinishReason::stop) {
  chat::Reply reply;
  reply.id = "msg_7";
  reply.model = "m";
  reply.choices.push_back({.parts = std::move(parts), .finish = finish});
  return reply;
}

chat::Reply decode(const std::string& text) {
  Result<chat::Reply> reply = decode_reply(text);
  REQUIRE(reply.has_value());
  return *std::move(reply);
}

/// What stands in `content`.
std::string content_of(const std::string& text) {
  std::array<JsonMember, 1> member{JsonMember{.key = "content"}};
  REQUIRE(scan_object(text, member).has_value());
  return std::string(member[0].value.in(text));
}

}  // namespace

TEST_SUITE("anthropic reply") {
  TEST_CASE("a message is spelled as the API spells it") {
    chat::Reply reply = reply_of({Text{.text = "hi"}});
    Usage usage;
    usage.input_tokens = 60;
    usage.cached_input_tokens = 30;
    usage.cache_write_tokens = 20;
    usage.output_tokens = 9;
    reply.usage = usage;
    CHECK(encode(reply) ==
          R"({"id":"msg_7","type":"message","role":"assistant","model":"m",)"
          R"("content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn",)"
          R"("stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":20,)"
          R"("cache_read_input_tokens":30,"output_tokens":9}})");
  }

  TEST_CASE("a message is decoded") {
    const chat::Reply reply =
        decode(R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-x","content":[)"
               R"({"type":"thinking","thinking":"hm","signature":"sig"},)"
               R"({"type":"redacted_thinking","data":"xyz"},)"
               R"({"type":"text","text":"hello"},)"
               R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}},)"
               R"({"type":"tool_use","id":"toolu_1","name":"f","input":{"a": 1}}],)"
               R"("stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,)"
               R"("output_tokens":2,"service_tier":"standard"}})");
    CHECK(reply.id == "msg_1");
    CHECK(reply.model == "claude-x");
    CHECK(reply.service_tier == "default");
    REQUIRE(reply.usage.has_value());
    CHECK(reply.usage->output_tokens == 2);
    REQUIRE(reply.choices.size() == 1);
    CHECK(reply.choices[0].finish == FinishReason::tool_calls);
    const std::vector<Part> expected{
        Thinking{.text = "hm", .signature = {"sig", "anthropic"}},
        Thinking{.signature = {"xyz", "anthropic"}, .redacted = true}, Text{.text = "hello"},
        ToolCall{.id = "toolu_1", .name = "f", .arguments = R"({"a":1})"}};
    CHECK(reply.choices[0].parts == expected);
  }

  TEST_CASE("every part survives the way there and back") {
    const std::vector<Part> parts{
        Thinking{.text = "own", .signature = {"sig", "anthropic"}},
        Thinking{.text = "foreign", .signature = {"s", "responses"}},
        Thinking{.signature = {"r", "responses"}, .redacted = true},
        Text{.text = "signed", .signature = {"t", "gemini"}},
        ToolCall{.id = "a", .name = "f", .arguments = "{}", .signature = {"c", "gemini"}},
        ToolCall{.id = "b", .name = "g", .arguments = R"({"x":[1]})"}};
    const chat::Reply back = decode(encode(reply_of(parts, FinishReason::tool_calls)));
    CHECK(back.choices[0].parts == parts);
    CHECK(back.choices[0].finish == FinishReason::tool_calls);
  }

  TEST_CASE("a signature that came after its text is given back to it") {
    const auto redacted = [](const char* bytes) {
      return std::string(R"({"type":"redacted_thinking","data":"arouter.gemini.)") + bytes + "\"}";
    };
    const auto parts = [](const std::string& blocks) {
      return decode("{\"content\":[" + blocks + "]}").choices[0].parts;
    };
    const std::string text = R"({"type":"text","text":"x"})";
    const std::string call = R"({"type":"tool_use","id":"i","name":"n","input":{}})";
    const std::vector<Part> signed_text{Text{.text = "x", .signature = {"A", "gemini"}}};
    CHECK(parts(text + "," + redacted("A")) == signed_text);
    const std::vector<Part> both{
        Text{.text = "x", .signature = {"A", "gemini"}},
        ToolCall{.id = "i", .name = "n", .arguments = "{}", .signature = {"B", "gemini"}}};
    CHECK(parts(text + "," + redacted("A") + "," + redacted("B") + "," + call) == both);
    const std::vector<Part> alone{Thinking{.signature = {"A", "gemini"}, .redacted = true}};
    CHECK(parts(redacted("A")) == alone);
  }

  TEST_CASE("stop reasons go both ways") {
    const auto there = [](FinishReason finish) {
      return std::string(encode_stop_reason(finish, false));
    };
    CHECK(there(FinishReason::stop) == "end_turn");
    CHECK(there(FinishReason::none) == "end_turn");
    CHECK(there(FinishReason::stop_sequence) == "stop_sequence");
    CHECK(there(FinishReason::length) == "max_tokens");
    CHECK(there(FinishReason::context_length) == "model_context_window_exceeded");
    CHECK(there(FinishReason::tool_calls) == "tool_use");
    CHECK(there(FinishReason::content_filter) == "refusal");
    CHECK(there(FinishReason::refusal) == "refusal");
    CHECK(there(FinishReason::pause) == "pause_turn");
    CHECK(there(FinishReason::malformed_call) == "end_turn");
    for (const FinishReason reason :
         {FinishReason::stop, FinishReason::stop_sequence, FinishReason::length,
          FinishReason::context_length, FinishReason::tool_calls, FinishReason::refusal,
          FinishReason::pause}) {
      CHECK(decode_stop_reason(there(reason)) == reason);
    }
    CHECK(decode_stop_reason("") == FinishReason::none);
    CHECK(decode_stop_reason("of_2030") == FinishReason::stop);
  }

  TEST_CASE("an answer that calls a tool says so, however it ended") {
    const std::string text =
        encode(reply_of({ToolCall{.id = "i", .name = "n", .arguments = "{}"}}));
    CHECK(text.find(R"("stop_reason":"tool_use")") != std::string::npos);
    CHECK(encode_stop_reason(FinishReason::length, true) == "max_tokens");
  }

  TEST_CASE("what is empty has no block, and arguments are an object") {
    CHECK(content_of(encode(reply_of({Text{}, chat::Refusal{}}))) == "[]");
    CHECK(content_of(encode(reply_of({chat::Refusal{.text = "no"}}))) ==
          R"([{"type":"text","text":"no"}])");
    CHECK(content_of(encode(reply_of({ToolCall{.id = "i", .name = "n", .arguments = "oops"}}))) ==
          R"([{"type":"tool_use","id":"i","name":"n","input":{"input":"oops"}}])");
  }

  TEST_CASE("an answer without an id, a choice or usage is still a message") {
    chat::Reply reply;
    CHECK(encode(reply) ==
          R"({"id":"msg_r1","type":"message","role":"assistant","model":"","content":[],)"
          R"("stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":0,)"
          R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}})");
  }

  TEST_CASE("the stop text, thoughts' tokens and the cost are told") {
    chat::Reply reply = reply_of({}, FinishReason::stop_sequence);
    reply.choices[0].stop_sequence = "END";
    Usage usage;
    usage.output_tokens = 5;
    usage.reasoning_tokens = 3;
    reply.usage = usage;
    reply.cost = Cost{.total = {1'500'000}};
    const std::string text = encode(reply);
    CHECK(text.find(R"("stop_sequence":"END")") != std::string::npos);
    CHECK(text.find(R"("output_tokens_details":{"thinking_tokens":3},"cost":0.0000015)") !=
          std::string::npos);
  }

  TEST_CASE("an answer that names no model is of the one that was asked") {
    const chat::Request request{.model = "m"};
    chat::Losses losses;
    CHECK(encode_reply({}, {.request = &request}, losses).find(R"("model":"m")") !=
          std::string::npos);
  }

  TEST_CASE("other choices and pictures are losses") {
    chat::Reply reply = reply_of({chat::Media{.data = "AAAA"}});
    reply.choices.emplace_back();
    chat::Losses losses;
    encode(reply, &losses);
    CHECK(losses.list() == "reply.choices, reply.image");
    reply = reply_of({});
    reply.choices[0].finish = chat::FinishReason::malformed_call;
    losses = {};
    encode(reply, &losses);
    CHECK(losses.list() == "reply.finish_reason.malformed_call");
  }

  TEST_CASE("what is no message is malformed, and an error is the provider's") {
    for (const char* bad : {"", "[]", "{}", R"({"content":"x"})", R"({"content":[1]})",
                            R"({"content":[{}]})", R"({"content":[{"type":"text"}]})",
                            R"({"content":[{"type":"tool_use","id":"i","name":"n","input":1}]})"}) {
      CAPTURE(bad);
      const Result<chat::Reply> reply = decode_reply(bad);
      REQUIRE(reply.has_error());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
      CHECK(reply.error().source == ErrorSource::upstream);
    }
    const Result<chat::Reply> refused =
        decode_reply(R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})");
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind == ErrorKind::overloaded);
    CHECK(refused.error().message == "busy");
  }
}

}  // namespace arouter::anthropic
