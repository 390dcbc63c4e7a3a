#include "shared/keys/key_settings.hpp"

#include <doctest/doctest.h>

#include "shared/keys/key_object.hpp"
#include "shared/keys/key_usage.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kThursday = 1'796'256'000;  // 2026-12-03T00:00:00Z

}  // namespace

TEST_SUITE("key settings") {
  TEST_CASE("what a store keeps of a key comes back whole") {
    KeyRecord key;
    key.name = "back \"end\"";
    key.type = KeyType::management;
    key.disabled = true;
    key.expires_s = 1'000;  // long ago, and a key still
    key.limit = Money{1};
    key.limit_reset = limits::Period::weekly;
    key.limit_is_hard = false;
    key.allowed_providers = {"acme", "beta"};
    key.allowed_models = {"acme/*"};
    key.requests_per_minute = 1;
    key.requests_per_day = 2;
    key.tokens_per_minute = 3;
    key.concurrency = 4;
    key.deny_collection = true;
    key.zdr = true;
    key.priority = KeyPriority::sheddable;
    key.user = "ann";
    for (const KeyRecord& each : {key, KeyRecord{.name = "plain"}}) {
      const std::string text = encode_settings(each);
      CAPTURE(text);
      KeyRecord read;
      REQUIRE(decode_settings(text, read).has_value());
      CHECK(encode_settings(read) == text);
      CHECK(read.name == each.name);
      CHECK(read.type == each.type);
      CHECK(read.disabled == each.disabled);
      CHECK(read.expires_s == each.expires_s);
      CHECK(read.limit == each.limit);
      CHECK(settings_of(read) == settings_of(each));
      CHECK(read.allowed_providers == each.allowed_providers);
      CHECK(read.allowed_models == each.allowed_models);
      CHECK(read.deny_collection == each.deny_collection);
      CHECK(read.zdr == each.zdr);
      CHECK(read.priority == each.priority);
      CHECK(read.user == each.user);
    }
    KeyRecord read;
    CHECK(decode_settings("{", read).has_error());
    CHECK(decode_settings(R"({"name":"x","colour":"red"})", read).has_error());
  }

  TEST_CASE("days count for the day, week and month that now is, and all of them for ever") {
    KeyUsage usage;
    const auto add = [&](std::int64_t unix_s, std::int64_t cost) {
      add_day(usage, static_cast<std::int32_t>(unix_s / kDay), Money{cost}, kThursday + 5);
    };
    add(kThursday, 1);
    add(kThursday - kDay, 10);
    add(kThursday - 2 * kDay, 100);    // the first of the month
    add(kThursday - 3 * kDay, 1'000);  // Monday, of the month before
    add(kThursday - 4 * kDay, 10'000);
    CHECK(usage.daily == Money{1});
    CHECK(usage.weekly == Money{1'111});
    CHECK(usage.monthly == Money{111});
    CHECK(usage.total == Money{11'111});
    KeyRecord key;
    const auto spent = [&](limits::Period period) {
      key.limit_reset = period;
      return spent_of_limit(key, usage);
    };
    CHECK(spent(limits::Period::daily) == Money{1});
    CHECK(spent(limits::Period::weekly) == Money{1'111});
    CHECK(spent(limits::Period::monthly) == Money{111});
    CHECK(spent(limits::Period::lifetime) == Money{11'111});
  }
}

}  // namespace arouter
