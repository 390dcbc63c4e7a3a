#include "cli/mock/answer.hpp"

#include <doctest/doctest.h>

#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

Question question() {
  Question question;
  question.hash = 7;
  return question;
}

const Choice& only_choice(const Answer& answer) {
  REQUIRE(answer.choices.size() == 1);
  return answer.choices[0];
}

std::string text_of_answer(const Question& asked, std::int64_t tokens = 16) {
  const Answer answer = make_answer(asked, tokens);
  const Choice& choice = only_choice(answer);
  REQUIRE(choice.blocks.size() == 1);
  CHECK(choice.blocks[0].kind == BlockKind::text);
  return choice.blocks[0].text;
}

}  // namespace

TEST_SUITE("mock answer") {
  TEST_CASE("what a tool said shows in the answer, however long it is") {
    Question asked = question();
    asked.reported = "it rains in Paris and will not stop before Sunday";
    CHECK(text_of_answer(asked, 2) ==
          "The tool says: it rains in Paris and will not stop before Sunday");
  }

  TEST_CASE("images and files are counted in words") {
    const auto sight = [](std::int64_t images, std::int64_t files) {
      Question asked = question();
      asked.images = images;
      asked.files = files;
      return text_of_answer(asked);
    };
    CHECK(sight(1, 0) == "I see 1 image.");
    CHECK(sight(2, 0) == "I see 2 images.");
    CHECK(sight(0, 1) == "I see 1 file.");
    CHECK(sight(2, 1) == "I see 2 images and 1 file.");
  }

  TEST_CASE("calls come before a schema, a schema before a tool's words, those before images") {
    Question asked = question();
    asked.images = 1;
    asked.reported = "ok";
    CHECK(text_of_answer(asked) == "The tool says: ok");
    asked.content = "{}";
    CHECK(text_of_answer(asked) == "{}");
    asked.calls = {{"a", "{}"}, {"b", R"({"x": 1})"}};
    const Answer answer = make_answer(asked, 16);
    const Choice& choice = only_choice(answer);
    REQUIRE(choice.blocks.size() == 2);
    CHECK(choice.blocks[1].name == "b");
    CHECK(choice.blocks[1].text == R"({"x": 1})");
    CHECK(choice.finish == Finish::tool_calls);
  }

  TEST_CASE("thoughts come first and count, against the limit too") {
    Question asked = question();
    asked.reasoning.wanted = true;
    const Answer answer = make_answer(asked, 16);
    const Choice& choice = only_choice(answer);
    REQUIRE(choice.blocks.size() == 2);
    CHECK(choice.blocks[0].kind == BlockKind::reasoning);
    CHECK(answer.reasoning_tokens == 8);
    CHECK(answer.completion_tokens == 24);
    asked.max_tokens = 10;
    CHECK(count_pieces(make_answer(asked, 16).choices[0].blocks[1].text) == 2);
    asked.max_tokens = 8;
    const Answer cut = make_answer(asked, 16);
    CHECK(cut.choices[0].blocks.size() == 1);
    CHECK(cut.choices[0].finish == Finish::length);
  }

  TEST_CASE("a call that the limit cuts says so, and its arguments are JSON again") {
    Question asked = question();
    asked.calls = {{"a", R"({"x": "example"})"}};
    asked.max_tokens = 1;
    const Answer answer = make_answer(asked, 16);
    const Block& call = only_choice(answer).blocks[0];
    CHECK_FALSE(call.whole);
    CHECK(call.text == R"({"x":)");
    CHECK(arguments_of(call) == "{}");
    CHECK(answer.choices[0].finish == Finish::length);
  }

  TEST_CASE("the stop sequence that is met first is named") {
    Question asked = question();
    asked.content = "one two three four";
    asked.stops = {"four", "two", "five"};
    const Answer answer = make_answer(asked, 16);
    CHECK(only_choice(answer).blocks[0].text == "one ");
    CHECK(answer.choices[0].finish == Finish::stop_sequence);
    CHECK(answer.choices[0].stop == "two");
  }

  TEST_CASE("ids of blocks differ within an answer") {
    const Stamp stamp{"0123", 0};
    CHECK(block_id("call_", stamp, 0, 0) == "call_01230");
    CHECK(block_id("call_", stamp, 0, 1) != block_id("call_", stamp, 1, 0));
  }
}

}  // namespace arouter::mock
