#include "cli/mock/openai/chat_request.hpp"

#include <doctest/doctest.h>

namespace arouter::mock::openai {

namespace {

/// A good request with `more` members, each with a leading comma.
std::string body_with(std::string_view more) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi there"}])" + std::string(more) +
         "}";
}

Question read(const std::string& body) {
  const Result<Question> request = decode_chat({.body = body});
  CAPTURE(body);
  if (!request) FAIL(request.error().message);
  return *request;
}

/// The param of the refusal; what was read instead.
std::string refused_param(const std::string& body) {
  const Result<Question> request = decode_chat({.body = body});
  if (request) return "not refused";
  const Error error = request.error();
  CHECK(http_status(error) == 400);
  CHECK(error.message != "");
  return error.param;
}

constexpr std::string_view kCall =
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"x","type":"function",)"
    R"("function":{"name":"clock","arguments":"{}"}}]})";

constexpr std::string_view kTools =
    R"(,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object",)"
    R"("properties":{"city":{"type":"string"}},"required":["city"]}}},)"
    R"({"type":"function","function":{"name":"clock"}}])";

}  // namespace

TEST_SUITE("mock chat request") {
  TEST_CASE("a plain request is read with its defaults") {
    const Question request = read(body_with(""));
    CHECK(request.model == "m");
    CHECK(request.prompt_tokens == 6);
    CHECK(request.choices == 1);
    CHECK_FALSE(request.max_tokens);
    CHECK_FALSE(request.stream);
    CHECK(request.calls.empty());
  }

  TEST_CASE("members that are null count as absent, unknown ones are ignored") {
    const Question request = read(body_with(
        R"(,"stream":null,"max_tokens":null,"n":null,"stop":null,"tools":null,"x_new":{"a":1})"));
    CHECK(request.choices == 1);
    CHECK(request.stops.empty());
  }

  TEST_CASE("limits, stops and stream options are read") {
    const Question request =
        read(body_with(R"(,"max_completion_tokens":7,"n":2,"stop":["a","b\n"],"stream":true,)"
                       R"("stream_options":{"include_usage":true},"temperature":0.5,"top_p":1)"));
    CHECK(*request.max_tokens == 7);
    CHECK(request.choices == 2);
    CHECK(request.stops == std::vector<std::string>{"a", "b\n"});
    CHECK(request.stream);
    CHECK(request.include_usage);
    CHECK(*read(body_with(R"(,"max_tokens":3)")).max_tokens == 3);
    CHECK(read(body_with(R"(,"stop":"x")")).stops.size() == 1);
  }

  TEST_CASE("the question is the model and the messages, nothing else") {
    const Question plain = read(body_with(""));
    CHECK(plain.hash == read(body_with(R"(,"stream":true,"temperature":1)")).hash);
    CHECK(plain.hash !=
          read(R"({"model":"n","messages":[{"role":"user","content":"hi there"}]})").hash);
    CHECK(plain.hash !=
          read(R"({"model":"m","messages":[{"role":"user","content":"hi here!"}]})").hash);
  }

  TEST_CASE("every legal kind of message is taken and counted") {
    const auto tokens = [](std::string_view message) {
      return read(R"({"model":"m","messages":[)" + std::string(message) + "]}").prompt_tokens;
    };
    CHECK(tokens(R"({"role":"developer","content":"one two"})") == 6);
    CHECK(tokens(R"({"role":"system","content":"one two three"})") == 7);
    CHECK(tokens(R"({"role":"user","content":"one\ntwo"})") == 6);
    CHECK(tokens(R"({"role":"user","content":[{"type":"text","text":"one two"}]})") == 6);
    CHECK(tokens(R"({"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}}]})") ==
          89);
    CHECK(tokens(std::string(kCall) + R"(,{"role":"tool","tool_call_id":"x","content":"ok"})") >
          4 + 5);
  }

  TEST_CASE("a wrong message is refused with its place") {
    const auto param = [](std::string_view message) {
      return refused_param(R"({"model":"m","messages":[{"role":"user","content":"a"},)" +
                           std::string(message) + "]}");
    };
    CHECK(param("1") == "messages[1]");
    CHECK(param(R"({"content":"a"})") == "messages[1].role");
    CHECK(param(R"({"role":"wizard","content":"a"})") == "messages[1].role");
    CHECK(param(R"({"role":"user"})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":5})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":[5]})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":[{"type":"text"}]})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":"\ud83d \n"})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":[{"type":"dream"}]})") == "messages[1].content");
    CHECK(param(R"({"role":"user","content":[{"type":"image_url"}]})") == "messages[1].content");
    CHECK(param(R"({"role":"tool","content":"a"})") == "messages[1].tool_call_id");
    CHECK(param(R"({"role":"tool","tool_call_id":"x","content":"a"})") ==
          "messages[1].tool_call_id");
    CHECK(param(kCall) == "messages[1]");
    CHECK(param(std::string(kCall) + R"(,{"role":"user","content":"well?"})") == "messages[2]");
    CHECK(param(R"({"role":"assistant","tool_calls":[{"id":"x","type":"function","function":)"
                R"({"name":"f","arguments":{}}}]})") ==
          "messages[1].tool_calls[0].function.arguments");
    CHECK(param(R"({"role":"assistant","tool_calls":5})") == "messages[1].tool_calls");
  }

  TEST_CASE("a wrong member is refused by name") {
    CHECK(refused_param(R"({"messages":[]})") == "model");
    CHECK(refused_param(R"({"model":5,"messages":[]})") == "model");
    CHECK(refused_param(R"({"model":"m"})") == "messages");
    CHECK(refused_param(R"({"model":"m","messages":"x"})") == "messages");
    CHECK(refused_param(R"({"model":"m","messages":[]})") == "messages");
    CHECK(refused_param(body_with(R"(,"stream":"yes")")) == "stream");
    CHECK(refused_param(body_with(R"(,"stream_options":{})")) == "stream_options");
    CHECK(refused_param(body_with(R"(,"stream":true,"stream_options":1)")) == "stream_options");
    CHECK(refused_param(body_with(R"(,"stream":true,"stream_options":{"include_usage":1})")) ==
          "stream_options.include_usage");
    for (const char* number : {"0", "-1", "1.5", "\"5\"", "1e2"}) {
      CHECK(refused_param(body_with(R"(,"max_tokens":)" + std::string(number))) == "max_tokens");
      CHECK(refused_param(body_with(R"(,"n":)" + std::string(number))) == "n");
    }
    CHECK(refused_param(body_with(R"(,"max_tokens":1,"max_completion_tokens":1)")) == "max_tokens");
    CHECK(refused_param(body_with(R"(,"n":129)")) == "n");
    CHECK(refused_param(body_with(R"(,"temperature":2.1)")) == "temperature");
    CHECK(refused_param(body_with(R"(,"temperature":"1")")) == "temperature");
    CHECK(refused_param(body_with(R"(,"top_p":-0.1)")) == "top_p");
    CHECK(refused_param(body_with(R"(,"stop":[""])")) == "stop");
    CHECK(refused_param(body_with(R"(,"stop":["a","b","c","d","e"])")) == "stop");
    CHECK(refused_param(body_with(R"(,"stop":5)")) == "stop");
    CHECK(refused_param(body_with(R"(,"tools":{})")) == "tools");
    CHECK(refused_param(body_with(R"(,"tool_choice":"auto")")) == "tool_choice");
    CHECK(refused_param(body_with(R"(,"logprobs":true)")) == "logprobs");
    CHECK(refused_param(body_with(R"(,"response_format":{"type":"xml"})")) == "response_format");
    CHECK(refused_param(body_with(R"(,"response_format":"json")")) == "response_format");
  }

  TEST_CASE("what is no JSON object is refused") {
    for (const char* body : {"", "[]", "{", "null", "{} x", R"({"model":)"}) {
      CHECK(refused_param(body) == "");
    }
  }

  TEST_CASE("a tool is forced by name or by need, and not otherwise") {
    const auto choose = [](std::string_view choice) {
      return read(body_with(std::string(kTools) + R"(,"tool_choice":)" + std::string(choice)));
    };
    CHECK(read(body_with(kTools)).calls.empty());
    CHECK(choose(R"("auto")").calls.empty());
    CHECK(choose(R"("none")").calls.empty());
    CHECK(choose(R"("required")").calls.at(0).name == "weather");
    CHECK(choose(R"("required")").calls.at(0).arguments == R"({"city": "example"})");
    const Question named = choose(R"({"type":"function","function":{"name":"clock"}})");
    CHECK(named.calls.at(0).name == "clock");
    CHECK(named.calls.at(0).arguments == "{}");
    const std::string tools(kTools);
    CHECK(refused_param(body_with(tools + R"(,"tool_choice":{"function":{"name":"no"}})")) ==
          "tool_choice");
    CHECK(refused_param(body_with(tools + R"(,"tool_choice":"always")")) == "tool_choice");
    CHECK(refused_param(body_with(tools + R"(,"tool_choice":{})")) == "tool_choice");
  }

  TEST_CASE("a tool is called when the user's words ask for it, until its result is there") {
    const auto calls = [](std::string_view messages, std::string_view more = {}) {
      return read(R"({"model":"m","messages":[{"role":"user","content":"tools, parallel"})" +
                  std::string(messages) + "]" + std::string(kTools) + std::string(more) + "}")
          .calls.size();
    };
    CHECK(calls("") == 2);
    CHECK(calls("", R"(,"parallel_tool_calls":false)") == 1);
    CHECK(calls("," + std::string(kCall) +
                R"(,{"role":"tool","tool_call_id":"x","content":"noon"})") == 0);
    CHECK(refused_param(body_with(R"(,"tools":[{"type":"function"}])")) == "tools");
    CHECK(refused_param(body_with(R"(,"parallel_tool_calls":1)")) == "parallel_tool_calls");
  }

  TEST_CASE("results, images and files are found where the conversation has them") {
    const Question question =
        read(R"({"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{}},)"
             R"({"type":"image_url","image_url":{"url":"u"}}]},)" +
             std::string(kCall) +
             R"(,{"role":"tool","tool_call_id":"x","content":[{"type":"text","text":"noon"}]}]})");
    CHECK(*question.reported == "noon");
    CHECK(question.images == 1);
    CHECK(question.files == 1);
  }

  TEST_CASE("an effort beyond the least one wants reasoning") {
    const auto reasons = [](std::string_view effort) {
      return read(body_with(R"(,"reasoning_effort":")" + std::string(effort) + "\""))
          .reasoning.shown;
    };
    CHECK(reasons("low"));
    CHECK_FALSE(reasons("minimal"));
    CHECK_FALSE(reasons("none"));
    CHECK(refused_param(body_with(R"(,"reasoning_effort":1)")) == "reasoning_effort");
  }

  TEST_CASE("tools count as part of the prompt") {
    CHECK(read(body_with(kTools)).prompt_tokens > read(body_with("")).prompt_tokens);
  }

  TEST_CASE("a response format asks for JSON") {
    const auto content = [](std::string_view format) {
      return read(body_with(R"(,"response_format":)" + std::string(format))).content;
    };
    CHECK_FALSE(content(R"({"type":"text"})"));
    CHECK(*content(R"({"type":"json_object"})") == R"({"answer": "example"})");
    CHECK(*content(R"({"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object",)"
                   R"("properties":{"a":{"enum":["q7"]}},"required":["a"]}}})") ==
          R"({"a": "q7"})");
    CHECK(
        refused_param(body_with(
            R"(,"response_format":{"type":"json_schema","json_schema":{"schema":{"type":17}}})")) ==
        "response_format.json_schema");
  }
}

}  // namespace arouter::mock::openai
