#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/formats/openai/format.hpp"

namespace arouter::openai {

namespace {

using chat::Event;
using Kind = Event::Kind;

constexpr std::string_view kHead =
    R"(data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)";

/// The stream that these events become, without the head that all chunks share, one event a line.
std::string encoded(std::vector<Event> events, AnswerSpelling spelling = {.request_id = "r1"}) {
  Event start{.kind = Kind::start};
  start.id = "c1";
  start.model = "m";
  start.created = 7;
  events.insert(events.begin(), start);
  const auto encoder = format().make_stream_encoder(spelling);
  std::string out;
  for (const Event& event : events) encoder->append(out, event);

  std::string shown;
  SseScanner scanner(1 << 20);
  SseBlock block;
  for (std::string_view rest = out; !rest.empty(); rest.remove_prefix(block.raw.size())) {
    REQUIRE(*scanner.next(rest, block));
    CHECK(block.name.empty());
    CHECK(block.raw.ends_with("\n\n"));
    std::string_view line = block.raw.substr(0, block.raw.size() - 2);
    if (line.starts_with(kHead)) line.remove_prefix(kHead.size());
    if (block.data != "[DONE]") CHECK(scan_json(block.data).has_value());
    shown += std::string(line) + "\n";
  }
  return shown;
}

Event text(Kind kind, std::int64_t part, std::string piece) {
  Event event{.kind = kind, .part = part};
  event.text = std::move(piece);
  return event;
}

Event call(std::int64_t part, std::string id, std::string name) {
  Event event{.kind = Kind::tool_call, .part = part};
  event.tool_id = std::move(id);
  event.tool_name = std::move(name);
  return event;
}

Event signature(std::int64_t part, std::string bytes, bool redacted = false) {
  Event event{.kind = Kind::signature, .part = part};
  event.signature = {std::move(bytes), "anthropic"};
  event.redacted = redacted;
  return event;
}

Event finish(chat::FinishReason reason) {
  Event event{.kind = Kind::finish};
  event.finish = reason;
  return event;
}

/// A chunk of the first choice, as encoded() shows it.
std::string delta(const std::string& members, const std::string& reason = "null") {
  return R"({"index":0,"delta":{)" + members + R"(},"finish_reason":)" + reason + "}]}\n";
}

const std::string kRole = delta(R"("role":"assistant","content":"")");

}  // namespace

TEST_SUITE("openai stream, written") {
  TEST_CASE("a text begins with the role and ends with the mark") {
    CHECK(encoded({text(Kind::text, 0, "he"),
                   text(Kind::text, 0, "y\n"),
                   finish(chat::FinishReason::stop),
                   {.kind = Kind::end}}) == kRole + delta(R"("content":"he")") +
                                                delta(R"("content":"y\n")") +
                                                delta("", "\"stop\"") + "data: [DONE]\n");
  }

  TEST_CASE("usage is told where it was asked for, before the mark, and costs with it") {
    Event usage{.kind = Kind::usage};
    usage.usage = {3, 2, 1, 0, 0, UsageOrigin::reported};
    usage.cost = Cost{{1'000'000}, {600'000}, {400'000}};
    const std::vector<Event> events{usage, finish(chat::FinishReason::stop), {.kind = Kind::end}};
    CHECK(encoded(events) == kRole + delta("", "\"stop\"") + "data: [DONE]\n");
    CHECK(encoded(events, {.include_usage = true}) ==
          "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},"
          "\"finish_reason\":null}],\"usage\":null}\n"
          "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n"
          R"(],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,)"
          R"("prompt_tokens_details":{"cached_tokens":1},)"
          R"("completion_tokens_details":{"reasoning_tokens":0},"cost":0.000001,)"
          R"("cost_details":{"upstream_inference_cost":0.000001,)"
          R"("upstream_inference_prompt_cost":0.0000006,)"
          R"("upstream_inference_completions_cost":0.0000004},"is_byok":false}})"
          "\ndata: [DONE]\n");
    // Unknown usage is not told.
    CHECK(encoded({{.kind = Kind::end}}, {.include_usage = true})
              .ends_with("\"usage\":null}\ndata: [DONE]\n"));
  }

  TEST_CASE("calls count from 0, and one without arguments has an empty object") {
    CHECK(encoded({text(Kind::text, 0, "x"), call(1, "a", "f"), call(2, "b", "g"),
                   text(Kind::arguments, 2, "{\"p\""), text(Kind::arguments, 2, ":1}"),
                   call(3, "c", "h"), finish(chat::FinishReason::tool_calls)}) ==
          kRole + delta(R"("content":"x")") +
              delta(R"("tool_calls":[{"index":0,"id":"a","type":"function","function":)"
                    R"({"name":"f","arguments":""}}])") +
              delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{}"}}])") +
              delta(R"("tool_calls":[{"index":1,"id":"b","type":"function","function":)"
                    R"({"name":"g","arguments":""}}])") +
              delta(R"("tool_calls":[{"index":1,"function":{"arguments":"{\"p\""}}])") +
              delta(R"("tool_calls":[{"index":1,"function":{"arguments":":1}"}}])") +
              delta(R"("tool_calls":[{"index":2,"id":"c","type":"function","function":)"
                    R"({"name":"h","arguments":""}}])") +
              delta(R"("tool_calls":[{"index":2,"function":{"arguments":"{}"}}])") +
              delta("", "\"tool_calls\""));
  }

  TEST_CASE("thoughts are written for both kinds of readers, signed ones with their signature") {
    CHECK(encoded({text(Kind::thinking, 0, "h"), signature(0, "s"), signature(1, "d", true),
                   text(Kind::text, 2, "x")}) ==
          kRole +
              delta(R"("reasoning_content":"h","reasoning_details":[{"type":"reasoning.text",)"
                    R"("text":"h","index":0}])") +
              delta(R"("reasoning_details":[{"type":"reasoning.text","text":"",)"
                    R"("signature":"arouter.anthropic.s","format":"anthropic-claude-v1",)"
                    R"("index":0}])") +
              delta(R"("reasoning_details":[{"type":"reasoning.encrypted",)"
                    R"("data":"arouter.anthropic.d","format":"anthropic-claude-v1","index":1}])") +
              delta(R"("content":"x")"));
  }

  TEST_CASE("signatures of calls and texts are details too") {
    Event signed_call = call(1, "a", "f");
    signed_call.signature = {"g", "gemini"};
    Event of_text = signature(0, "t");
    of_text.signature.format = "gemini";
    CHECK(encoded({text(Kind::text, 0, "x"), of_text, signed_call}) ==
          kRole + delta(R"("content":"x")") +
              delta(R"("reasoning_details":[{"type":"reasoning.encrypted",)"
                    R"("data":"arouter.gemini.t","format":"google-gemini-v1","index":0}])") +
              delta(R"("reasoning_details":[{"type":"reasoning.encrypted",)"
                    R"("data":"arouter.gemini.g","format":"google-gemini-v1","id":"a","index":1}],)"
                    R"("tool_calls":[{"index":0,"id":"a","type":"function","function":)"
                    R"({"name":"f","arguments":""}}])"));
  }

  TEST_CASE("hidden thoughts are left out") {
    chat::Request request{.model = "a/m"};
    request.reasoning.include = false;
    CHECK(encoded({text(Kind::thinking, 0, "h"), signature(0, "s"), text(Kind::text, 1, "x")},
                  {.request = &request}) == kRole + delta(R"("content":"x")"));
  }

  TEST_CASE("refusals, images, log probabilities and other choices") {
    Event image{.kind = Kind::media, .part = 1};
    image.media = {.mime_type = "image/png", .data = "AA"};
    Event other = text(Kind::text, 0, "b");
    other.choice = 1;
    CHECK(encoded({text(Kind::refusal, 0, "no"), image, text(Kind::logprobs, 0, "{}"), other,
                   finish(chat::FinishReason::refusal)}) ==
          kRole + delta(R"("refusal":"no")") +
              delta(R"("images":[{"type":"image_url","image_url":)"
                    R"({"url":"data:image/png;base64,AA"},"index":0}])") +
              R"({"index":0,"delta":{},"logprobs":{},"finish_reason":null}]})"
              "\n"
              R"({"index":1,"delta":{"role":"assistant","content":""},"finish_reason":null}]})"
              "\n"
              R"({"index":1,"delta":{"content":"b"},"finish_reason":null}]})"
              "\n" +
              delta("", "\"stop\""));
  }

  TEST_CASE("every event is one line, whatever the lines of what it carries") {
    Event signed_call = call(0, "a", "f");
    signed_call.signature = {"{\r\n\"g\":\n1}", "openai"};
    CHECK(encoded({text(Kind::logprobs, 0, "{\n\"content\":\r[]}"), signed_call}) ==
          kRole +
              R"({"index":0,"delta":{},"logprobs":{ "content": []},"finish_reason":null}]})"
              "\n" +
              delta(R"("tool_calls":[{"index":0,"id":"a","type":"function","function":)"
                    R"({"name":"f","arguments":""},"extra_content":{  "g": 1}}])"));
  }

  TEST_CASE("an error is an event, and no mark follows") {
    Event error{.kind = Kind::error};
    error.error = upstream_error(ErrorKind::overloaded, "full");
    const std::string shown = encoded({text(Kind::text, 0, "x"), error});
    CHECK(shown == kRole + delta(R"("content":"x")") +
                       "data: " + format().encode_error(error.error, {.request_id = "r1"}) + "\n");
  }

  TEST_CASE("a stream that begins with nothing has an id and a model all the same") {
    const chat::Request request{.model = "a/m"};
    const auto encoder =
        format().make_stream_encoder({.request_id = "r1", .now_s = 9, .request = &request});
    std::string out;
    encoder->append(out, finish(chat::FinishReason::none));
    encoder->append(out, {.kind = Kind::end});
    const std::string head =
        R"(data: {"id":"chatcmpl-r1","object":"chat.completion.chunk","created":9,)"
        R"("model":"a/m","choices":[{"index":0,"delta":)";
    CHECK(out == head +
                     R"({"role":"assistant","content":""},"finish_reason":null}]})"
                     "\n\n" +
                     head +
                     R"({},"finish_reason":"stop"}]})"
                     "\n\ndata: [DONE]\n\n");
  }

  TEST_CASE("what is written is read as the same stream") {
    Event signed_call = call(2, "a", "f");
    signed_call.signature = {"g", "gemini"};
    const std::vector<Event> events{text(Kind::thinking, 0, "h"),
                                    signature(0, "s"),
                                    text(Kind::text, 1, "x"),
                                    signed_call,
                                    text(Kind::arguments, 2, "{}"),
                                    finish(chat::FinishReason::tool_calls),
                                    {.kind = Kind::end}};
    const auto encoder = format().make_stream_encoder({.request_id = "r1"});
    const auto decoder = format().make_stream_decoder();
    std::string out;
    encoder->append(out, {.kind = Kind::start});
    for (const Event& event : events) encoder->append(out, event);
    std::vector<Event> read;
    SseScanner scanner(1 << 20);
    SseBlock block;
    for (std::string_view rest = out; !rest.empty(); rest.remove_prefix(block.raw.size())) {
      REQUIRE(*scanner.next(rest, block));
      const auto decoded = decoder->decode(block);
      REQUIRE(decoded.has_value());
      read.insert(read.end(), decoded->begin(), decoded->end());
    }
    REQUIRE(read.size() == events.size() + 1);
    for (std::size_t i = 0; i < events.size(); ++i) {
      CAPTURE(i);
      CHECK(read[i + 1].kind == events[i].kind);
      CHECK(read[i + 1].part == events[i].part);
      CHECK(read[i + 1].text == events[i].text);
      CHECK(read[i + 1].tool_id == events[i].tool_id);
      CHECK(read[i + 1].signature == events[i].signature);
      CHECK(read[i + 1].finish == events[i].finish);
    }
  }

  TEST_CASE("what says nothing is no chunk") {
    CHECK(encoded({text(Kind::text, 0, ""), text(Kind::text, 0, "a"), text(Kind::thinking, 1, ""),
                   text(Kind::refusal, 2, ""), finish(chat::FinishReason::refusal)}) ==
          kRole + delta(R"("content":"a")") + delta("", "\"content_filter\""));
  }

  TEST_CASE("the tier of service stands in every chunk, or where it became known") {
    const auto stream = [](const char* early, const char* late, bool usage, const char* losses) {
      const auto encoder = format().make_stream_encoder({.include_usage = usage});
      std::string out;
      encoder->append(out, {.kind = Kind::start, .service_tier = early});
      Event counted{.kind = Kind::usage, .service_tier = late};
      counted.usage.origin = UsageOrigin::reported;
      encoder->append(out, counted);
      encoder->append(out, {.kind = Kind::end});
      CHECK(encoder->losses().list() == losses);
      return out;
    };
    CHECK(stream("flex", "flex", false, "").find(R"("service_tier":"flex","choices":[)") !=
          std::string::npos);
    CHECK(stream("", "flex", true, "").find(R"(,"service_tier":"flex"})") != std::string::npos);
    CHECK(stream("", "flex", false, "reply.service_tier").find("flex") == std::string::npos);
  }
}

}  // namespace arouter::openai
