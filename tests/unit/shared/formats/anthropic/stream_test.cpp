#include "shared/formats/anthropic/stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "shared/sse.hpp"

namespace arouter::anthropic {

namespace {

using chat::Event;
using chat::FinishReason;
using Kind = chat::Event::Kind;

std::string event(const std::string& name, const std::string& rest) {
  return "event: " + name + "\ndata: {\"type\":\"" + name + "\"" + rest + "}\n\n";
}

/// All events of a stream's bytes, those of its end included.
std::vector<Event> decode(std::string_view bytes) {
  const auto decoder = make_stream_decoder();
  SseScanner scanner(1 << 20);
  SseBlock block;
  std::vector<Event> events;
  while (*scanner.next(bytes, block)) {
    const std::size_t size = block.raw.size();
    if (block.has_data) {
      const auto more = decoder->decode(block);
      REQUIRE(more.has_value());
      events.insert(events.end(), more->begin(), more->end());
    }
    bytes.remove_prefix(size);
  }
  const auto last = decoder->finish();
  REQUIRE(last.has_value());
  events.insert(events.end(), last->begin(), last->end());
  return events;
}

/// What an event says, in one line: kind, part and what matters.
std::string line(const Event& event) {
  constexpr const char* kNames[] = {"start", "text",  "thinking", "signature", "refusal",
                                    "call",  "args",  "media",    "logprobs",  "finish",
                                    "usage", "error", "end"};
  std::string out = kNames[static_cast<std::size_t>(event.kind)];
  if (event.kind >= Kind::text && event.kind <= Kind::arguments) {
    out += std::to_string(event.part);
  }
  for (const std::string& text : {event.text, event.id, event.model, event.tool_id, event.tool_name,
                                  event.stop_sequence, event.error.message}) {
    if (!text.empty()) out += " " + text;
  }
  if (!event.signature.format.empty()) {
    out += " " + event.signature.format + ":" + event.signature.bytes;
    if (event.redacted) out += "!";
  }
  if (event.kind == Kind::finish) out += " " + std::to_string(static_cast<int>(event.finish));
  if (event.usage.origin != UsageOrigin::none) {
    out += " " + std::to_string(event.usage.input_tokens) + "+" +
           std::to_string(event.usage.output_tokens);
  }
  return out;
}

std::string lines(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) out += line(event) + "\n";
  return out;
}

std::string encode(const std::vector<Event>& events) {
  const auto encoder = make_stream_encoder({.request_id = "r1"});
  std::string out;
  for (const Event& event : events) encoder->append(out, event);
  return out;
}

Event start() {
  Event event{.kind = Kind::start};
  event.id = "msg_1";
  event.model = "m";
  return event;
}
Event piece(Kind kind, std::int64_t part, const char* text) {
  Event event{.kind = kind};
  event.part = part;
  event.text = text;
  return event;
}
Event signature(std::int64_t part, chat::Signature bytes, bool redacted = false) {
  Event event{.kind = Kind::signature};
  event.part = part;
  event.signature = std::move(bytes);
  event.redacted = redacted;
  return event;
}
Event call(std::int64_t part, const char* id, const char* name, chat::Signature bytes = {}) {
  Event event{.kind = Kind::tool_call};
  event.part = part;
  event.tool_id = id;
  event.tool_name = name;
  event.signature = std::move(bytes);
  return event;
}
Event finish(FinishReason reason) {
  Event event{.kind = Kind::finish};
  event.finish = reason;
  return event;
}
Event usage(std::int64_t input, std::int64_t output) {
  Event event{.kind = Kind::usage};
  event.usage.input_tokens = input;
  event.usage.output_tokens = output;
  event.usage.origin = UsageOrigin::reported;
  return event;
}
Event end() {
  return {.kind = Kind::end};
}

const std::string kStart = event(
    "message_start",
    R"(,"message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],)"
    R"("stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,)"
    R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}})");

std::string stop(int index) {
  return event("content_block_stop", ",\"index\":" + std::to_string(index));
}
std::string begin(int index, const std::string& block) {
  return event("content_block_start",
               ",\"index\":" + std::to_string(index) + ",\"content_block\":{" + block + "}");
}
std::string delta(int index, const std::string& rest) {
  return event("content_block_delta",
               ",\"index\":" + std::to_string(index) + ",\"delta\":{" + rest + "}");
}
std::string last(const std::string& reason, int input = 0, int output = 0) {
  return event(
             "message_delta",
             ",\"delta\":{\"stop_reason\":\"" + reason +
                 "\",\"stop_sequence\":null},\"usage\":{\"input_tokens\":" + std::to_string(input) +
                 ",\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
                 "\"output_tokens\":" +
                 std::to_string(output) + "}") +
         event("message_stop", "");
}

const std::string kText = R"("type":"text","text":"")";
const std::string kThinking = R"("type":"thinking","thinking":"","signature":"")";

std::string call_block(const std::string& id, const std::string& name) {
  return R"("type":"tool_use","id":")" + id + R"(","name":")" + name + R"(","input":{})";
}
std::string text_delta(const std::string& text) {
  return R"("type":"text_delta","text":")" + text + "\"";
}
std::string json_delta(const std::string& text) {
  return R"("type":"input_json_delta","partial_json":")" + text + "\"";
}
std::string redacted(const std::string& data) {
  return R"("type":"redacted_thinking","data":")" + data + "\"";
}

}  // namespace

TEST_SUITE("anthropic stream, decoded") {
  TEST_CASE("thought, text and calls come in their order") {
    const std::string bytes =
        event("message_start", R"(,"message":{"id":"msg_1","model":"m","usage":{"input_tokens":5,)"
                               R"("cache_read_input_tokens":2,"output_tokens":1}})") +
        begin(0, kThinking) + event("ping", "") +
        delta(0, R"("type":"thinking_delta","thinking":"hm")") +
        delta(0, R"("type":"signature_delta","signature":"sig")") + stop(0) +
        begin(1, redacted("xyz")) + stop(1) + begin(2, kText) + delta(2, text_delta("hel")) +
        delta(2, text_delta("lo")) + stop(2) + begin(3, call_block("t1", "f")) +
        delta(3, json_delta("")) + delta(3, json_delta("{\\\"a\\\":")) +
        delta(3, json_delta("1}")) + stop(3) + begin(4, call_block("t2", "g")) + stop(4) +
        last("tool_use", 5, 9);
    CHECK(lines(decode(bytes)) ==
          "start msg_1 m 7+1\n"
          "thinking0\n"
          "thinking0 hm\n"
          "signature0 anthropic:sig\n"
          "signature1 anthropic:xyz!\n"
          "text2\n"
          "text2 hel\n"
          "text2 lo\n"
          "call3 t1 f\n"
          "args3 {\"a\":\n"
          "args3 1}\n"
          "call4 t2 g\n"
          "finish 5\n"
          "usage 7+9\n"
          "end\n");
  }

  TEST_CASE("blocks of the provider's own tools are left out and parts close up") {
    const std::string bytes =
        begin(0, R"("type":"server_tool_use","id":"s","name":"web_search","input":{})") +
        delta(0, json_delta("{}")) + stop(0) +
        begin(1, R"("type":"web_search_tool_result","tool_use_id":"s","content":[])") + stop(1) +
        begin(2, kText) + delta(2, R"("type":"citations_delta","citation":{})") +
        delta(2, text_delta("x")) + stop(2);
    CHECK(lines(decode(bytes)) == "text0\ntext0 x\n");
  }

  TEST_CASE("arguments that stand whole in a call's start are sent when no pieces follow") {
    const std::string block = R"("type":"tool_use","id":"i","name":"n","input":{"a": 1})";
    CHECK(lines(decode(begin(0, block) + stop(0))) == "call0 i n\nargs0 {\"a\":1}\n");
    CHECK(lines(decode(begin(0, block) + delta(0, json_delta("{}")) + stop(0))) ==
          "call0 i n\nargs0 {}\n");
    CHECK(lines(decode(begin(0, R"("type":"tool_use","id":"","name":"n")"))) == "call0 call_0 n\n");
  }

  TEST_CASE("a finish is told once, usage as often as it grows") {
    const std::string bytes =
        event("message_delta", R"(,"delta":{"stop_reason":null},"usage":{"output_tokens":1})") +
        event("message_delta",
              R"(,"delta":{"stop_reason":"stop_sequence","stop_sequence":"END"})") +
        event("message_delta",
              R"(,"delta":{"stop_reason":"stop_sequence"},"usage":{"output_tokens":3})") +
        "data: [DONE]\n\n" + event("message_stop", "");
    CHECK(lines(decode(bytes)) == "usage 0+1\nfinish END 2\nusage 0+3\nend\n");
  }

  TEST_CASE("an error is an event, with the provider's message") {
    const std::vector<Event> events = decode(
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
        "\"message\":\"busy\"}}\n\n");
    REQUIRE(events.size() == 1);
    CHECK(line(events[0]) == "error busy");
    CHECK(events[0].error.kind == ErrorKind::overloaded);
    CHECK(events[0].error.retryable);
  }

  TEST_CASE("what breaks the format is malformed, never a crash") {
    const std::string bad[] = {
        "data: {\n\n",
        "data: \n\n",
        event("content_block_delta", R"(,"index":0,"delta":{"type":"text_delta","text":"x"})"),
        event("content_block_start", R"(,"content_block":{"type":"text"})"),
        event("content_block_start", R"(,"index":-1,"content_block":{"type":"text"})"),
        event("content_block_start", R"(,"index":0)"),
        begin(1, kText) + begin(1, kText),
        begin(1, kText) + stop(1) + delta(1, text_delta("x")),
        begin(1, kText) + delta(0, text_delta("x")),
    };
    for (const std::string& bytes : bad) {
      CAPTURE(bytes);
      const auto decoder = make_stream_decoder();
      SseScanner scanner(1 << 20);
      SseBlock block;
      std::string_view rest = bytes;
      bool failed = false;
      while (!failed && *scanner.next(rest, block)) {
        const std::size_t size = block.raw.size();
        const auto events = decoder->decode(block);
        failed = events.has_error();
        if (failed) CHECK(events.error().kind == ErrorKind::upstream_malformed);
        rest.remove_prefix(size);
      }
      CHECK(failed);
    }
  }

  TEST_CASE("members of a wrong type are as good as absent") {
    const std::string odd[] = {
        "data: []\n\n",
        "data: 1\n\n",
        "data: null\n\n",
        event("message_start", ""),
        event("message_start", R"(,"message":[1])"),
        event("message_start", R"(,"message":{"id":1,"usage":{"input_tokens":"x"}})"),
        event("message_delta", ""),
        event("message_delta", R"(,"delta":1,"usage":[])"),
        event("error", ""),
        event("error", R"(,"error":1)"),
        begin(0, R"("type":7)"),
        begin(0, R"("type":"tool_use","id":1,"name":[],"input":"x")"),
        begin(0, kText) + event("content_block_delta", R"(,"index":0,"delta":3)"),
        event("content_block_stop", ""),
    };
    for (const std::string& bytes : odd) {
      CAPTURE(bytes);
      decode(bytes);
    }
  }
}

TEST_SUITE("anthropic stream, encoded") {
  TEST_CASE("a text is framed as the API frames it") {
    CHECK(encode({start(), piece(Kind::text, 0, "hel"), piece(Kind::text, 0, "lo"),
                  finish(FinishReason::stop), usage(5, 2), end()}) ==
          kStart + begin(0, kText) + delta(0, text_delta("hel")) + delta(0, text_delta("lo")) +
              stop(0) + last("end_turn", 5, 2));
  }

  TEST_CASE("thought, text and two calls have indexes in a row") {
    CHECK(encode({start(), piece(Kind::thinking, 0, "hm"), signature(0, {"sig", "anthropic"}),
                  piece(Kind::text, 1, "x"), call(2, "t1", "f"), piece(Kind::arguments, 2, "{}"),
                  call(3, "t2", "g"), finish(FinishReason::tool_calls), end()}) ==
          kStart + begin(0, kThinking) + delta(0, R"("type":"thinking_delta","thinking":"hm")") +
              delta(0, R"("type":"signature_delta","signature":"sig")") + stop(0) +
              begin(1, kText) + delta(1, text_delta("x")) + stop(1) +
              begin(2, call_block("t1", "f")) + delta(2, json_delta("{}")) + stop(2) +
              begin(3, call_block("t2", "g")) + delta(3, json_delta("")) + stop(3) +
              last("tool_use"));
  }

  TEST_CASE("texts of two parts are two blocks, and a refusal is a text") {
    CHECK(encode({start(), piece(Kind::text, 0, "a"), piece(Kind::text, 1, "b"),
                  piece(Kind::refusal, 2, "no"), finish(FinishReason::refusal), end()}) ==
          kStart + begin(0, kText) + delta(0, text_delta("a")) + stop(0) + begin(1, kText) +
              delta(1, text_delta("b")) + stop(1) + begin(2, kText) + delta(2, text_delta("no")) +
              stop(2) + last("refusal"));
  }

  TEST_CASE("nothing, or nothing but an end, is a whole message") {
    CHECK(encode({start(), finish(FinishReason::stop), end()}) == kStart + last("end_turn"));
    const std::string bytes = encode({end()});
    CHECK(bytes.starts_with("event: message_start\n"));
    CHECK(bytes.find(R"("id":"msg_r1")") != std::string::npos);
    CHECK(bytes.ends_with(last("end_turn")));
  }

  TEST_CASE("usage counts whenever it comes, and the last one wins") {
    const std::string expected = kStart + last("end_turn", 7, 3);
    CHECK(encode({start(), usage(7, 1), finish(FinishReason::stop), usage(7, 3), end()}) ==
          expected);
    CHECK(encode({start(), usage(7, 3), finish(FinishReason::stop), end()}) == expected);
  }

  TEST_CASE("usage that is known at the start stands in the first event") {
    Event first = start();
    first.usage = usage(9, 1).usage;
    CHECK(encode({first}).find(R"("usage":{"input_tokens":9,)") != std::string::npos);
    CHECK(encode({first, end()}).find(R"("input_tokens":9,"cache_creation)") != std::string::npos);
  }

  TEST_CASE("a foreign signature goes before the call that it signs") {
    CHECK(encode({start(), call(0, "t", "f", {"S", "gemini"}), piece(Kind::arguments, 0, "{}"),
                  finish(FinishReason::stop), end()}) ==
          kStart + begin(0, redacted("arouter.gemini.S")) + stop(0) +
              begin(1, call_block("t", "f")) + delta(1, json_delta("{}")) + stop(1) +
              last("tool_use"));
  }

  TEST_CASE("a signature that comes behind its text goes behind it, but not before a bare call") {
    const std::string text = begin(0, kText) + delta(0, text_delta("x")) + stop(0);
    CHECK(encode({start(), piece(Kind::text, 0, "x"), signature(0, {"S", "gemini"}),
                  finish(FinishReason::stop), end()}) ==
          kStart + text + begin(1, redacted("arouter.gemini.S")) + stop(1) + last("end_turn"));
    CHECK(encode({start(), piece(Kind::text, 0, "x"), signature(0, {"S", "gemini"}),
                  call(1, "t", "f"), finish(FinishReason::stop), end()}) ==
          kStart + text + begin(1, call_block("t", "f")) + delta(1, json_delta("")) + stop(1) +
              last("tool_use"));
    const std::string both =
        encode({start(), piece(Kind::text, 0, "x"), signature(0, {"S", "gemini"}),
                call(1, "t", "f", {"C", "gemini"}), end()});
    CHECK(both.find(begin(1, redacted("arouter.gemini.S")) + stop(1) +
                    begin(2, redacted("arouter.gemini.C"))) != std::string::npos);
  }

  TEST_CASE("a whole thought that is encrypted is a block, a lone signature a thought") {
    CHECK(encode({start(), signature(0, {"xyz", "anthropic"}, true), end()}) ==
          kStart + begin(0, redacted("xyz")) + stop(0) + last("end_turn"));
    CHECK(
        encode({start(), piece(Kind::thinking, 0, ""), signature(0, {"s", "anthropic"}), end()}) ==
        kStart + begin(0, kThinking) + delta(0, R"("type":"signature_delta","signature":"s")") +
            stop(0) + last("end_turn"));
  }

  TEST_CASE("an error ends the stream, and nothing follows") {
    Event error{.kind = Kind::error};
    error.error = upstream_error(ErrorKind::overloaded, "busy");
    const std::string bytes =
        encode({start(), piece(Kind::text, 0, "x"), error, piece(Kind::text, 0, "y"), end()});
    CHECK(bytes == kStart + begin(0, kText) + delta(0, text_delta("x")) +
                       "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":"
                       "\"overloaded_error\",\"message\":\"busy\"},\"request_id\":\"r1\","
                       "\"source\":\"arouter\"}\n\n");
  }

  TEST_CASE("other choices, pictures and late pieces are left out") {
    Event other = piece(Kind::text, 0, "other");
    other.choice = 1;
    Event picture{.kind = Kind::media};
    CHECK(encode({start(), other, picture, piece(Kind::arguments, 3, "{}"),
                  piece(Kind::text, 0, ""), piece(Kind::logprobs, 0, "{}"), end(), end()}) ==
          kStart + last("end_turn"));
  }

  TEST_CASE("what the API sends comes out as it came in") {
    const std::string bytes =
        kStart + begin(0, kThinking) + delta(0, R"("type":"thinking_delta","thinking":"hm")") +
        delta(0, R"("type":"signature_delta","signature":"sig")") + stop(0) +
        begin(1, redacted("xyz")) + stop(1) + begin(2, kText) + delta(2, text_delta("hi")) +
        stop(2) + begin(3, call_block("t1", "f")) + delta(3, json_delta("{}")) + stop(3) +
        last("tool_use", 5, 9);
    CHECK(encode(decode(bytes)) == bytes);
  }
}

}  // namespace arouter::anthropic
