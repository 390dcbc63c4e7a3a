#include "shared/chat/messages.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/chat/thinking.hpp"

namespace arouter::chat {

namespace {

Message message(Role role, std::vector<Part> parts) {
  return {.role = role, .parts = std::move(parts), .name = {}};
}

}  // namespace

TEST_SUITE("neutral messages") {
  TEST_CASE("neighbours of one role are one message, and empty ones none") {
    std::vector<Message> messages{message(Role::user, {Text{"a", {}, {}}}), message(Role::user, {}),
                                  message(Role::user, {Text{"b", {}, {}}}),
                                  message(Role::assistant, {Text{"c", {}, {}}})};
    normalize(messages);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].parts.size() == 2);
    CHECK(joined_text(messages[0].parts) == "a\n\nb");
  }

  TEST_CASE("sounds have names of their own at OpenAI") {
    CHECK(audio_format("audio/mpeg") == "mp3");
    CHECK(audio_format("audio/mp3") == "mp3");
    CHECK(audio_format("audio/x-wav") == "wav");
    CHECK(audio_format("audio/wave") == "wav");
    CHECK(audio_format("audio/vnd.wave") == "wav");
    CHECK(audio_format("audio/ogg") == "ogg");
    CHECK(audio_format("") == "wav");
  }

  TEST_CASE("participants of different names are not joined") {
    std::vector<Message> messages{message(Role::user, {Text{"a", {}, {}}}),
                                  message(Role::user, {Text{"b", {}, {}}})};
    messages[1].name = "eve";
    normalize(messages);
    CHECK(messages.size() == 2);
  }

  TEST_CASE("calls without ids get some, and their results the same in order") {
    ToolCall first, second;
    first.name = second.name = "clock";
    ToolResult one, two;
    one.name = two.name = "clock";
    std::vector<Message> messages{message(Role::assistant, {first, second}),
                                  message(Role::tool, {one, two})};
    normalize(messages);
    CHECK(std::get<ToolCall>(messages[0].parts[0]).id == "call_1");
    CHECK(std::get<ToolCall>(messages[0].parts[0]).arguments == "{}");
    CHECK(std::get<ToolResult>(messages[1].parts[0]).id == "call_1");
    CHECK(std::get<ToolResult>(messages[1].parts[1]).id == "call_2");
  }

  TEST_CASE("a result learns its tool's name from the call") {
    ToolCall call;
    call.id = "x";
    call.name = "clock";
    ToolResult result;
    result.id = "x";
    std::vector<Message> messages{message(Role::assistant, {call}), message(Role::tool, {result})};
    normalize(messages);
    CHECK(std::get<ToolResult>(messages[1].parts[0]).name == "clock");
  }

  TEST_CASE("data URLs are taken apart, others kept") {
    const Media image = decode_media_url(Media::Kind::image, "data:image/png;base64,AAAA");
    CHECK(image.mime_type == "image/png");
    CHECK(image.data == "AAAA");
    CHECK(encode_media_url(image) == "data:image/png;base64,AAAA");
    const Media far = decode_media_url(Media::Kind::image, "https://pictures.example/a.png");
    CHECK(far.url == "https://pictures.example/a.png");
    CHECK(encode_media_url(far) == far.url);
  }

  TEST_CASE("a foreign signature survives a format that cannot read it") {
    const Signature signature{"ab.c=", "gemini"};
    const std::string text = encode_signature(signature, "anthropic");
    CHECK(text == "arouter.gemini.ab.c=");
    CHECK(decode_signature(text, "anthropic") == signature);
    CHECK(decode_signature(encode_signature(signature, "gemini"), "gemini") == signature);
    CHECK(decode_signature("", "gemini") == Signature{});
  }

  TEST_CASE("arguments become an object whatever the model wrote") {
    CHECK(arguments_object(R"({"a":1})") == R"({"a":1})");
    CHECK(arguments_object(" ") == "{}");
    CHECK(arguments_object("[1]") == R"({"input":"[1]"})");
    CHECK(arguments_object(R"({"a":)") == R"({"input":"{\"a\":"})");
  }

  TEST_CASE("efforts and budgets go into each other") {
    Reasoning reasoning;
    CHECK(effort_of(reasoning) == "");
    CHECK_FALSE(budget_of(reasoning).has_value());
    for (const char* effort : {"low", "medium", "high", "xhigh"}) {
      reasoning.effort = effort;
      Reasoning by_budget;
      by_budget.budget = budget_of(reasoning);
      CHECK(effort_of(by_budget) == effort);
    }
    CHECK(budget_of(reasoning, 100) == 100);
    for (const auto& [word, budget] :
         {std::pair{"minimal", 1'024}, std::pair{"low", 2'048}, std::pair{"medium", 8'192},
          std::pair{"high", 16'384}, std::pair{"xhigh", 32'768}}) {
      reasoning.effort = word;
      CHECK(budget_of(reasoning) == budget);
    }
    reasoning.effort = "none";
    CHECK_FALSE(budget_of(reasoning).has_value());
    reasoning = {};
    reasoning.budget = 1'024;  // the least that Anthropic takes
    CHECK(effort_of(reasoning) == "low");
    reasoning.budget = 1'000;
    CHECK(effort_of(reasoning) == "minimal");
    reasoning = {};
    reasoning.enabled = false;
    CHECK(effort_of(reasoning) == "none");
  }

  TEST_CASE("losses are named once, in letters that a header may carry, and not without end") {
    Losses losses;
    losses.add("seed");
    losses.add("seed");
    losses.add("a b\r\n:ü");
    CHECK(losses.list() == "seed, a_b_____");
    for (int i = 0; i < 100; ++i) losses.add("field" + std::to_string(i));
    CHECK(losses.names().size() == 32);
    CHECK(losses.names().back() == "more");
  }

  TEST_CASE("JSON loses the blanks between its tokens, and those alone") {
    CHECK(compact_json("{\n  \"a b\": [1, \"x \\\" y\\\\\" ],\t\"c\" : null }") ==
          R"({"a b":[1,"x \" y\\"],"c":null})");
    CHECK(compact_json("") == "");
    CHECK(compact_json("{ not JSON") == "{ not JSON");
  }
}

}  // namespace arouter::chat
