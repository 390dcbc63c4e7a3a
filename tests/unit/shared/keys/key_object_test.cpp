#include "shared/keys/key_object.hpp"

#include <doctest/doctest.h>

#include <array>

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

Money usd(const char* text) {
  const Result<Money> amount = decode_money(text);
  REQUIRE(amount.has_value());
  return *amount;
}

KeyRecord example() {
  KeyRecord key;
  key.hash = "abc123";
  key.name = "back\"end";
  key.label = "lr_live_...3f9a";
  key.created_s = 1'736'937'000;
  key.limit = usd("150");
  key.limit_reset = limits::Period::monthly;
  key.allowed_providers = {"openai", "anthropic"};
  key.requests_per_minute = 60;
  return key;
}

const KeyUsage kUsage{.total = Money{99'000'000'000'000},
                      .daily = Money{1'500'000'000'000},
                      .weekly = Money{1},
                      .monthly = Money{27'550'000'000'000}};

}  // namespace

TEST_SUITE("key_object") {
  TEST_CASE("a key is shown with what is left of its limit, and null where nothing is set") {
    const KeyRecord key = example();
    CHECK(encode_key({.key = &key, .usage = kUsage}) ==
          R"({"data":{"hash":"abc123","name":"back\"end","label":"lr_live_...3f9a",)"
          R"("key_type":"regular","disabled":false,"limit":150,"limit_remaining":122.45,)"
          R"("limit_reset":"monthly","limit_mode":"hard",)"
          R"("allowed_providers":["openai","anthropic"],"allowed_models":null,)"
          R"("rate_limit":{"requests_per_minute":60,"requests_per_day":null,)"
          R"("tokens_per_minute":null},"concurrency":null,)"
          R"("data_policy":{"data_collection":"allow","zdr":false},"priority":"standard",)"
          R"("user":null,"usage":99,"usage_daily":1.5,"usage_weekly":0.000000000001,)"
          R"("usage_monthly":27.55,"created_at":"2025-01-15T10:30:00Z","updated_at":null,)"
          R"("expires_at":null}})");
  }

  TEST_CASE("what is left is of the limit's own period, and never less than nothing") {
    KeyRecord key = example();
    CHECK(limit_remaining(key, kUsage) == usd("122.45"));
    key.limit_reset = limits::Period::daily;
    CHECK(limit_remaining(key, kUsage) == usd("148.5"));
    key.limit_reset = limits::Period::weekly;
    CHECK(limit_remaining(key, kUsage) == usd("149.999999999999"));
    key.limit_reset = limits::Period::lifetime;
    CHECK(limit_remaining(key, kUsage) == usd("51"));
    key.limit = usd("98");
    CHECK(limit_remaining(key, kUsage) == Money{});
    key.limit.reset();
    CHECK_FALSE(limit_remaining(key, kUsage).has_value());
  }

  TEST_CASE("the key itself is shown with the answer that makes it, and in no other") {
    const KeyRecord key = example();
    const UsedKey used{.key = &key, .usage = {}};
    const std::string secret = "lr_live_" + std::string(48, 'e');
    const std::string made = encode_new_key(used, Secret(secret));
    CHECK(made.ends_with(R"(,"key":")" + secret + "\"}"));
    const std::array keys{used, used};
    for (const std::string& each :
         {encode_key(used), encode_key_list(keys), encode_own_key(used)}) {
      CHECK(each.find(secret) == std::string::npos);
      CHECK(scan_json(each).has_value());
    }
    CHECK(scan_json(made).has_value());
    CHECK(encode_key_list({}) == R"({"data":[]})");
  }

  TEST_CASE("a key may know of itself what its limits are and what it used") {
    KeyRecord key = example();
    key.type = KeyType::management;
    key.expires_s = 1'801'436'399;
    key.limit_reset = limits::Period::lifetime;
    CHECK(encode_own_key({.key = &key, .usage = kUsage}) ==
          R"({"data":{"label":"lr_live_...3f9a","limit":150,"limit_remaining":51,)"
          R"("limit_reset":null,"limit_mode":"hard","usage":99,"usage_daily":1.5,)"
          R"("usage_weekly":0.000000000001,"usage_monthly":27.55,"is_free_tier":false,)"
          R"("is_management_key":true,"is_provisioning_key":true,"include_byok_in_limit":false,)"
          R"("expires_at":"2027-01-31T22:59:59Z","rate_limit":{"requests_per_minute":60,)"
          R"("requests_per_day":null,"tokens_per_minute":null},"concurrency":null}})");
  }
}

}  // namespace arouter
