#include "cli/mock/openai/chat_answer.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/mock/openai/lists.hpp"

namespace arouter::mock::openai {

namespace {

using Json = nlohmann::json;

const Stamp kStamp{"0123456789abcdef", 1'700'000'000};

Question question() {
  Question request;
  request.model = "demo \"small\"";
  request.hash = 42;
  request.prompt_tokens = 9;
  return request;
}

Json plain(const Question& request, std::int64_t tokens = 16) {
  return Json::parse(encode_chat(make_answer(request, tokens), kStamp));
}

/// The events' JSON; the last one must be [DONE] and is left out.
std::vector<Json> events_of(const Question& request, std::int64_t tokens = 16) {
  const std::unique_ptr<EventStream> stream = stream_chat(make_answer(request, tokens), kStamp);
  std::vector<Json> events;
  std::string last;
  while (!stream->ended()) {
    last = stream->next();
    REQUIRE(last.starts_with("data: "));
    REQUIRE(last.ends_with("\n\n"));
    const std::string data = last.substr(6, last.size() - 8);
    if (data != "[DONE]") events.push_back(Json::parse(data));
  }
  CHECK(last == "data: [DONE]\n\n");
  return events;
}

std::string streamed_text(const std::vector<Json>& events, int index = 0) {
  std::string text;
  for (const Json& event : events) {
    for (const Json& choice : event["choices"]) {
      if (choice["index"] == index) text += choice["delta"].value("content", std::string());
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("mock chat answer") {
  TEST_CASE("a plain answer has every member and a sum that is right") {
    const Json answer = plain(question());
    CHECK(answer["id"] == "chatcmpl-" + kStamp.id);
    CHECK(answer["object"] == "chat.completion");
    CHECK(answer["created"] == 1'700'000'000);
    CHECK(answer["model"] == "demo \"small\"");
    const Json& choice = answer["choices"][0];
    CHECK(choice["index"] == 0);
    CHECK(choice["message"]["role"] == "assistant");
    CHECK(choice["message"]["content"].is_string());
    CHECK(choice["message"]["refusal"].is_null());
    CHECK(choice["finish_reason"] == "stop");
    CHECK(answer["usage"]["prompt_tokens"] == 9);
    CHECK(answer["usage"]["completion_tokens"] == 16);
    CHECK(answer["usage"]["total_tokens"] == 25);
  }

  TEST_CASE("a token limit cuts the answer and says so") {
    Question request = question();
    for (const std::int64_t limit : {1, 5, 16}) {
      request.max_tokens = limit;
      const Json answer = plain(request);
      CHECK(answer["usage"]["completion_tokens"] == limit);
      CHECK(answer["choices"][0]["finish_reason"] == "length");
    }
    request.max_tokens = 17;
    CHECK(plain(request)["choices"][0]["finish_reason"] == "stop");
  }

  TEST_CASE("a stop sequence ends the answer in front of it") {
    Question request = question();
    const std::string whole = plain(request)["choices"][0]["message"]["content"];
    const std::size_t second = whole.find(' ', whole.find(' ') + 1);
    request.stops = {"not in it", whole.substr(second)};
    const Json answer = plain(request);
    CHECK(answer["choices"][0]["message"]["content"] == whole.substr(0, second));
    CHECK(answer["choices"][0]["finish_reason"] == "stop");
    CHECK(answer["usage"]["completion_tokens"] == 2);
  }

  TEST_CASE("several choices have indexes of their own, differ and are all counted") {
    Question request = question();
    request.choices = 3;
    const Json answer = plain(request);
    REQUIRE(answer["choices"].size() == 3);
    CHECK(answer["choices"][2]["index"] == 2);
    CHECK(answer["choices"][0]["message"] != answer["choices"][1]["message"]);
    CHECK(answer["usage"]["completion_tokens"] == 48);
  }

  TEST_CASE("a forced tool is called instead of an answer") {
    Question request = question();
    request.calls = {{"weather", R"({"city": "example", "days": 1})"}};
    const Json answer = plain(request);
    const Json& message = answer["choices"][0]["message"];
    CHECK(message["content"].is_null());
    REQUIRE(message["tool_calls"].size() == 1);
    const Json& call = message["tool_calls"][0];
    CHECK(call["id"] == "call_0123456789abcdef0");
    CHECK(call["type"] == "function");
    CHECK(call["function"]["name"] == "weather");
    CHECK(call["function"]["arguments"] == request.calls[0].arguments);
    CHECK(answer["choices"][0]["finish_reason"] == "tool_calls");
    CHECK(answer["usage"]["completion_tokens"] == 4);
    request.max_tokens = 2;
    CHECK(plain(request)["choices"][0]["finish_reason"] == "length");
  }

  TEST_CASE("a stream is role, pieces, finish, [DONE], and says what the plain answer says") {
    const std::vector<Json> events = events_of(question());
    REQUIRE(events.size() == 18);
    for (const Json& event : events) {
      CHECK(event["id"] == "chatcmpl-" + kStamp.id);
      CHECK(event["object"] == "chat.completion.chunk");
      CHECK(event["created"] == kStamp.created);
      CHECK(event["choices"][0]["index"] == 0);
      CHECK_FALSE(event.contains("usage"));
    }
    CHECK(events.front()["choices"][0]["delta"]["role"] == "assistant");
    CHECK(events.front()["choices"][0]["delta"]["content"] == "");
    CHECK(events[1]["choices"][0]["finish_reason"].is_null());
    CHECK(events.back()["choices"][0]["delta"] == Json::object());
    CHECK(events.back()["choices"][0]["finish_reason"] == "stop");
    CHECK(streamed_text(events) == plain(question())["choices"][0]["message"]["content"]);
  }

  TEST_CASE("usage comes in a chunk of its own, when asked for") {
    Question request = question();
    request.include_usage = true;
    const std::vector<Json> events = events_of(request);
    REQUIRE(events.size() == 19);
    CHECK(events.back()["choices"] == Json::array());
    CHECK(events.back()["usage"] == plain(request)["usage"]);
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      REQUIRE(events[i].contains("usage"));
      CHECK(events[i]["usage"].is_null());
    }
  }

  TEST_CASE("choices of different length take turns in a stream") {
    Question request = question();
    request.choices = 2;
    const Json answer = plain(request);
    const std::string first = answer["choices"][0]["message"]["content"];
    request.stops = {first.substr(first.find(' '))};  // ends the first, not the second
    const std::vector<Json> events = events_of(request);
    CHECK(streamed_text(events, 0) == first.substr(0, first.find(' ')));
    CHECK(streamed_text(events, 1) == answer["choices"][1]["message"]["content"]);
    CHECK(events.size() == 2 + 1 + 16 + 2);
  }

  TEST_CASE("a tool call is streamed in fragments that join to its arguments") {
    Question request = question();
    request.calls = {{"weather", R"({"city": "example"})"}};
    const std::vector<Json> events = events_of(request);
    const Json& first = events[0]["choices"][0]["delta"]["tool_calls"][0];
    CHECK(first["id"] == "call_0123456789abcdef0");
    CHECK(first["function"]["name"] == "weather");
    CHECK(first["function"]["arguments"] == "");
    std::string arguments;
    for (std::size_t i = 1; i + 1 < events.size(); ++i) {
      const Json& call = events[i]["choices"][0]["delta"]["tool_calls"][0];
      CHECK(call["index"] == 0);
      CHECK_FALSE(call.contains("id"));
      arguments += call["function"]["arguments"];
    }
    CHECK(arguments == request.calls[0].arguments);
    CHECK(events.back()["choices"][0]["finish_reason"] == "tool_calls");
  }

  TEST_CASE("several calls are streamed one behind the other, each with its own index") {
    Question request = question();
    request.calls = {{"weather", R"({"city": "example"})"}, {"clock", "{}"}};
    const Json calls = plain(request)["choices"][0]["message"]["tool_calls"];
    REQUIRE(calls.size() == 2);
    CHECK(calls[0]["id"] != calls[1]["id"]);
    std::vector<Json> joined;
    for (const Json& event : events_of(request)) {
      const Json& delta = event["choices"][0]["delta"];
      if (!delta.contains("tool_calls")) continue;
      const Json& part = delta["tool_calls"][0];
      if (part.contains("id")) {
        CHECK(part["index"] == joined.size());
        joined.push_back(part);
        joined.back().erase("index");
        continue;
      }
      Json& text = joined.at(part["index"])["function"]["arguments"];
      text = text.get<std::string>() + part["function"]["arguments"].get<std::string>();
    }
    CHECK(Json(joined) == calls);
  }

  TEST_CASE("thoughts come before the text, and are counted") {
    Question request = question();
    request.reasoning = {.wanted = true, .shown = true};
    const Json answer = plain(request);
    const Json& message = answer["choices"][0]["message"];
    CHECK(answer["usage"]["completion_tokens"] == 8 + 16);
    CHECK(answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 8);
    const std::vector<Json> events = events_of(request);
    std::string thoughts;
    for (const Json& event : events) {
      const Json& delta = event["choices"][0]["delta"];
      thoughts += delta.value("reasoning_content", std::string());
    }
    CHECK(thoughts == message["reasoning_content"]);
    CHECK(streamed_text(events) == message["content"]);
  }

  TEST_CASE("models and errors have the shape clients expect") {
    const std::vector<std::string> names{"demo-small", "a/b"};
    const Json list = Json::parse(encode_models(names, 5));
    CHECK(list["object"] == "list");
    CHECK(list["data"][1]["id"] == "a/b");
    CHECK(list["data"][1] == Json::parse(encode_model("a/b", 5)));
    const Json error = Json::parse(
        encode_error(client_error(ErrorKind::bad_request, "no \"model\"", "model"), "id"))["error"];
    CHECK(error["message"] == "no \"model\"");
    CHECK(error["type"] == "invalid_request_error");
    CHECK(error["param"] == "model");
    CHECK(error["code"].is_string());
  }
}

}  // namespace arouter::mock::openai
