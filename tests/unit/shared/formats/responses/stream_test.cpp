#include "shared/formats/responses/stream.hpp"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shared/formats/responses/format.hpp"
#include "shared/json_doc.hpp"

namespace arouter::responses {

namespace {

using chat::Event;
using chat::FinishReason;
using Kind = chat::Event::Kind;

Event event(Kind kind, std::int64_t part = 0, std::string text = {}) {
  Event made;
  made.kind = kind;
  made.part = part;
  made.text = std::move(text);
  return made;
}

Event start(std::string id = "resp_1") {
  Event made = event(Kind::start);
  made.id = std::move(id);
  made.model = "m-1";
  made.created = 1700000000;
  return made;
}

Event call(std::int64_t part, std::string id, std::string name, chat::Signature signature = {}) {
  Event made = event(Kind::tool_call, part);
  made.tool_id = std::move(id);
  made.tool_name = std::move(name);
  made.signature = std::move(signature);
  return made;
}

Event signature(std::int64_t part, chat::Signature bytes, bool redacted = false) {
  Event made = event(Kind::signature, part);
  made.signature = std::move(bytes);
  made.redacted = redacted;
  return made;
}

Event finish(FinishReason reason) {
  Event made = event(Kind::finish);
  made.finish = reason;
  return made;
}

Event usage(std::int64_t input, std::int64_t output) {
  Event made = event(Kind::usage);
  made.usage.origin = UsageOrigin::reported;
  made.usage.input_tokens = input;
  made.usage.output_tokens = output;
  return made;
}

std::string encoded(const std::vector<Event>& events, const chat::Request* request = nullptr) {
  const auto encoder =
      format().make_stream_encoder({.request_id = "r1", .now_s = 7, .request = request});
  std::string out;
  for (const Event& each : events) encoder->append(out, each);
  return out;
}

std::vector<Event> decoded(std::string_view stream) {
  const auto decoder = format().make_stream_decoder();
  std::vector<Event> events;
  SseScanner scanner(1U << 20U);
  SseBlock block;
  for (;;) {
    const Result<bool> found = scanner.next(stream, block);
    REQUIRE(found.has_value());
    if (!*found) break;
    stream.remove_prefix(block.raw.size());
    if (!block.has_data) continue;
    const auto due = decoder->decode(block);
    REQUIRE(due.has_value());
    events.insert(events.end(), due->begin(), due->end());
  }
  const auto rest = decoder->finish();
  REQUIRE(rest.has_value());
  events.insert(events.end(), rest->begin(), rest->end());
  return events;
}

/// `lines` are the data of events; their names stand in them.
std::vector<Event> of_data(const std::vector<std::string>& lines) {
  std::string stream;
  for (const std::string& line : lines) stream += "data: " + line + "\n\n";
  return decoded(stream);
}

/// Part, kind and text of each event: "0 text ab".
std::vector<std::string> told(const std::vector<Event>& events) {
  constexpr const char* kNames[] = {"start",     "text",      "thinking", "signature", "refusal",
                                    "tool_call", "arguments", "media",    "logprobs",  "finish",
                                    "usage",     "error",     "end"};
  std::vector<std::string> lines;
  for (const Event& each : events) {
    std::string line = std::to_string(each.part) + " " + kNames[static_cast<int>(each.kind)];
    if (!each.text.empty()) line += " " + each.text;
    if (each.kind == Kind::tool_call) line += " " + each.tool_id + " " + each.tool_name;
    if (each.kind == Kind::signature) {
      line += " " + each.signature.format + ":" + each.signature.bytes;
      if (each.redacted) line += " redacted";
    }
    if (each.kind == Kind::error) line += " " + each.error.message;
    lines.push_back(std::move(line));
  }
  return lines;
}

/// The names of a stream's events.
std::vector<std::string> names_of(std::string_view stream) {
  std::vector<std::string> names;
  for (std::size_t at = stream.find("event: "); at != stream.npos;
       at = stream.find("\nevent: ", at)) {
    at = stream.find(' ', at) + 1;
    names.emplace_back(stream.substr(at, stream.find('\n', at) - at));
  }
  return names;
}

std::string last_response(const std::string& stream) {
  const std::size_t at = stream.rfind("data: ") + 6;
  const std::string data = stream.substr(at, stream.find('\n', at) - at);
  const Result<JsonDoc> doc = JsonDoc::read(data);
  REQUIRE(doc.has_value());
  return std::string(doc->root()["response"].raw());
}

using Lines = std::vector<std::string>;

/// An event as it stands in a stream; `members` behind its type.
std::string whole(const std::string& type, const std::string& members) {
  return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "\n\n";
}

}  // namespace

TEST_SUITE("responses stream") {
  TEST_CASE("a text has exactly the events that clients expect") {
    const std::string stream =
        encoded({start(), event(Kind::text, 0, "a\""), event(Kind::text, 0, "b"),
                 finish(FinishReason::stop), usage(3, 2), event(Kind::end)});
    CHECK(names_of(stream) == Lines{"response.created", "response.in_progress",
                                    "response.output_item.added", "response.content_part.added",
                                    "response.output_text.delta", "response.output_text.delta",
                                    "response.output_text.done", "response.content_part.done",
                                    "response.output_item.done", "response.completed"});
    const std::size_t from = stream.find("event: response.output_item.added");
    const std::size_t to = stream.find("event: response.completed");
    CHECK(stream.substr(from, to - from) ==
          whole("response.output_item.added",
                R"("sequence_number":2,"output_index":0,"item":{"id":"msg_1_0",)"
                R"("type":"message","status":"in_progress","content":[],)"
                R"("role":"assistant"}})") +
              whole("response.content_part.added",
                    R"("sequence_number":3,"item_id":"msg_1_0","output_index":0,)"
                    R"("content_index":0,"part":{"type":"output_text","annotations":[],)"
                    R"("logprobs":[],"text":""}})") +
              whole("response.output_text.delta",
                    R"("sequence_number":4,"item_id":"msg_1_0","output_index":0,)"
                    R"("content_index":0,"delta":"a\"","logprobs":[]})") +
              whole("response.output_text.delta",
                    R"("sequence_number":5,"item_id":"msg_1_0","output_index":0,)"
                    R"("content_index":0,"delta":"b","logprobs":[]})") +
              whole("response.output_text.done",
                    R"("sequence_number":6,"item_id":"msg_1_0","output_index":0,)"
                    R"("content_index":0,"text":"a\"b","logprobs":[]})") +
              whole("response.content_part.done",
                    R"("sequence_number":7,"item_id":"msg_1_0","output_index":0,)"
                    R"("content_index":0,"part":{"type":"output_text","annotations":[],)"
                    R"("logprobs":[],"text":"a\"b"}})") +
              whole("response.output_item.done",
                    R"("sequence_number":8,"output_index":0,"item":{"id":"msg_1_0",)"
                    R"("type":"message","status":"completed",)"
                    R"("content":[{"type":"output_text","annotations":[],"logprobs":[],)"
                    R"("text":"a\"b"}],"role":"assistant"}})"));
  }

  TEST_CASE("the last event holds what a whole answer would") {
    chat::Reply reply;
    reply.id = "resp_1";
    reply.model = "m-1";
    reply.created = 1700000000;
    reply.choices.emplace_back();
    chat::ToolCall tool;
    tool.id = "c1";
    tool.name = "f";
    tool.arguments = R"({"x":1})";
    reply.choices[0].parts = {chat::Thinking{"hm", {"E", "responses"}, false},
                              chat::Text{"ab", {}, {}}, tool};
    reply.choices[0].finish = FinishReason::tool_calls;
    reply.usage = usage(3, 2).usage;
    chat::Losses losses;
    const std::string whole =
        format().encode_reply(reply, {.request_id = "r1", .now_s = 7}, losses);
    const std::string stream =
        encoded({start(), event(Kind::thinking, 0, "h"), event(Kind::thinking, 0, "m"),
                 signature(0, {"E", "responses"}), event(Kind::text, 1, "ab"), call(2, "c1", "f"),
                 event(Kind::arguments, 2, R"({"x")"), event(Kind::arguments, 2, ":1}"),
                 finish(FinishReason::tool_calls), usage(3, 2), event(Kind::end)});
    CHECK(last_response(stream) == whole);
  }

  TEST_CASE("thoughts, texts and calls survive both ways") {
    const std::vector<Event> events{start(),
                                    event(Kind::thinking, 0, "h"),
                                    event(Kind::thinking, 0, "m"),
                                    signature(0, {"A", "anthropic"}),
                                    signature(1, {"B", "anthropic"}, true),
                                    event(Kind::text, 2, "one"),
                                    event(Kind::text, 3, "two"),
                                    event(Kind::refusal, 4, "no"),
                                    call(5, "c1", "f"),
                                    event(Kind::arguments, 5, R"({"x":)"),
                                    event(Kind::arguments, 5, "1}"),
                                    call(6, "c2", "g"),
                                    finish(FinishReason::tool_calls),
                                    usage(3, 2),
                                    event(Kind::end)};
    const std::vector<Event> again = decoded(encoded(events));
    CHECK(told(again) == Lines{"0 start", "0 thinking h", "0 thinking m", "0 signature anthropic:A",
                               "1 signature anthropic:B redacted", "2 text one", "3 text two",
                               "4 refusal no", "5 tool_call c1 f", R"(5 arguments {"x":)",
                               "5 arguments 1}", "6 tool_call c2 g", "6 arguments {}", "0 finish",
                               "0 usage", "0 end"});
    CHECK(again[0].id == "resp_1");
    CHECK(again[0].model == "m-1");
    CHECK(again[0].created == 1700000000);
    CHECK(again[13].finish == FinishReason::tool_calls);
    CHECK(again[14].usage.input_tokens == 3);
    CHECK(again[14].usage.output_tokens == 2);
  }

  TEST_CASE("numbers count up, indexes follow the items") {
    const std::string stream =
        encoded({start(), event(Kind::thinking, 0, "h"), event(Kind::text, 1, "a"),
                 event(Kind::refusal, 2, "b"), call(3, "c", "f"), event(Kind::text, 4, "d"),
                 finish(FinishReason::stop), event(Kind::end)});
    std::int64_t number = 0;
    std::vector<std::string> added;
    for (std::size_t at = stream.find("data: "); at != std::string::npos;
         at = stream.find("\ndata: ", at)) {
      at = stream.find('{', at);
      const std::string data = stream.substr(at, stream.find('\n', at) - at);
      const Result<JsonDoc> doc = JsonDoc::read(data);
      REQUIRE(doc.has_value());
      CHECK(doc->root()["sequence_number"].count() == number++);
      if (doc->root()["type"].text() == "response.output_item.added") {
        added.push_back(std::string(doc->root()["output_index"].raw()) + " " +
                        doc->root()["item"]["type"].text());
      }
    }
    CHECK(added == Lines{"0 reasoning", "1 message", "2 function_call", "3 message"});
    CHECK(stream.find(R"("content_index":1,"delta":"b")") != std::string::npos);
  }

  TEST_CASE("any legal sequence is a whole stream") {
    const std::vector<std::vector<Event>> sequences{
        {event(Kind::end)},
        {start(), event(Kind::end)},
        {start(), finish(FinishReason::stop), event(Kind::end)},
        {start(), event(Kind::text, 0, ""), finish(FinishReason::stop), event(Kind::end)},
        {start(), call(0, "c", "f"), finish(FinishReason::tool_calls), event(Kind::end)},
        {start(), call(0, "c", "f"), call(1, "d", "g"), event(Kind::arguments, 1, "{}"),
         finish(FinishReason::tool_calls), event(Kind::end)},
        {event(Kind::text, 0, "late start"), start(), event(Kind::end)},
        {start(), signature(0, {"A", "anthropic"}), finish(FinishReason::stop), event(Kind::end)},
        {start(), usage(1, 0), event(Kind::thinking, 0, "x"), usage(1, 5), event(Kind::end)}};
    for (const std::vector<Event>& sequence : sequences) {
      const std::string stream = encoded(sequence);
      const Lines names = names_of(stream);
      CHECK(names.front() == "response.created");
      CHECK(names.back() == "response.completed");
      const std::vector<Event> again = decoded(stream);
      CHECK(again.front().kind == Kind::start);
      CHECK(again.back().kind == Kind::end);
    }
    CHECK(encoded({event(Kind::end)}).find(R"("id":"resp_r1")") != std::string::npos);
  }

  TEST_CASE("an answer that was cut says so") {
    const std::string stream = encoded(
        {start(), event(Kind::text, 0, "a"), finish(FinishReason::length), event(Kind::end)});
    CHECK(names_of(stream).back() == "response.incomplete");
    CHECK(stream.find(R"("status":"incomplete","content")") != std::string::npos);
    CHECK(last_response(stream).find(R"("incomplete_details":{"reason":"max_output_tokens"})") !=
          std::string::npos);
    CHECK(names_of(encoded({start(), finish(FinishReason::malformed_call), event(Kind::end)}))
              .back() == "response.failed");
  }

  TEST_CASE("JSON that others wrote in several lines cuts no event") {
    chat::Request request;
    request.metadata = "{\n  \"a\": \"b\"\r\n}";
    request.tools.push_back({.name = "f", .parameters = "{\n\"type\":\"object\"\n}"});
    request.output = {.kind = chat::Output::Kind::json_schema, .schema = "{\n\"type\":\"x\"}"};
    const std::string stream =
        encoded({start(), event(Kind::text, 0, "a"),
                 event(Kind::logprobs, 0, "{\n\"content\":[{\n\"token\":\"a\"}\n]}"),
                 finish(FinishReason::stop), event(Kind::end)},
                &request);
    std::istringstream lines(stream);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK((line.empty() || line.starts_with("event: ") || line.starts_with("data: ")));
      CHECK(line.find('\r') == std::string::npos);
    }
    CHECK(last_response(stream).find(R"("metadata":{   "a": "b"  })") != std::string::npos);
  }

  TEST_CASE("an error ends a stream, and nothing follows") {
    Event broken = event(Kind::error);
    broken.error = upstream_error(ErrorKind::upstream_truncated, "it broke off");
    const std::string stream =
        encoded({start(), event(Kind::text, 0, "a"), broken, event(Kind::end)});
    const Lines names = names_of(stream);
    CHECK(names[names.size() - 2] == "error");
    CHECK(names.back() == "response.failed");
    CHECK(last_response(stream).find(R"("message":"it broke off")") != std::string::npos);
    CHECK(told(decoded(stream)).back() == "0 error it broke off");
  }

  TEST_CASE("events of other choices are left out") {
    Event other = event(Kind::text, 0, "other");
    other.choice = 1;
    CHECK(encoded({start(), other, event(Kind::end)}).find("other") == std::string::npos);
  }

  TEST_CASE("custom and grouped tools are called as the client knows them") {
    chat::Request request;
    request.tools.resize(2);
    request.tools[0].name = "apply_patch";
    request.tools[0].freeform = true;
    request.tools[1].name = "mcp__files__read";
    request.tools[1].group = "mcp__files";
    const std::string stream = encoded(
        {start(), call(0, "c1", "apply_patch"), event(Kind::arguments, 0, R"({"inp)"),
         event(Kind::arguments, 0, R"(ut":"*** x\n"})"), call(1, "c2", "mcp__files__read"),
         event(Kind::arguments, 1, "{}"), finish(FinishReason::tool_calls), event(Kind::end)},
        &request);
    CHECK(stream.find(R"("type":"custom_tool_call","status":"in_progress","input":"")") !=
          std::string::npos);
    CHECK(stream.find("event: response.custom_tool_call_input.delta") != std::string::npos);
    CHECK(stream.find(R"("output_index":0,"input":"*** x\n"})") != std::string::npos);
    CHECK(stream.find(R"("call_id":"c2","name":"read","namespace":"mcp__files"})") !=
          std::string::npos);
    CHECK(told(decoded(stream)) ==
          Lines{"0 start", "0 tool_call c1 apply_patch", R"(0 arguments {"input":"*** x\n"})",
                "1 tool_call c2 mcp__files__read", "1 arguments {}", "0 finish", "0 end"});
  }

  TEST_CASE("what Gemini signs stands before the call that it belongs to") {
    const std::string stream =
        encoded({start(), call(0, "c1", "f", {"G", "gemini"}), event(Kind::arguments, 0, "{}"),
                 finish(FinishReason::tool_calls), event(Kind::end)});
    CHECK(last_response(stream).find(
              R"([{"id":"rs_1_0","type":"reasoning","summary":[],)"
              R"("encrypted_content":"arouter.gemini.G"},{"id":"fc_1_1","type":"function_call")") !=
          std::string::npos);
  }

  TEST_CASE("logprobs come with the finished text, and are read from its pieces") {
    const std::string stream = encoded(
        {start(), event(Kind::text, 0, "a"),
         event(Kind::logprobs, 0, R"({"content":[{"token":"a","logprob":-1}],"refusal":null})"),
         event(Kind::end)});
    CHECK(stream.find(R"("text":"a","logprobs":[{"token":"a","logprob":-1}])") !=
          std::string::npos);
    const auto events = of_data({R"({"type":"response.output_text.delta","output_index":0,)"
                                 R"("content_index":0,"delta":"a","logprobs":[{"token":"a"}]})"});
    CHECK(told(events).back() == R"(0 logprobs {"content":[{"token":"a"}],"refusal":null})");
  }

  TEST_CASE("parts that come interleaved are put in order") {
    const auto arguments = [](int index, const char* text) {
      return R"({"type":"response.function_call_arguments.delta","output_index":)" +
             std::to_string(index) + R"(,"delta":")" + text + R"("})";
    };
    const auto item = [](const char* type, int index, const char* rest) {
      return R"({"type":"response.output_item.)" + std::string(type) + R"(","output_index":)" +
             std::to_string(index) + R"(,"item":{"type":"function_call","call_id":"c)" +
             std::to_string(index) + R"(","name":"f")" + rest + "}}";
    };
    const auto events =
        of_data({item("added", 0, ""), item("added", 1, ""), arguments(1, "b1"), arguments(0, "a1"),
                 arguments(1, "b2"), item("done", 1, R"(,"arguments":"b1b2")"), arguments(0, "a2"),
                 item("done", 0, R"(,"arguments":"a1a2")"),
                 R"({"type":"response.completed","response":{"status":"completed"}})"});
    CHECK(told(events) == Lines{"0 start", "0 tool_call c0 f", "0 arguments a1", "0 arguments a2",
                                "1 tool_call c1 f", "1 arguments b1", "1 arguments b2", "0 finish",
                                "0 end"});
  }

  TEST_CASE("what came in no piece is taken from the finished item") {
    CHECK(
        told(of_data(
            {R"({"type":"response.output_item.done","output_index":0,"item":{"type":"message",)"
             R"("content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]}})",
             R"({"type":"response.output_item.done","output_index":1,"item":{)"
             R"("type":"reasoning","summary":[{"text":"t"}],"encrypted_content":"E"}})",
             R"({"type":"response.output_item.done","output_index":2,"item":{)"
             R"("type":"function_call","call_id":"c","name":"f","arguments":"{}"}})"})) ==
        Lines{"0 start", "0 text a", "1 refusal b", "2 thinking t", "2 signature responses:E",
              "3 tool_call c f", "3 arguments {}"});
    CHECK(told(of_data({R"({"type":"response.completed","response":{"status":"completed",)"
                        R"("output":[{"type":"message","content":[{"type":"output_text",)"
                        R"("text":"all"}]}]}})"})) ==
          Lines{"0 start", "0 text all", "0 finish", "0 end"});
  }

  TEST_CASE("thoughts come as summaries or in full, and what is sealed is sealed") {
    const auto summary = [](int index, const char* text) {
      return R"({"type":"response.reasoning_summary_text.delta","output_index":0,)"
             R"("summary_index":)" +
             std::to_string(index) + R"(,"delta":")" + text + R"("})";
    };
    CHECK(told(of_data({summary(0, "a"), summary(0, "b"), summary(1, "c"),
                        R"({"type":"response.reasoning_text.delta","output_index":1,)"
                        R"("content_index":0,"delta":"full"})",
                        R"({"type":"response.output_item.done","output_index":2,"item":{)"
                        R"("type":"reasoning","summary":[],"encrypted_content":"S"}})"})) ==
          Lines{"0 start", "0 thinking a", "0 thinking b", "0 thinking \n\nc", "1 thinking full",
                "2 signature responses:S redacted"});
  }

  TEST_CASE("a provider's failure is an error event, whatever its shape") {
    CHECK(told(of_data({R"({"type":"error","code":"x","message":"flat"})"})).back() ==
          "0 error flat");
    CHECK(told(of_data({R"({"type":"error","error":{"message":"deep"}})", "[DONE]",
                        R"({"type":"response.failed","response":{}})"})) == Lines{"0 error deep"});
    const auto failed = of_data({R"({"type":"response.failed","response":{"status":"failed",)"
                                 R"("error":{"code":"server_is_overloaded","message":"busy"}}})"});
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].error.kind == ErrorKind::overloaded);
    CHECK(failed[0].error.retryable);
  }

  TEST_CASE("a stream that breaks off has no end, but all that came") {
    const auto events = of_data({R"({"type":"response.output_text.delta","output_index":0,)"
                                 R"("content_index":0,"delta":"a"})"});
    CHECK(told(events) == Lines{"0 start", "0 text a"});
  }

  TEST_CASE("odd events break nothing") {
    const Lines types{"response.created",
                      "response.completed",
                      "response.output_item.added",
                      "response.output_item.done",
                      "response.content_part.done",
                      "response.output_text.delta",
                      "response.output_text.done",
                      "response.function_call_arguments.delta",
                      "response.failed",
                      "error",
                      "x"};
    for (const std::string& type : types) {
      for (const char* rest : {"", R"(,"response":7,"item":[],"part":"x","delta":{})",
                               R"(,"response":{},"item":{},"part":{},"output_index":-1)",
                               R"(,"item":{"type":"message","content":{}},"output_index":1e9)",
                               R"(,"item":{"type":"reasoning","summary":7},"delta":null)"}) {
        CAPTURE(type);
        CAPTURE(rest);
        of_data({R"({"type":")" + type + "\"" + rest + "}"});
      }
    }
    SseBlock block;
    block.data = "[]";
    CHECK(format().make_stream_decoder()->decode(block).error().kind ==
          ErrorKind::upstream_malformed);
  }
}

}  // namespace arouter::responses
