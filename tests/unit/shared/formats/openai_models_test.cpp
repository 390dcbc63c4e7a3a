#include "shared/formats/openai_models.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

/// The effort that is sent, and behind a "!" what is lost.
std::string sent(const std::string& model, const std::string& effort) {
  chat::Request request{.model = model};
  request.reasoning.effort = effort;
  if (effort == "none") request.reasoning = {.enabled = false};
  chat::Losses losses;
  const std::string chosen = choose_openai_effort(request, losses);
  return losses.empty() ? chosen : chosen + "!" + losses.list();
}

}  // namespace

TEST_SUITE("openai models") {
  TEST_CASE("who must not think is told so in a word that the model takes") {
    CHECK(sent("gpt-5.1", "none") == "none");
    CHECK(sent("openai/gpt-5.2-2025-12-11", "none") == "none");
    CHECK(sent("gpt-7", "none") == "none");
    CHECK(sent("gpt-5-mini", "none") == "minimal!reasoning_effort");
    CHECK(sent("o4-mini", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5.1-codex", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5.3-codex", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5-pro", "none") == "high!reasoning_effort");
    CHECK(sent("gpt-5.2-pro", "none") == "medium!reasoning_effort");
  }

  TEST_CASE("models that do not think need not be told not to, and cannot be told to") {
    for (const char* model : {"gpt-4o", "gpt-4.1-mini", "ft:gpt-4o-mini:me::1", "gpt-3.5-turbo",
                              "chatgpt-4o-latest", "gpt-5-chat-latest"}) {
      CAPTURE(model);
      CHECK(sent(model, "none") == "");
      CHECK(sent(model, "high") == "!reasoning_effort");
      CHECK(sent(model, "") == "");
    }
  }

  TEST_CASE("an effort that the model does not know becomes the nearest") {
    CHECK(sent("gpt-5", "minimal") == "minimal");
    CHECK(sent("gpt-5.1", "minimal") == "low");
    CHECK(sent("gpt-5.1", "xhigh") == "high");
    CHECK(sent("gpt-5.2", "xhigh") == "xhigh");
    CHECK(sent("gpt-5.1-codex-max", "xhigh") == "xhigh");
    CHECK(sent("o3", "minimal") == "low");
    CHECK(sent("o3-deep-research", "low") == "medium");
    CHECK(sent("gpt-5.2-chat-latest", "high") == "medium");
    CHECK(sent("gpt-5.2-pro", "low") == "medium");
  }

  TEST_CASE("other models are asked in the words that most servers take") {
    for (const char* model : {"llama-4", "openai/gpt-oss-120b", "deepseek-v4", "olmo-2", "o", ""}) {
      CAPTURE(model);
      CHECK_FALSE(openai_traits(model).known);
      CHECK_FALSE(openai_traits(model).younger);
      CHECK(sent(model, "none") == "!reasoning_effort");
      CHECK(sent(model, "minimal") == "low");
      CHECK(sent(model, "medium") == "medium");
      CHECK(sent(model, "xhigh") == "high");
    }
  }
}

}  // namespace arouter
