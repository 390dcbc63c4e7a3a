#include "shared/keys/key_record.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("key_record") {
  TEST_CASE("a label shows how a key begins and its last characters, never those of a short one") {
    CHECK(key_label("lr_live_" + std::string(44, 'a') + "3f9a") == "lr_live_...3f9a");
    CHECK(key_label("lr_mgmt_0123456789abcdef") == "lr_mgmt_...");
    CHECK(key_label("0123456789abcdef0123456789abcdef") == "...cdef");
    CHECK(key_label("") == "...");
  }

  TEST_CASE("a key is in force until it is disabled or expires") {
    KeyRecord key;
    CHECK(check_in_force(key, 100).has_value());
    key.expires_s = 100;
    CHECK(check_in_force(key, 99).has_value());
    const Result<void> expired = check_in_force(key, 100);
    REQUIRE(expired.has_error());
    CHECK(http_status(expired.error()) == 401);
    CHECK(expired.error().code == "key_expired");
    key.disabled = true;
    CHECK(check_in_force(key, 99).error().code == "key_disabled");
  }

  TEST_CASE("a key without lists may use everything, one with lists what they name") {
    KeyRecord key;
    CHECK(allows_provider(key, "acme"));
    CHECK(allows_model(key, "acme/model-a"));
    key.allowed_providers = {"acme"};
    key.allowed_models = {"gpt-5.4", "acme/*", "Anthropic/claude-*", "meta/llama-4"};
    CHECK(allows_provider(key, "ACME"));
    CHECK_FALSE(allows_provider(key, "acme2"));
    CHECK(allows_model(key, "openai/gpt-5.4"));
    CHECK_FALSE(allows_model(key, "openai/gpt-5.4-mini"));
    CHECK(allows_model(key, "Acme/anything"));
    CHECK(allows_model(key, "anthropic/claude-x"));
    CHECK(allows_model(key, "meta/llama-4"));
    CHECK_FALSE(allows_model(key, "other/meta/llama-4"));
    key.allowed_models = {"gpt-*"};
    CHECK(allows_model(key, "openai/gpt-5.4-mini"));
    CHECK_FALSE(allows_model(key, "openai/o4"));
  }

  TEST_CASE("a key's limits are those of the limiter") {
    CHECK_FALSE(limits::limits_of(settings_of(KeyRecord{})).any());
    KeyRecord key;
    key.requests_per_minute = 60;
    key.requests_per_day = 2;
    key.tokens_per_minute = 5;
    key.concurrency = 3;
    key.limit = Money{7};
    key.limit_reset = limits::Period::weekly;
    key.limit_is_hard = false;
    const limits::Limits limits = limits::limits_of(settings_of(key));
    CHECK(limits.requests_per_minute.burst == 60);
    CHECK(limits.requests_per_day.burst == 2);
    CHECK(limits.tokens_per_minute.burst == 5);
    CHECK(limits.concurrency == 3);
    REQUIRE(limits.budget.has_value());
    CHECK(limits.budget->limit == Money{7});
    CHECK(limits.budget->period == limits::Period::weekly);
    CHECK_FALSE(limits.budget->hard);
    key.concurrency = 1'000'000'000'000;
    CHECK(limits::limits_of(settings_of(key)).concurrency == 4'294'967'295);
  }
}

}  // namespace arouter
