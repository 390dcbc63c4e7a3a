#include "cli/chat/footer.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

Asked full_answer() {
  Asked asked;
  asked.head.provider = "acme";
  asked.head.model = "acme/model-a";
  asked.head.generation_id = "gen-1";
  asked.answer.model = "model-a";
  asked.answer.content = "say \"hi\"\n";
  asked.answer.finish_reason = "stop";
  asked.answer.input_tokens = 9;
  asked.answer.output_tokens = 5;
  asked.answer.cost = "4.80e-05";
  asked.answer.usage = R"({"prompt_tokens":9,"completion_tokens":5,"cost":4.80e-05})";
  asked.first_token = std::chrono::milliseconds(423);
  return asked;
}

}  // namespace

TEST_SUITE("footer") {
  TEST_CASE("the footer names who answered, tokens, money and time") {
    CHECK(footer_text(full_answer()) ==
          "acme/model-a @ acme · 9 in, 5 out · $0.000048 · first token 423 ms");
    Asked slow = full_answer();
    slow.first_token = std::chrono::milliseconds(61'005);
    CHECK(footer_text(slow) ==
          "acme/model-a @ acme · 9 in, 5 out · $0.000048 · first token 61.01 s");
  }

  TEST_CASE("what the server does not say is left out") {
    Asked asked;
    asked.answer.model = "tiny";
    asked.answer.output_tokens = 5;
    CHECK(footer_text(asked) == "tiny · 5 out");
    CHECK(footer_text(Asked{}) == "");
  }

  TEST_CASE("a cost too fine to be money keeps its digits") {
    CHECK(cost_text("1e-15") == "$1e-15");
    CHECK(cost_text("0") == "$0.00");
    CHECK(cost_text("") == "");
  }

  TEST_CASE("the JSON object keeps the server's usage as it is") {
    CHECK(asked_as_json(full_answer()) ==
          R"({"model":"acme/model-a","provider":"acme","generation_id":"gen-1",)"
          R"("content":"say \"hi\"\n","finish_reason":"stop",)"
          R"("usage":{"prompt_tokens":9,"completion_tokens":5,"cost":4.80e-05},)"
          R"("first_token_ms":423})"
          "\n");
    CHECK(asked_as_json(Asked{}) ==
          R"({"model":null,"provider":null,"generation_id":null,"content":"",)"
          R"("finish_reason":null,"usage":null,"first_token_ms":null})"
          "\n");
  }

  TEST_CASE("a conversation adds up, and says what it could not count") {
    CostTotal total;
    CHECK(total.text() == "0 answers · 0 in, 0 out");
    total.count(full_answer().answer);
    CHECK(total.text() == "1 answer · 9 in, 5 out · $0.000048");
    total.count(Answer{});
    CHECK(total.text() == "2 answers · 9 in, 5 out · $0.000048 · 1 of unknown cost");
  }

  TEST_CASE("an answer that was cut says so") {
    Answer answer;
    CHECK(ending_note(answer) == "");
    answer.finish_reason = "stop";
    CHECK(ending_note(answer) == "");
    answer.finish_reason = "length";
    CHECK(ending_note(answer) == "The answer was cut at its token limit.");
  }
}

}  // namespace arouter
