#include "cli/mock/anthropic/request.hpp"

#include <doctest/doctest.h>

#include "cli/mock/seal.hpp"

namespace arouter::mock::anthropic {

namespace {

constexpr std::string_view kUser = R"("messages":[{"role":"user","content":"use a tool"}])";
constexpr std::string_view kTools =
    R"("tools":[{"name":"weather","input_schema":{"type":"object","properties":{"city":)"
    R"({"type":"string"}},"required":["city"]}},{"type":"web_search_20250305","name":"web"}])";

std::string body_with(std::string_view more) {
  return R"({"model":"m","max_tokens":2048,)" + std::string(more) + "}";
}

std::string with_messages(std::string_view messages) {
  return body_with(R"("messages":[)" + std::string(messages) + "]");
}

Question read(const std::string& body, std::string_view version = "2023-06-01") {
  const Result<Question> question = decode({.body = body, .version = version});
  CAPTURE(body);
  if (!question) FAIL(question.error().message);
  return *question;
}

/// The param of the refusal, which its message begins with.
std::string refused(const std::string& body, std::string_view version = "2023-06-01") {
  const Result<Question> question = decode({.body = body, .version = version});
  if (question) return "not refused";
  const Error error = question.error();
  CHECK(http_status(error) == 400);
  CHECK(error.message.starts_with(error.param));
  return error.param;
}

std::string refused_block(std::string_view block, std::string_view role = "user") {
  return refused(with_messages(R"({"role":")" + std::string(role) + R"(","content":[)" +
                               std::string(block) + "]}"));
}

constexpr std::string_view kCall =
    R"({"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use",)"
    R"("id":"t1","name":"weather","input":{}}]})";

}  // namespace

TEST_SUITE("mock anthropic request") {
  TEST_CASE("limits, stops and the stream flag are read") {
    const Question question =
        read(body_with(std::string(kUser) + R"(,"stream":true,"stop_sequences":["a"],"top_k":3,)"
                                            R"("system":[{"type":"text","text":"be"}],"x":1)"));
    CHECK(question.model == "m");
    CHECK(*question.max_tokens == 2'048);
    CHECK(question.stream);
    CHECK(question.stops == std::vector<std::string>{"a"});
    CHECK(question.prompt_tokens == 4 + 3 + 1);
  }

  TEST_CASE("what is required is required, but a count needs no max_tokens") {
    CHECK(refused("{}") == "model");
    CHECK(refused(R"({"model":"m"})") == "messages");
    CHECK(refused(R"({"model":"m","messages":[]})") == "messages");
    const std::string body = R"({"model":"m",)" + std::string(kUser) + "}";
    CHECK(refused(body) == "max_tokens");
    CHECK(decode({.body = body, .counts_only = true}).has_value());
  }

  TEST_CASE("a wrong member is refused by name") {
    const auto with = [](std::string_view more) {
      return refused(body_with(std::string(kUser) + "," + std::string(more)));
    };
    CHECK(with(R"("stream":1)") == "stream");
    CHECK(with(R"("system":5)") == "system");
    CHECK(with(R"("system":[{"type":"text"}])") == "system.0.text");
    CHECK(with(R"("temperature":1.5)") == "temperature");
    CHECK(with(R"("top_k":-1)") == "top_k");
    CHECK(with(R"("stop_sequences":"x")") == "stop_sequences");
    CHECK(with(R"("tools":[{"name":"a"}])") == "tools.0.input_schema");
    CHECK(with(R"("tool_choice":{"type":"any"})") == "tool_choice");
    CHECK(with(R"("tool_choice":{"type":"must"})") == "tool_choice.type");
    CHECK(with(R"("thinking":{"type":"on"})") == "thinking.type");
    CHECK(with(R"("thinking":{"type":"enabled"})") == "thinking.budget_tokens");
    CHECK(with(R"("thinking":{"type":"enabled","budget_tokens":1023})") ==
          "thinking.budget_tokens");
    CHECK(with(R"("thinking":{"type":"enabled","budget_tokens":2048})") == "max_tokens");
    CHECK(with(R"("output_format":{"type":"json"})") == "output_format.type");
    CHECK(with(R"("output_config":{"format":{"type":"json_schema"}})") ==
          "output_config.format.schema");
  }

  TEST_CASE("sampling is gone from the newer API version") {
    const std::string body = body_with(std::string(kUser) + R"(,"temperature":1)");
    read(body);
    CHECK(refused(body, "2026-10-21") == "temperature");
  }

  TEST_CASE("a wrong message or block is refused with its place") {
    CHECK(refused(with_messages("5")) == "messages.0");
    CHECK(refused(with_messages(R"({"role":"tool","content":"x"})")) == "messages.0.role");
    CHECK(refused(with_messages(R"({"role":"user"})")) == "messages.0.content");
    CHECK(refused(with_messages(R"({"role":"user","content":""})")) == "messages.0.content");
    CHECK(refused_block(R"({"type":"text","text":""})") == "messages.0.content.0.text");
    CHECK(refused_block(R"({"type":"image"})") == "messages.0.content.0.source");
    CHECK(refused_block(R"({"type":"image","source":{"type":"base64","data":"x"}})") ==
          "messages.0.content.0.source.media_type");
    CHECK(refused_block(R"({"type":"tool_use","id":"a","name":"b","input":{}})") ==
          "messages.0.content.0.type");
    CHECK(refused_block(R"({"type":"tool_use","id":"a","name":"b"})", "assistant") ==
          "messages.0.content.0.input");
    CHECK(refused_block(R"({"type":"dream"})") == "messages.0.content.0.type");
    CHECK(refused_block(R"({"type":"web_search_tool_result"})") == "not refused");
  }

  TEST_CASE("images and documents are counted, inside tool results too") {
    const Question question = read(with_messages(
        std::string(kCall) +
        R"(,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[)"
        R"({"type":"image","source":{"type":"url","url":"u"}},{"type":"text","text":"sun"}]},)"
        R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"d"}}]})"));
    CHECK(question.images == 1);
    CHECK(question.files == 1);
    CHECK(*question.reported == "sun");
  }

  TEST_CASE("every tool_use is answered by the next message, and nothing else is") {
    const std::string call(kCall);
    const std::string result =
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"ok"}]})";
    CHECK(*read(with_messages(call + "," + result)).reported == "ok");
    CHECK(refused(with_messages(call + R"(,{"role":"user","content":"and?"})")) ==
          "messages.2.content");
    CHECK(refused(with_messages(result)) == "messages.0.content.0.tool_use_id");
    CHECK(refused(with_messages(call + "," + result + "," + result)) ==
          "messages.3.content.0.tool_use_id");
    CHECK_FALSE(read(with_messages(call + "," + result + R"(,{"role":"user","content":"so"})"))
                    .reported.has_value());
  }

  TEST_CASE("a thought that comes back must bear its signature") {
    const auto thought = [](std::string_view signature) {
      return R"({"type":"thinking","thinking":"hm","signature":")" + std::string(signature) + "\"}";
    };
    CHECK(refused_block(thought(make_seal(5)), "assistant") == "not refused");
    CHECK(refused_block(thought("made up"), "assistant") == "messages.0.content.0.signature");
  }

  TEST_CASE("thinking is wanted, and shown unless it is omitted") {
    const auto thinking = [](std::string_view member) {
      return read(body_with(std::string(kUser) + R"(,"thinking":)" + std::string(member)))
          .reasoning;
    };
    CHECK(thinking(R"({"type":"enabled","budget_tokens":1024})").shown);
    CHECK(thinking(R"({"type":"adaptive"})").wanted);
    CHECK_FALSE(thinking(R"({"type":"adaptive","display":"omitted"})").shown);
    CHECK_FALSE(thinking(R"({"type":"disabled"})").wanted);
  }

  TEST_CASE("tools are called by force or by word, those of the provider never") {
    const auto calls = [](std::string_view choice) {
      return read(body_with(std::string(kUser) + "," + std::string(kTools) + std::string(choice)))
          .calls.size();
    };
    CHECK(calls("") == 1);
    CHECK(calls(R"(,"tool_choice":{"type":"none"})") == 0);
    CHECK(calls(R"(,"tool_choice":{"type":"any"})") == 1);
    CHECK(calls(R"(,"tool_choice":{"type":"tool","name":"weather"})") == 1);
    CHECK(refused(body_with(std::string(kUser) + "," + std::string(kTools) +
                            R"(,"tool_choice":{"type":"tool","name":"web"})")) == "tool_choice");
  }

  TEST_CASE("a format asks for JSON under either name") {
    const std::string format =
        R"({"type":"json_schema","schema":{"type":"object","properties":{}}})";
    CHECK(*read(body_with(std::string(kUser) + R"(,"output_format":)" + format)).content == "{}");
    CHECK(*read(body_with(std::string(kUser) + R"(,"output_config":{"format":)" + format + "}"))
               .content == "{}");
  }
}

}  // namespace arouter::mock::anthropic
