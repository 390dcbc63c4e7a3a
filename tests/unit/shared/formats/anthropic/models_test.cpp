#include "shared/formats/anthropic/models.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

TEST_SUITE("anthropic models") {
  TEST_CASE("old models think by budget and take sampling parameters") {
    for (const char* name :
         {"claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-opus-4-20250514",
          "claude-sonnet-4-5-20250929", "anthropic.claude-haiku-4-5-20251001-v1:0", "claude-2.1",
          "claude-instant-1.2", "claude-4.5-sonnet"}) {
      CAPTURE(name);
      CHECK(traits_of(name).is_claude);
      CHECK(!traits_of(name).adaptive_thinking);
      CHECK(traits_of(name).takes_sampling);
      CHECK(traits_of(name).takes_disabled);
      CHECK(!traits_of(name).thinks_unasked);
    }
  }

  TEST_CASE("new models think by effort and choose their own sampling") {
    for (const char* name :
         {"claude-opus-4-7", "anthropic/claude-opus-4.8", "claude-sonnet-5", "claude-opus-5-5",
          "claude-haiku-5-5-20261001", "claude-fable-5-1", "claude-mythos-preview"}) {
      CAPTURE(name);
      CHECK(traits_of(name).adaptive_thinking);
      CHECK(traits_of(name).xhigh_effort);
      CHECK(!traits_of(name).takes_sampling);
      CHECK(traits_of(name).takes_schema);
    }
  }

  TEST_CASE("4.6 stands between") {
    const ModelTraits traits = traits_of("us.anthropic.claude-opus-4-6-v1");
    CHECK(traits.adaptive_thinking);
    CHECK(!traits.xhigh_effort);
    CHECK(traits.takes_sampling);
    CHECK(traits.one_sampler);
  }

  TEST_CASE("some cannot be told not to think, some need not be") {
    CHECK(traits_of("claude-fable-5").thinks_always);
    CHECK(!traits_of("claude-fable-5").takes_disabled);
    CHECK(!traits_of("claude-opus-4-7").takes_disabled);
    CHECK(!traits_of("claude-opus-4-7").thinks_unasked);
    CHECK(traits_of("claude-opus-5").takes_disabled);
    CHECK(traits_of("claude-opus-5").thinks_unasked);
  }

  TEST_CASE("schemas are taken from 4.5 on, one sampler from 4.1 on") {
    CHECK(!traits_of("claude-opus-4-1-20250805").takes_schema);
    CHECK(traits_of("claude-opus-4-1-20250805").one_sampler);
    CHECK(traits_of("claude-haiku-4-5").takes_schema);
    CHECK(!traits_of("claude-sonnet-4-20250514").one_sampler);
  }

  TEST_CASE("models of others take everything of the older API") {
    const ModelTraits traits = traits_of("kimi-k2.5");
    CHECK(!traits.is_claude);
    CHECK(!traits.adaptive_thinking);
    CHECK(traits.takes_sampling);
    CHECK(traits.takes_disabled);
    CHECK(traits.takes_schema);
    CHECK(traits_of("").takes_sampling);
  }
}

}  // namespace arouter::anthropic
