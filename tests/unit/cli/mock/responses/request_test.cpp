#include "cli/mock/responses/request.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/mock/seal.hpp"

namespace arouter::mock::responses {

namespace {

std::string body_with(std::string_view more) {
  return R"({"model":"m","input":"use a tool",)" + std::string(more) + "}";
}

std::string with_items(std::string_view items) {
  return R"({"model":"m","input":[)" + std::string(items) + "]}";
}

Question read(const std::string& body) {
  const Result<Question> question = decode({.body = body});
  CAPTURE(body);
  if (!question) FAIL(question.error().message);
  return *question;
}

std::string refused(const std::string& body) {
  const Result<Question> question = decode({.body = body});
  if (question) return "not refused";
  const Error error = question.error();
  CHECK(http_status(error) == 400);
  CHECK(error.message != "");
  return error.param;
}

constexpr std::string_view kTools =
    R"("tools":[{"type":"web_search"},{"type":"function","name":"weather","parameters":)"
    R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},)"
    R"({"type":"function","name":"clock"}])";

}  // namespace

TEST_SUITE("mock responses request") {
  TEST_CASE("a text or items are the input") {
    const Question plain = read(R"({"model":"m","input":"one two","instructions":"be brief"})");
    CHECK(plain.prompt_tokens == 4 + 2 + 2);
    CHECK_FALSE(plain.stream);
    const Question items =
        read(R"({"model":"m","stream":true,"max_output_tokens":7,"input":[)"
             R"({"role":"developer","content":"be"},{"type":"message","role":"user","content":)"
             R"([{"type":"input_text","text":"see"},{"type":"input_image","image_url":"u"},)"
             R"({"type":"input_file","file_data":"d"}]},)"
             R"({"role":"assistant","content":[{"type":"output_text","text":"ok"}]}]})");
    CHECK(items.stream);
    CHECK(*items.max_tokens == 7);
    CHECK(items.images == 1);
    CHECK(items.files == 1);
  }

  TEST_CASE("what tools said is the end of the conversation, or not") {
    const std::string round =
        R"({"role":"user","content":"x"},{"type":"function_call","call_id":"a","name":"f",)"
        R"("arguments":"{}"},{"type":"function_call","call_id":"b","name":"g","arguments":"{}"},)"
        R"({"type":"function_call_output","call_id":"a","output":"one"},)"
        R"({"type":"function_call_output","call_id":"b","output":)"
        R"([{"type":"input_text","text":"two"}]})";
    CHECK(*read(with_items(round)).reported == "one two");
    CHECK_FALSE(read(with_items(round + R"(,{"role":"user","content":"so"})")).reported);
  }

  TEST_CASE("a wrong member or item is refused with its place") {
    CHECK(refused("{}") == "model");
    CHECK(refused(R"({"model":"m"})") == "input");
    CHECK(refused(R"({"model":"m","input":5})") == "input");
    CHECK(refused(with_items("5")) == "input[0]");
    CHECK(refused(with_items(R"({"role":"tool","content":"x"})")) == "input[0].role");
    CHECK(refused(with_items(R"({"role":"user"})")) == "input[0].content");
    CHECK(refused(with_items(R"({"role":"user","content":[{"type":"text","text":"x"}]})")) ==
          "input[0].content[0].type");
    CHECK(refused(with_items(R"({"role":"user","content":[{"type":"input_image"}]})")) ==
          "input[0].content[0].image_url");
    CHECK(refused(with_items(R"({"type":"function_call","name":"f","arguments":"{}"})")) ==
          "input[0].call_id");
    CHECK(refused(with_items(R"({"type":"function_call_output","call_id":"x","output":""})")) ==
          "input[0].call_id");
    CHECK(refused(with_items(R"({"type":"item_reference","id":"x"})")) == "input[0].id");
    CHECK(refused(body_with(R"("max_output_tokens":0)")) == "max_output_tokens");
    CHECK(refused(body_with(R"("temperature":3)")) == "temperature");
    CHECK(refused(body_with(R"("previous_response_id":"resp_x")")) == "previous_response_id");
    CHECK(refused(body_with(R"("background":true)")) == "background");
    CHECK(refused(body_with(R"("tools":[{"type":"function"}])")) == "tools[0].name");
    CHECK(refused(body_with(R"("tool_choice":"always")")) == "tool_choice");
    CHECK(refused(body_with(R"("text":{"format":{"type":"xml"}})")) == "text.format.type");
    CHECK(refused(body_with(R"("text":{"format":{"type":"json_schema","schema":{}}})")) ==
          "text.format.name");
  }

  TEST_CASE("a thought that comes back must be a sealed one") {
    const auto thought = [](std::string_view sealed) {
      return with_items(R"({"type":"reasoning","summary":[],"encrypted_content":")" +
                        std::string(sealed) + "\"}");
    };
    CHECK(refused(thought(make_seal(5))) == "not refused");
    CHECK(refused(thought("made up")) == "input[0].encrypted_content");
  }

  TEST_CASE("reasoning is wanted by effort, told by summary, sealed by inclusion") {
    const auto reasoning = [](std::string_view members) {
      return read(body_with(std::string(members))).reasoning;
    };
    CHECK_FALSE(reasoning(R"("reasoning":{"effort":"none"})").wanted);
    CHECK_FALSE(reasoning(R"("reasoning":{"effort":"minimal","summary":"auto"})").shown);
    CHECK(reasoning(R"("reasoning":{"effort":"high"})").wanted);
    CHECK_FALSE(reasoning(R"("reasoning":{"effort":"high"})").shown);
    CHECK(reasoning(R"("reasoning":{"effort":"high","summary":"auto"})").shown);
    CHECK(reasoning(R"("reasoning":{"effort":"low"},"include":["reasoning.encrypted_content"])")
              .encrypted);
  }

  TEST_CASE("tools are called by force or by word") {
    const auto calls = [](std::string_view choice) {
      return read(body_with(std::string(kTools) + std::string(choice))).calls;
    };
    CHECK(calls("").at(0).arguments == R"({"city": "example"})");
    CHECK(calls(R"(,"tool_choice":"none")").empty());
    CHECK(calls(R"(,"tool_choice":{"type":"function","name":"clock"})").at(0).name == "clock");
    CHECK(calls(R"(,"tool_choice":{"type":"allowed_tools","mode":"required","tools":)"
                R"([{"type":"function","name":"clock"}]})")
              .at(0)
              .name == "clock");
    CHECK(refused(body_with(std::string(kTools) +
                            R"(,"tool_choice":{"type":"function","name":"no"})")) == "tool_choice");
  }

  TEST_CASE("the echo is what was asked, with the defaults of the rest") {
    const Question question = read(body_with(R"("temperature":0.50,"metadata":{"a":"b"})"));
    nlohmann::json echo;
    for (const EchoedMember& member : question.echo) {
      echo[std::string(member.name)] = nlohmann::json::parse(member.json);
    }
    CHECK(echo["temperature"] == 0.5);
    CHECK(echo["metadata"]["a"] == "b");
    CHECK(echo["store"] == true);
    CHECK(echo["instructions"].is_null());
  }

  TEST_CASE("a count needs no model") {
    const Result<Question> question = decode({.body = R"({"input":"x"})", .counts_only = true});
    REQUIRE(question.has_value());
    CHECK(question->prompt_tokens == 5);
  }

  TEST_CASE("a format asks for JSON") {
    CHECK(*read(body_with(R"("text":{"format":{"type":"json_schema","name":"a","schema":)"
                          R"({"type":"object","properties":{}}}})"))
               .content == "{}");
    CHECK(read(body_with(R"("text":{"format":{"type":"json_object"}})")).content.has_value());
    CHECK_FALSE(read(body_with(R"("text":{"format":{"type":"text"}})")).content.has_value());
  }
}

}  // namespace arouter::mock::responses
