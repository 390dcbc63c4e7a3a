#include "cli/mock/responses/answer.hpp"

#include "cli/mock/seal.hpp"
#include "tests/unit/cli/mock/told_events.hpp"

namespace arouter::mock::responses {

namespace {

using Json = nlohmann::json;

const std::vector<ToolCall> kCalls{{"weather", R"({"city": "example"})"}, {"clock", "{}"}};

Json plain(const Question& question) {
  return Json::parse(encode(make_answer(question, 6), kStamp));
}

std::vector<ToldEvent> told(const Question& question) {
  const std::unique_ptr<EventStream> events = stream(make_answer(question, 6), kStamp);
  return told_events(*events);
}

/// All deltas of one kind, joined.
std::string joined(const std::vector<ToldEvent>& events, std::string_view name) {
  std::string text;
  for (const ToldEvent& event : events) {
    if (event.name == name) text += event.data["delta"];
  }
  return text;
}

}  // namespace

TEST_SUITE("mock responses answer") {
  TEST_CASE("a plain response has every member, and says its request again") {
    Question question = thoughtful_question();
    question.reasoning = {};
    question.echo = {{"instructions", R"("be")"}, {"tools", "[]"}};
    const Json response = plain(question);
    CHECK(response["id"] == "resp_0123456789abcdef");
    CHECK(response["object"] == "response");
    CHECK(response["created_at"] == kStamp.created);
    CHECK(response["status"] == "completed");
    CHECK(response["error"].is_null());
    CHECK(response["incomplete_details"].is_null());
    CHECK(response["instructions"] == "be");
    REQUIRE(response["output"].size() == 1);
    const Json& message = response["output"][0];
    CHECK(message["type"] == "message");
    CHECK(message["role"] == "assistant");
    CHECK(message["content"][0]["type"] == "output_text");
    CHECK(message["content"][0]["annotations"] == Json::array());
    CHECK(response["usage"]["input_tokens"] == 9);
    CHECK(response["usage"]["output_tokens"] == 6);
    CHECK(response["usage"]["total_tokens"] == 15);
    CHECK(response["usage"]["input_tokens_details"]["cached_tokens"] == 0);
  }

  TEST_CASE("thoughts are an item, told and sealed as far as was asked") {
    Question question = thoughtful_question();
    const Json shown = plain(question);
    CHECK(shown["output"][0]["type"] == "reasoning");
    CHECK(shown["output"][0]["summary"][0]["type"] == "summary_text");
    CHECK(is_seal(shown["output"][0]["encrypted_content"].get<std::string>()));
    CHECK(shown["usage"]["output_tokens_details"]["reasoning_tokens"] == 8);
    question.reasoning = {.wanted = true};
    const Json hidden = plain(question);
    CHECK(hidden["output"][0]["summary"] == Json::array());
    CHECK_FALSE(hidden["output"][0].contains("encrypted_content"));
    CHECK(joined(told(question), "response.reasoning_summary_text.delta") == "");
  }

  TEST_CASE("calls are items with both ids") {
    const Json response = plain(thoughtful_question(kCalls));
    REQUIRE(response["output"].size() == 3);
    const Json& call = response["output"][1];
    CHECK(call["type"] == "function_call");
    CHECK(call["name"] == "weather");
    CHECK(call["arguments"] == kCalls[0].arguments);
    CHECK(call["id"] != call["call_id"]);
    CHECK(call["call_id"] != response["output"][2]["call_id"]);
  }

  TEST_CASE("the limit makes a response incomplete, plain and streamed") {
    Question question = thoughtful_question();
    question.max_tokens = 10;
    const Json response = plain(question);
    CHECK(response["status"] == "incomplete");
    CHECK(response["incomplete_details"]["reason"] == "max_output_tokens");
    CHECK(response["output"][0].value("status", "completed") == "completed");
    CHECK(response["output"][1]["status"] == "incomplete");
    const std::vector<ToldEvent> events = told(question);
    CHECK(events.back().name == "response.incomplete");
    CHECK(events.back().data["response"] == response);
  }

  TEST_CASE("a text is told in OpenAI's order of events") {
    Question question = thoughtful_question();
    question.reasoning = {};
    const std::vector<ToldEvent> events = told(question);
    CHECK(names_of(events) ==
          std::vector<std::string>{"response.created", "response.in_progress",
                                   "response.output_item.added", "response.content_part.added",
                                   "response.output_text.delta", "response.output_text.done",
                                   "response.content_part.done", "response.output_item.done",
                                   "response.completed"});
    for (std::size_t i = 0; i < events.size(); ++i) {
      CHECK(events[i].data["type"] == events[i].name);
      CHECK(events[i].data["sequence_number"] == i);
    }
    CHECK(events[0].data["response"]["status"] == "in_progress");
    CHECK(events[0].data["response"]["output"] == Json::array());
    CHECK(events.back().data["response"] == plain(question));
    CHECK(joined(events, "response.output_text.delta") ==
          plain(question)["output"][0]["content"][0]["text"]);
  }

  TEST_CASE("thoughts and calls are told in OpenAI's order of events") {
    const Question question = thoughtful_question(kCalls);
    const std::vector<ToldEvent> events = told(question);
    CHECK(names_of(events) ==
          std::vector<std::string>{
              "response.created", "response.in_progress", "response.output_item.added",
              "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta",
              "response.reasoning_summary_text.done", "response.reasoning_summary_part.done",
              "response.output_item.done", "response.output_item.added",
              "response.function_call_arguments.delta", "response.function_call_arguments.done",
              "response.output_item.done", "response.output_item.added",
              "response.function_call_arguments.delta", "response.function_call_arguments.done",
              "response.output_item.done", "response.completed"});
    CHECK(joined(events, "response.function_call_arguments.delta") ==
          kCalls[0].arguments + kCalls[1].arguments);
    const Json response = plain(question);
    for (const ToldEvent& event : events) {
      if (event.name != "response.output_item.done") continue;
      CHECK(event.data["item"] ==
            response["output"][event.data["output_index"].get<std::size_t>()]);
    }
  }
}

}  // namespace arouter::mock::responses
