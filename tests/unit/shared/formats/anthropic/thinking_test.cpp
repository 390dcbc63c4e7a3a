#include "shared/formats/anthropic/thinking.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

namespace {

using Kind = ThinkingPlan::Kind;

struct Planned {
  ThinkingPlan plan;
  std::string losses;
};

Planned plan(const char* model, const chat::Reasoning& reasoning) {
  chat::Request request{.model = model};
  request.reasoning = reasoning;
  chat::Losses losses;
  ThinkingPlan made = plan_thinking(request, traits_of(model), 0, false, losses);
  return {std::move(made), losses.list()};
}

}  // namespace

TEST_SUITE("anthropic thinking") {
  TEST_CASE("a summary of thoughts is shown by who thinks, and is lost with who does not") {
    const chat::Reasoning wanted{.summary = "detailed", .include = true};
    const Planned thinks = plan("claude-opus-5-5", wanted);
    CHECK(thinks.plan.kind == Kind::adaptive);
    CHECK(thinks.plan.effort == "");
    CHECK(thinks.plan.display == "summarized");
    CHECK(thinks.losses == "");
    const Planned silent = plan("claude-sonnet-4-5", wanted);
    CHECK(silent.plan.kind == Kind::unsaid);
    CHECK(silent.losses == "reasoning.summary");
    // Thoughts may be included where there are some.
    CHECK(plan("claude-sonnet-4-5", {.include = true}).losses == "");
    CHECK(plan("claude-opus-5-5", {.enabled = false, .summary = "auto"}).plan.kind ==
          Kind::disabled);
  }

  TEST_CASE("a summary beside an effort is how its thoughts are shown") {
    const Planned older = plan("claude-sonnet-4-5", {.effort = "low", .summary = "auto"});
    CHECK(older.plan.kind == Kind::budget);
    CHECK(older.plan.display == "summarized");
    CHECK(older.losses == "");
    const Planned newer = plan("claude-opus-4-7", {.effort = "low", .summary = "auto"});
    CHECK(newer.plan.display == "summarized");
    CHECK(newer.losses == "");
  }
}

}  // namespace arouter::anthropic
