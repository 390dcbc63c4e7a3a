#include "cli/mock/gemini/answer.hpp"

#include "cli/mock/gemini/lists.hpp"
#include "cli/mock/seal.hpp"
#include "tests/unit/cli/mock/told_events.hpp"

namespace arouter::mock::gemini {

namespace {

using Json = nlohmann::json;

const std::vector<ToolCall> kCalls{{"weather", R"({"city": "example"})"}, {"clock", "{}"}};

Json plain(const Question& question) {
  return Json::parse(encode(make_answer(question, 6), kStamp));
}

std::vector<Json> events_of(const Question& question) {
  const std::unique_ptr<EventStream> stream = stream_events(make_answer(question, 6), kStamp);
  std::vector<Json> events;
  for (ToldEvent& event : told_events(*stream)) {
    CHECK(event.name == "");
    events.push_back(std::move(event.data));
  }
  return events;
}

std::vector<Json> array_of(const Question& question) {
  const std::unique_ptr<EventStream> stream = stream_array(make_answer(question, 6), kStamp);
  std::string text;
  while (!stream->ended()) text += stream->next();
  return Json::parse(text);
}

/// The text of the thoughts, or of the rest.
std::string text_of(const std::vector<Json>& pieces, bool thoughts) {
  std::string text;
  for (const Json& piece : pieces) {
    for (const Json& part : piece["candidates"][0].value("/content/parts"_json_pointer, Json())) {
      if (part.value("thought", false) == thoughts) text += part.value("text", "");
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("mock gemini answer") {
  TEST_CASE("a plain answer leaves out what is zero") {
    Question question = thoughtful_question();
    question.reasoning = {};
    const Json answer = plain(question);
    CHECK(answer["modelVersion"] == "demo \"small\"");
    CHECK(answer["responseId"] == kStamp.id);
    const Json& candidate = answer["candidates"][0];
    CHECK(candidate["content"]["role"] == "model");
    CHECK(candidate["finishReason"] == "STOP");
    CHECK_FALSE(candidate.contains("index"));
    const Json& usage = answer["usageMetadata"];
    CHECK(usage["promptTokenCount"] == 9);
    CHECK(usage["candidatesTokenCount"] == 6);
    CHECK(usage["totalTokenCount"] == 15);
    CHECK_FALSE(usage.contains("cachedContentTokenCount"));
    CHECK_FALSE(usage.contains("thoughtsTokenCount"));
    CHECK_FALSE(plain(Question{})["usageMetadata"].contains("promptTokenCount"));
  }

  TEST_CASE("thoughts are parts of their own, and seal the part behind them") {
    Question question = thoughtful_question(kCalls);
    const Json parts = plain(question)["candidates"][0]["content"]["parts"];
    REQUIRE(parts.size() == 3);
    CHECK(parts[0]["thought"] == true);
    CHECK(is_seal(parts[1]["thoughtSignature"].get<std::string>()));
    CHECK(parts[1]["functionCall"]["name"] == "weather");
    CHECK(parts[1]["functionCall"]["args"] == Json{{"city", "example"}});
    CHECK(parts[1]["functionCall"]["id"] != parts[2]["functionCall"]["id"]);
    CHECK_FALSE(parts[2].contains("thoughtSignature"));
    CHECK(plain(question)["candidates"][0]["finishReason"] == "STOP");
    CHECK(plain(question)["usageMetadata"]["thoughtsTokenCount"] == 8);
    question.reasoning.shown = false;
    const Json hidden = plain(question)["candidates"][0]["content"]["parts"];
    REQUIRE(hidden.size() == 2);
    CHECK(hidden[0].contains("thoughtSignature"));
  }

  TEST_CASE("a stream says what the plain answer says, as events and as an array") {
    const Question question = thoughtful_question();
    const std::vector<Json> events = events_of(question);
    CHECK(events.size() == 8 + 6);
    CHECK(array_of(question) == events);
    const Json answer = plain(question);
    CHECK(text_of(events, true) == answer["candidates"][0]["content"]["parts"][0]["text"]);
    CHECK(text_of(events, false) == answer["candidates"][0]["content"]["parts"][1]["text"]);
    CHECK(events.back()["usageMetadata"] == answer["usageMetadata"]);
    CHECK(events.back()["candidates"][0]["finishReason"] == "STOP");
    CHECK(events.front()["usageMetadata"]["thoughtsTokenCount"] == 1);
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
      CHECK_FALSE(events[i]["candidates"][0].contains("finishReason"));
      CHECK(events[i]["responseId"] == kStamp.id);
    }
  }

  TEST_CASE("every call is streamed whole") {
    const std::vector<Json> events = events_of(thoughtful_question(kCalls));
    REQUIRE(events.size() == 8 + 2);
    CHECK(events[8]["candidates"][0]["content"]["parts"][0]["functionCall"]["args"] ==
          Json{{"city", "example"}});
    CHECK(events[9]["candidates"][0]["finishReason"] == "STOP");
  }

  TEST_CASE("the limit is told, and an answer may be without parts") {
    Question question = thoughtful_question();
    question.reasoning.shown = false;
    question.max_tokens = 4;
    const Json candidate = plain(question)["candidates"][0];
    CHECK(candidate == Json{{"finishReason", "MAX_TOKENS"}});
    const std::vector<Json> events = events_of(question);
    REQUIRE(events.size() == 1);
    CHECK(events[0] == plain(question));
  }

  TEST_CASE("several candidates bear their index") {
    Question question = thoughtful_question();
    question.reasoning = {};
    question.choices = 2;
    CHECK(plain(question)["candidates"][1]["index"] == 1);
    CHECK(array_of(question).size() == 12);
    CHECK(array_of(question).back()["usageMetadata"]["candidatesTokenCount"] == 12);
  }

  TEST_CASE("models and errors have Google's shapes") {
    const std::vector<std::string> names{"a"};
    const Json list = Json::parse(encode_models(names, 0));
    CHECK(list["models"][0]["name"] == "models/a");
    CHECK(list["models"][0] == Json::parse(encode_model("a", 0)));
    const auto error = [](const Error& fault) {
      return Json::parse(encode_error(fault, ""))["error"];
    };
    const Json field = error(client_error(ErrorKind::bad_request, "no", "contents"));
    CHECK(field["code"] == 400);
    CHECK(field["status"] == "INVALID_ARGUMENT");
    CHECK(field["details"][0]["fieldViolations"][0]["field"] == "contents");
    Error key = client_error(ErrorKind::bad_request, "no");
    key.code = kInvalidKey;
    CHECK(error(key)["details"][0]["reason"] == "API_KEY_INVALID");
    CHECK(error(client_error(ErrorKind::rate_limited, "no"))["status"] == "RESOURCE_EXHAUSTED");
    CHECK(error(client_error(ErrorKind::forbidden, "no"))["status"] == "PERMISSION_DENIED");
    CHECK(error(client_error(ErrorKind::not_found, "no"))["status"] == "NOT_FOUND");
    CHECK(error(client_error(ErrorKind::overloaded, "no"))["status"] == "UNAVAILABLE");
  }
}

}  // namespace arouter::mock::gemini
