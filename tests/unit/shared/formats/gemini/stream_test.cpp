#include "shared/formats/gemini/stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/formats/gemini/reply.hpp"

namespace arouter::gemini {

namespace {

using namespace chat;

std::string spelled(const Event& event) {
  const std::string place =
      " " + std::to_string(event.choice) + "." + std::to_string(event.part) + " ";
  switch (event.kind) {
    case Event::Kind::start:
      return "start " + event.id + " " + event.model + " " +
             std::to_string(event.usage.input_tokens);
    case Event::Kind::text:
      return "text" + place + event.text;
    case Event::Kind::thinking:
      return "thinking" + place + event.text;
    case Event::Kind::signature:
      return "signature" + place + event.signature.bytes + (event.redacted ? " redacted" : "");
    case Event::Kind::tool_call:
      return "call" + place + event.tool_name + " " + event.signature.bytes;
    case Event::Kind::arguments:
      return "arguments" + place + event.text;
    case Event::Kind::media:
      return "media" + place + event.media.data;
    case Event::Kind::logprobs:
      return "logprobs" + place + event.text;
    case Event::Kind::finish:
      return "finish " + std::to_string(event.choice) + " " +
             std::string(encode_finish(event.finish, false)) +
             (event.finish == FinishReason::tool_calls ? " calls" : "");
    case Event::Kind::usage:
      return "usage " + std::to_string(event.usage.input_tokens) + " " +
             std::to_string(event.usage.output_tokens);
    case Event::Kind::error:
      return "error " + event.error.message;
    case Event::Kind::end:
      return "end";
    case Event::Kind::refusal:
      break;
  }
  return "refusal" + place + event.text;
}

using Lines = std::vector<std::string>;

SseBlock block_of(std::string_view data) {
  return {.raw = data, .name = {}, .data = data, .has_data = true};
}

Lines decode(const Lines& pieces) {
  const auto decoder = make_stream_decoder();
  Lines lines;
  for (const std::string& piece : pieces) {
    const auto events = decoder->decode(block_of(piece));
    if (!events) FAIL(events.error().detail);
    for (const Event& event : *events) lines.push_back(spelled(event));
  }
  for (const Event& event : *decoder->finish()) lines.push_back(spelled(event));
  return lines;
}

/// A piece of one candidate.
std::string piece(const std::string& parts, const std::string& rest = "") {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + rest +
         R"(}],"modelVersion":"m","responseId":"r"})";
}

const std::string kStop = R"(,"finishReason":"STOP")";

Event event_of(Event::Kind kind, std::string text = "", std::int64_t part = 0) {
  Event event;
  event.kind = kind;
  event.text = std::move(text);
  event.part = part;
  return event;
}

Event start_event() {
  Event event = event_of(Event::Kind::start);
  event.id = "r";
  event.model = "m";
  return event;
}

Event call_event(std::string id, std::string name, std::int64_t part) {
  Event event = event_of(Event::Kind::tool_call, "", part);
  event.tool_id = std::move(id);
  event.tool_name = std::move(name);
  return event;
}

Event finish_event(FinishReason reason, std::int64_t choice = 0) {
  Event event = event_of(Event::Kind::finish);
  event.finish = reason;
  event.choice = choice;
  return event;
}

std::string encode(const std::vector<Event>& events, const Request* request = nullptr) {
  const auto encoder = make_stream_encoder({.request_id = "q", .request = request});
  std::string out;
  for (const Event& event : events) encoder->append(out, event);
  return out;
}

/// One piece as it stands on the wire.
std::string line(const std::string& parts, const std::string& rest = "",
                 const std::string& usage = "") {
  return R"(data: {"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + rest +
         "}]" + usage + R"(,"modelVersion":"m","responseId":"r"})" + "\n\n";
}

}  // namespace

TEST_SUITE("gemini stream, decoded") {
  TEST_CASE("pieces of a text are one part, and the end is told by the body's") {
    CHECK(decode({piece(R"({"text":"a"})"), piece(R"({"text":"b"})"),
                  R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":)"
                  R"({"promptTokenCount":2,"candidatesTokenCount":3}})"}) ==
          Lines{"start r m 0", "text 0.0 a", "text 0.0 b", "finish 0 STOP", "usage 2 3", "end"});
  }

  TEST_CASE("usage are running totals, the last one counts") {
    CHECK(
        decode(
            {R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],)"
             R"("usageMetadata":{"promptTokenCount":2}})",
             R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}],)"
             R"("usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":9}})"}) ==
        Lines{"start   2", "text 0.0 a", "text 0.0 b", "finish 0 MAX_TOKENS", "usage 2 9", "end"});
  }

  TEST_CASE("thoughts, texts and calls are parts in their order") {
    CHECK(decode({piece(R"({"text":"h","thought":true})"), piece(R"({"text":"m","thought":true})"),
                  piece(R"({"text":"so"},{"functionCall":{"name":"f","args":{"a":1}},)"
                        R"("thoughtSignature":"s"},)"
                        R"({"functionCall":{"name":"g"}})"),
                  piece(R"({"text":"after"})", kStop)}) ==
          Lines{"start r m 0", "thinking 0.0 h", "thinking 0.0 m", "text 0.1 so", "call 0.2 f s",
                R"(arguments 0.2 {"a":1})", "call 0.3 g ", "arguments 0.3 {}", "text 0.4 after",
                "finish 0 STOP calls", "end"});
  }

  TEST_CASE("a signature closes the part that it signs") {
    CHECK(decode({piece(R"({"text":"a"})"), piece(R"({"text":"","thoughtSignature":"s"})"),
                  piece(R"({"text":"b","thoughtSignature":"t"})"),
                  piece(R"({"text":"","thoughtSignature":"u"})", kStop)}) ==
          Lines{"start r m 0", "text 0.0 a", "signature 0.0 s", "text 0.1 b", "signature 0.1 t",
                "text 0.2 ", "signature 0.2 u", "finish 0 STOP", "end"});
  }

  TEST_CASE("media are whole parts") {
    CHECK(decode({piece(
              R"({"text":"a"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"text":"b"})",
              kStop)}) == Lines{"start r m 0", "text 0.0 a", "media 0.1 AAAA", "text 0.2 b",
                                "finish 0 STOP", "end"});
  }

  TEST_CASE("choices are kept apart") {
    CHECK(decode(
              {R"({"candidates":[{"content":{"parts":[{"text":"a"}]}},)"
               R"({"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"SAFETY"}]})",
               R"({"candidates":[{"content":{"parts":[{"text":"c"}]},"finishReason":"STOP"}]})"}) ==
          Lines{"start   0", "text 0.0 a", "text 1.0 b", "text 0.0 c", "finish 0 STOP",
                "finish 1 SAFETY", "end"});
  }

  TEST_CASE("a blocked prompt is held back") {
    CHECK(decode({R"({"promptFeedback":{"blockReason":"OTHER"}})"}) ==
          Lines{"start   0", "finish 0 SAFETY", "end"});
  }

  TEST_CASE("without a reason to finish there is no end") {
    CHECK(decode({piece(R"({"text":"a"})")}) == Lines{"start r m 0", "text 0.0 a"});
    CHECK(decode({}).empty());
    CHECK(decode({"{}"}) == Lines{"start   0"});
  }

  TEST_CASE("an error is an event, and nothing follows it") {
    CHECK(decode({piece(R"({"text":"a"})", kStop),
                  R"({"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}})",
                  piece(R"({"text":"b"})")}) == Lines{"start r m 0", "text 0.0 a", "error busy"});
    CHECK(decode({R"([{"error":{"message":"x"}}])"}) == Lines{"error x"});
  }

  TEST_CASE("a model that fails at its answer ends it with an error, behind the usage") {
    const std::string usage =
        R"({"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2},"candidates":[]})";
    CHECK(decode({piece(R"({"text":"a"})"),
                  piece("", R"(,"finishReason":"MALFORMED_FUNCTION_CALL")"), usage}) ==
          Lines{"start r m 0", "text 0.0 a", "usage 4 2",
                "error the model broke its answer off: MALFORMED_FUNCTION_CALL"});
    CHECK(decode({R"({"candidates":[{"finishReason":"UNEXPECTED_TOOL_CALL"}]})"}) ==
          Lines{"start   0", "error the model broke its answer off: UNEXPECTED_TOOL_CALL"});
  }

  TEST_CASE("garbage is malformed, a mark of other formats is not") {
    for (const char* const data : {"", "{", "7", "[]", R"({"candidates":7})",
                                   R"({"candidates":[{"content":{"parts":7}}]})"}) {
      CAPTURE(data);
      const auto decoder = make_stream_decoder();
      const auto events = decoder->decode(block_of(data));
      REQUIRE_FALSE(events.has_value());
      CHECK(events.error().kind == ErrorKind::upstream_malformed);
    }
    CHECK(decode({piece(R"({"text":"a"})", kStop), "[DONE]"}) ==
          Lines{"start r m 0", "text 0.0 a", "finish 0 STOP", "end"});
  }
}

TEST_SUITE("gemini stream, encoded") {
  TEST_CASE("text goes out as it comes, reason and usage with the last piece") {
    Event usage = event_of(Event::Kind::usage);
    usage.usage = {4, 3, 0, 0, 1, UsageOrigin::reported};
    CHECK(encode({start_event(), event_of(Event::Kind::text, "a"), event_of(Event::Kind::text, "b"),
                  finish_event(FinishReason::length), usage, event_of(Event::Kind::end)}) ==
          line(R"({"text":"a"})") + line(R"({"text":"b"})") +
              line(R"({"text":""})", R"(,"finishReason":"MAX_TOKENS")",
                   R"(,"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2,)"
                   R"("totalTokenCount":7,"thoughtsTokenCount":1})"));
  }

  TEST_CASE("calls go out whole, the last one with the end") {
    CHECK(
        encode({start_event(), call_event("c", "f", 0), event_of(Event::Kind::arguments, R"({"a")"),
                event_of(Event::Kind::arguments, ":1}"), call_event("d", "g", 1),
                finish_event(FinishReason::tool_calls), event_of(Event::Kind::end)}) ==
        line(R"({"functionCall":{"id":"c","name":"f","args":{"a":1}}})") +
            line(R"({"functionCall":{"id":"d","name":"g","args":{}}})", kStop));
  }

  TEST_CASE("arguments over several lines stay in one event") {
    const std::string out =
        encode({start_event(), call_event("c", "f", 0),
                event_of(Event::Kind::arguments, "{\n  \"a\":\r\n \"x\\n\"}"),
                finish_event(FinishReason::tool_calls), event_of(Event::Kind::end)});
    CHECK(out == line(R"({"functionCall":{"id":"c","name":"f","args":{   "a":   "x\n"}}})", kStop));
  }

  TEST_CASE("thoughts are shown to those who asked") {
    const std::vector<Event> events{start_event(),
                                    event_of(Event::Kind::thinking, "h"),
                                    event_of(Event::Kind::thinking, "m"),
                                    event_of(Event::Kind::text, "x", 1),
                                    finish_event(FinishReason::stop),
                                    event_of(Event::Kind::end)};
    const std::string rest = line(R"({"text":"x"})") + line(R"({"text":""})", kStop);
    CHECK(encode(events) ==
          line(R"({"text":"h","thought":true})") + line(R"({"text":"m","thought":true})") + rest);
    Request request;
    CHECK(encode(events, &request) == rest);
  }

  TEST_CASE("signed thoughts go out to all, whole where they were not asked for") {
    Event sign = event_of(Event::Kind::signature);
    sign.signature = {"s", "gemini"};
    Event whole = event_of(Event::Kind::signature, "", 1);
    whole.signature = {"d", "gemini"};
    whole.redacted = true;
    Event text_sign = event_of(Event::Kind::signature, "", 2);
    text_sign.signature = {"t", "gemini"};
    const std::vector<Event> events{start_event(),
                                    event_of(Event::Kind::thinking, "h"),
                                    event_of(Event::Kind::thinking, "m"),
                                    sign,
                                    whole,
                                    event_of(Event::Kind::text, "x", 2),
                                    text_sign};
    Request request;
    const std::string out = encode(events, &request);
    CHECK(out.starts_with(line(R"({"text":"hm","thought":true,"thoughtSignature":"s"})")));
    CHECK(out.ends_with(line(R"({"text":"x"})") + line(R"({"text":"","thoughtSignature":"t"})")));
    CHECK(encode(events).starts_with(line(R"({"text":"h","thought":true})") +
                                     line(R"({"text":"m","thought":true})") +
                                     line(R"({"text":"","thought":true,"thoughtSignature":"s"})")));
  }

  TEST_CASE("signatures of calls, refusals, media and log probabilities") {
    Event call = call_event("c", "f", 0);
    call.signature = {"s", "gemini"};
    Event media = event_of(Event::Kind::media, "", 1);
    media.media.mime_type = "image/png";
    media.media.data = "AAAA";
    CHECK(
        encode({start_event(), call, media, event_of(Event::Kind::refusal, "no", 2),
                event_of(Event::Kind::logprobs, R"({"content":[{"token":"a","logprob":-1}]})")}) ==
        line(R"({"functionCall":{"id":"c","name":"f","args":{}},"thoughtSignature":"s"})") +
            line(R"({"inlineData":{"mimeType":"image/png","data":"AAAA"}})") +
            line(R"({"text":"no"})") +
            line(R"({"text":""})", R"(,"logprobsResult":{"topCandidates":[{"candidates":[]}],)"
                                   R"("chosenCandidates":[{"token":"a","logProbability":-1}]})"));
  }

  TEST_CASE("several choices end in one piece") {
    Event other = event_of(Event::Kind::text, "b");
    other.choice = 1;
    CHECK(encode({start_event(), event_of(Event::Kind::text, "a"), other,
                  finish_event(FinishReason::stop), finish_event(FinishReason::content_filter, 1),
                  event_of(Event::Kind::end)}) ==
          line(R"({"text":"a"})") + line(R"({"text":"b"})", R"(,"index":1)") +
              R"(data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},)"
              R"("finishReason":"STOP"},)"
              R"({"content":{"parts":[{"text":""}],"role":"model"},"finishReason":)"
              R"("SAFETY","index":1}],)"
              R"("modelVersion":"m","responseId":"r"})"
              "\n\n");
  }

  TEST_CASE("an answer that names no model is of the one that was asked") {
    const Request request{.model = "m"};
    const std::string out =
        encode({event_of(Event::Kind::start), event_of(Event::Kind::end)}, &request);
    CHECK(out.find(R"("modelVersion":"m")") != std::string::npos);
  }

  TEST_CASE("an answer of nothing still has a piece") {
    CHECK(encode({event_of(Event::Kind::end)}) ==
          R"(data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},)"
          R"("finishReason":"STOP"}],"responseId":"q"})"
          "\n\n");
  }

  TEST_CASE("an error ends the stream, whatever comes then") {
    Event error = event_of(Event::Kind::error);
    error.error = upstream_error(ErrorKind::upstream_truncated, "cut");
    const std::string out = encode(
        {start_event(), error, event_of(Event::Kind::text, "x"), event_of(Event::Kind::end)});
    CHECK(out.starts_with(R"(data: {"error":{"code":502,"message":"cut")"));
    CHECK(out.find("\"request_id\":\"q\"") != std::string::npos);
    CHECK(out.find('\n') == out.size() - 2);
  }

  TEST_CASE("what goes out reads as it went in") {
    Event usage = event_of(Event::Kind::usage);
    usage.usage = {4, 3, 0, 0, 1, UsageOrigin::reported};
    const std::string out = encode(
        {start_event(), event_of(Event::Kind::thinking, "h"), event_of(Event::Kind::text, "a", 1),
         call_event("c", "f", 2), event_of(Event::Kind::arguments, "{}", 2),
         finish_event(FinishReason::tool_calls), usage, event_of(Event::Kind::end)});
    Lines pieces;
    for (std::size_t at = 0; at < out.size();) {
      const std::size_t end = out.find("\n\n", at);
      pieces.push_back(out.substr(at + 6, end - at - 6));
      at = end + 2;
    }
    CHECK(decode(pieces) == Lines{"start r m 0", "thinking 0.0 h", "text 0.1 a", "call 0.2 f ",
                                  "arguments 0.2 {}", "finish 0 STOP calls", "usage 4 3", "end"});
  }
}

}  // namespace arouter::gemini
