#include "cli/mock/anthropic/answer.hpp"

#include "cli/mock/anthropic/lists.hpp"
#include "cli/mock/seal.hpp"
#include "tests/unit/cli/mock/told_events.hpp"

namespace arouter::mock::anthropic {

namespace {

using Json = nlohmann::json;

const std::vector<ToolCall> kCalls{{"weather", R"({"city": "example"})"}, {"clock", "{}"}};

Json plain(const Question& question) {
  return Json::parse(encode(make_answer(question, 6), kStamp));
}

/// The message that a client puts together from a stream.
Json joined(const std::vector<ToldEvent>& events) {
  Json message;
  std::string partial;
  for (const ToldEvent& event : events) {
    CHECK(event.data["type"] == event.name);
    if (event.name == "message_start") message = event.data["message"];
    if (event.name == "content_block_start") {
      CHECK(event.data["index"] == message["content"].size());
      message["content"].push_back(event.data["content_block"]);
      partial.clear();
    }
    if (event.name == "message_delta") {
      message.update(event.data["delta"]);
      message["usage"] = event.data["usage"];
    }
    if (event.name != "content_block_delta") continue;
    Json& block = message["content"][event.data["index"].get<std::size_t>()];
    const Json& delta = event.data["delta"];
    for (const char* key : {"text", "thinking", "signature"}) {
      if (delta.contains(key)) block[key] = block[key].get<std::string>() + std::string(delta[key]);
    }
    if (!delta.contains("partial_json")) continue;
    partial += delta["partial_json"];
    if (Json::accept(partial)) block["input"] = Json::parse(partial);
  }
  return message;
}

}  // namespace

TEST_SUITE("mock anthropic answer") {
  TEST_CASE("a plain message has every member") {
    Question question = thoughtful_question();
    question.reasoning = {};
    const Json message = plain(question);
    CHECK(message["id"] == "msg_0123456789abcdef");
    CHECK(message["type"] == "message");
    CHECK(message["role"] == "assistant");
    CHECK(message["model"] == "demo \"small\"");
    REQUIRE(message["content"].size() == 1);
    CHECK(message["content"][0]["type"] == "text");
    CHECK(message["stop_reason"] == "end_turn");
    CHECK(message["stop_sequence"].is_null());
    CHECK(message["usage"]["input_tokens"] == 9);
    CHECK(message["usage"]["output_tokens"] == 6);
  }

  TEST_CASE("a stream joins to the plain message, whatever is in it") {
    Question question = thoughtful_question();
    SUBCASE("text") {
      question.reasoning = {};
    }
    SUBCASE("thoughts and text") {}
    SUBCASE("thoughts that are not shown") {
      question.reasoning.shown = false;
    }
    SUBCASE("thoughts and calls") {
      question.calls = kCalls;
    }
    SUBCASE("a limit") {
      question.max_tokens = 3;
    }
    SUBCASE("a stop sequence") {
      question.reasoning = {};
      question.content = "one two";
      question.stops = {"two"};
    }
    const std::unique_ptr<EventStream> told = stream(make_answer(question, 6), kStamp);
    CHECK(joined(told_events(*told)) == plain(question));
  }

  TEST_CASE("events come in Anthropic's order, with a ping") {
    const std::unique_ptr<EventStream> told =
        stream(make_answer(thoughtful_question(kCalls), 6), kStamp);
    CHECK(names_of(told_events(*told)) ==
          std::vector<std::string>{
              "message_start", "content_block_start", "ping", "content_block_delta",
              "content_block_stop", "content_block_start", "content_block_delta",
              "content_block_stop", "content_block_start", "content_block_delta",
              "content_block_stop", "message_delta", "message_stop"});
  }

  TEST_CASE("a thought is sealed, a call has an id of its own") {
    const Json message = plain(thoughtful_question(kCalls));
    REQUIRE(message["content"].size() == 3);
    CHECK(message["content"][0]["type"] == "thinking");
    CHECK(is_seal(message["content"][0]["signature"].get<std::string>()));
    CHECK(message["content"][1]["type"] == "tool_use");
    CHECK(message["content"][1]["input"] == Json{{"city", "example"}});
    CHECK(message["content"][1]["id"] != message["content"][2]["id"]);
    CHECK(message["stop_reason"] == "tool_use");
  }

  TEST_CASE("limits, stops and the cache are told") {
    Question question = thoughtful_question();
    question.max_tokens = 3;
    CHECK(plain(question)["stop_reason"] == "max_tokens");
    question = {};
    question.content = "one two";
    question.stops = {"two"};
    CHECK(plain(question)["stop_reason"] == "stop_sequence");
    CHECK(plain(question)["stop_sequence"] == "two");
    Answer answer = make_answer(question, 6);
    answer.prompt_tokens = 100;
    answer.cached_tokens = 40;
    const Json usage = Json::parse(encode(answer, kStamp))["usage"];
    CHECK(usage["input_tokens"] == 60);
    CHECK(usage["cache_read_input_tokens"] == 40);
  }

  TEST_CASE("models and errors have Anthropic's shapes") {
    const std::vector<std::string> names{"a", "b/c"};
    const Json list = Json::parse(encode_models(names, 1'700'000'000));
    CHECK(list["first_id"] == "a");
    CHECK(list["last_id"] == "b/c");
    CHECK(list["has_more"] == false);
    CHECK(list["data"][1]["type"] == "model");
    CHECK(list["data"][1]["created_at"] == "2023-11-14T22:13:20Z");
    const auto type = [](int status) -> std::string {
      Error error = client_error(ErrorKind::bad_request, "no");
      error.status = static_cast<std::uint16_t>(status);
      const Json body = Json::parse(encode_error(error, "req"));
      CHECK(body["type"] == "error");
      CHECK(body["request_id"] == "req");
      CHECK(body["error"]["message"] == "no");
      return body["error"]["type"];
    };
    CHECK(type(400) == "invalid_request_error");
    CHECK(type(401) == "authentication_error");
    CHECK(type(413) == "request_too_large");
    CHECK(type(429) == "rate_limit_error");
    CHECK(type(500) == "api_error");
    CHECK(type(529) == "overloaded_error");
  }
}

}  // namespace arouter::mock::anthropic
