#include "cli/keys/key_settings.hpp"

#include <doctest/doctest.h>

#include "shared/keys/key_change.hpp"

namespace arouter {

namespace {

using Words = std::vector<std::string>;

constexpr std::int64_t kNow_s = 1'796'601'600;  // 2026-12-07T00:00:00Z

std::string body_of(const KeySettings& settings, KeyBody body = KeyBody::of_change) {
  const Result<std::string> encoded = encode_key_body(settings, body, kNow_s);
  if (!encoded) return "refused: " + encoded.error().message;
  return *encoded;
}

/// The option at fault: the first word of what is said.
std::string fault_of(const KeySettings& settings) {
  const Result<std::string> encoded = encode_key_body(settings, KeyBody::of_new, kNow_s);
  if (encoded) return "none in " + *encoded;
  const Error error = encoded.error();
  CHECK(error.kind == ErrorKind::bad_request);
  CHECK(error.status == 0);  // ours, not the daemon's
  return error.message.substr(0, error.message.find(' '));
}

/// What the daemon makes of `key` by a change that says `settings`.
KeyRecord changed(const KeySettings& settings, KeyRecord key = {}) {
  const std::string body = body_of(settings);
  CAPTURE(body);
  const Result<KeyChange> change = decode_key_change(body, kNow_s);
  REQUIRE(change.has_value());
  apply(*change, key);
  return key;
}

KeyRecord restricted() {
  const KeySettings settings{.name = "backend",
                             .limit = "150.25",
                             .reset = "monthly",
                             .requests_per_minute = "60",
                             .requests_per_day = "1000",
                             .tokens_per_minute = "100000",
                             .concurrency = "4",
                             .providers = {"Acme", "beta"},
                             .models = {"acme/*", "gpt-5.4"},
                             .expires = "30d",
                             .user = "anna",
                             .priority = "critical",
                             .soft = true,
                             .no_collection = true,
                             .zdr = true};
  const std::string body = body_of(settings, KeyBody::of_new);
  CAPTURE(body);
  const Result<KeyChange> change = decode_new_key(body, kNow_s);
  REQUIRE(change.has_value());
  KeyRecord key;
  apply(*change, key);
  return key;
}

}  // namespace

TEST_SUITE("key_settings") {
  TEST_CASE("each option says its field, and what is not said is left out") {
    CHECK(body_of({}) == "{}");
    CHECK(body_of({}, KeyBody::of_new) == "{}");
    CHECK(body_of({.name = "back\"end"}) == R"({"name":"back\"end"})");
    CHECK(body_of({.reset = "monthly"}) == R"({"limit_reset":"monthly"})");
    CHECK(body_of({.requests_per_minute = "60"}) == R"({"rate_limit":{"requests_per_minute":60}})");
    CHECK(body_of({.requests_per_day = "1"}) == R"({"rate_limit":{"requests_per_day":1}})");
    CHECK(body_of({.tokens_per_minute = "9"}) == R"({"rate_limit":{"tokens_per_minute":9}})");
    CHECK(body_of({.requests_per_minute = "60", .tokens_per_minute = "100000"}) ==
          R"({"rate_limit":{"requests_per_minute":60,"tokens_per_minute":100000}})");
    CHECK(body_of({.concurrency = "4"}) == R"({"concurrency":4})");
    CHECK(body_of({.providers = {"acme", "beta"}}) == R"({"allowed_providers":["acme","beta"]})");
    CHECK(body_of({.models = {"acme/*"}}) == R"({"allowed_models":["acme/*"]})");
    CHECK(body_of({.user = "anna"}) == R"({"user":"anna"})");
    CHECK(body_of({.priority = "sheddable"}) == R"({"priority":"sheddable"})");
    CHECK(body_of({.name = "b", .limit = "1", .user = "anna"}) ==
          R"({"name":"b","limit":1,"user":"anna"})");
  }

  TEST_CASE("an amount keeps all its digits, and nothing else") {
    CHECK(body_of({.limit = "25"}) == R"({"limit":25})");
    CHECK(body_of({.limit = "0.50"}) == R"({"limit":0.5})");
    CHECK(body_of({.limit = "0"}) == R"({"limit":0})");
    CHECK(body_of({.limit = "8999999.999999999999"}) == R"({"limit":8999999.999999999999})");
  }

  TEST_CASE("'none' takes a restriction away, and a limit may never begin anew") {
    CHECK(body_of({.limit = "none"}) == R"({"limit":null})");
    CHECK(body_of({.reset = "never"}) == R"({"limit_reset":null})");
    CHECK(body_of({.requests_per_minute = "none", .requests_per_day = "5"}) ==
          R"({"rate_limit":{"requests_per_minute":null,"requests_per_day":5}})");
    CHECK(body_of({.tokens_per_minute = "none"}) == R"({"rate_limit":{"tokens_per_minute":null}})");
    CHECK(body_of({.concurrency = "none"}) == R"({"concurrency":null})");
    CHECK(body_of({.providers = {"none"}}) == R"({"allowed_providers":null})");
    CHECK(body_of({.models = {"none"}}) == R"({"allowed_models":null})");
    CHECK(body_of({.expires = "none"}) == R"({"expires_at":null})");
    CHECK(body_of({.user = "none"}) == R"({"user":null})");
  }

  TEST_CASE("a flag says one side of what it is about, and leaves the rest of it") {
    CHECK(body_of({.soft = true}) == R"({"limit_mode":"soft"})");
    CHECK(body_of({.hard = true}) == R"({"limit_mode":"hard"})");
    CHECK(body_of({.no_collection = true}) == R"({"data_policy":{"data_collection":"deny"}})");
    CHECK(body_of({.collection = true}) == R"({"data_policy":{"data_collection":"allow"}})");
    CHECK(body_of({.zdr = true}) == R"({"data_policy":{"zdr":true}})");
    CHECK(body_of({.no_zdr = true}) == R"({"data_policy":{"zdr":false}})");
    CHECK(body_of({.no_collection = true, .no_zdr = true}) ==
          R"({"data_policy":{"data_collection":"deny","zdr":false}})");
  }

  TEST_CASE("only a new key says of which type it is") {
    const KeySettings settings{.name = "ops", .management = true};
    CHECK(body_of(settings, KeyBody::of_new) == R"({"name":"ops","key_type":"management"})");
    CHECK(body_of(settings, KeyBody::of_change) == R"({"name":"ops"})");
    CHECK(body_of({.management = true}, KeyBody::of_change) == "{}");
  }

  TEST_CASE("a period counts from now, a time is handed on as it is") {
    CHECK(body_of({.expires = "30d"}) == R"({"expires_at":"2027-01-06T00:00:00Z"})");
    CHECK(body_of({.expires = "90s"}) == R"({"expires_at":"2026-12-07T00:01:30Z"})");
    CHECK(body_of({.expires = "2027-01-31T23:59:59+01:00"}) ==
          R"({"expires_at":"2027-01-31T23:59:59+01:00"})");
    CHECK(body_of({.expires = "2001-01-01T00:00:00Z"}) ==
          R"({"expires_at":"2001-01-01T00:00:00Z"})");  // the daemon knows what time it is
  }

  TEST_CASE("a wrong value is refused by its option's name") {
    for (const char* typed : {"much", "-1", "1e3", "$5", "1,5", "9000000", "5 ", "None"}) {
      CAPTURE(typed);
      CHECK(fault_of({.limit = typed}) == "--limit");
    }
    for (const char* typed :
         {"0", "01", "-1", "+1", "1.5", "1e3", "60 ", " 60", "much", "1234567890123456"}) {
      CAPTURE(typed);
      CHECK(fault_of({.requests_per_minute = typed}) == "--rpm");
      CHECK(fault_of({.requests_per_day = typed}) == "--rpd");
      CHECK(fault_of({.tokens_per_minute = typed}) == "--tpm");
      CHECK(fault_of({.concurrency = typed}) == "--concurrency");
    }
    for (const char* typed : {"soon", "30", "0d", "-1d", "2027-01-31", "2027-02-29T00:00:00Z"}) {
      CAPTURE(typed);
      CHECK(fault_of({.expires = typed}) == "--expires");
    }
    CHECK(fault_of({.limit = "1", .requests_per_minute = "1", .tokens_per_minute = "x"}) ==
          "--tpm");
  }

  TEST_CASE("the daemon reads of a new key what was said") {
    const KeyRecord key = restricted();
    CHECK(key.name == "backend");
    CHECK(key.type == KeyType::regular);
    REQUIRE(key.limit.has_value());
    CHECK(encode_money(*key.limit) == "150.25");
    CHECK(key.limit_reset == limits::Period::monthly);
    CHECK_FALSE(key.limit_is_hard);
    CHECK(key.requests_per_minute == 60);
    CHECK(key.requests_per_day == 1'000);
    CHECK(key.tokens_per_minute == 100'000);
    CHECK(key.concurrency == 4);
    CHECK(key.allowed_providers == Words{"acme", "beta"});
    CHECK(key.allowed_models == Words{"acme/*", "gpt-5.4"});
    CHECK(key.expires_s == kNow_s + 30 * 86'400);
    CHECK(key.user == "anna");
    CHECK(key.deny_collection);
    CHECK(key.zdr);
    CHECK(key.priority == KeyPriority::critical);
    const Result<KeyChange> ops =
        decode_new_key(body_of({.name = "ops", .management = true}, KeyBody::of_new), kNow_s);
    REQUIRE(ops.has_value());
    CHECK(ops->type == KeyType::management);
  }

  TEST_CASE("the daemon changes what was said, and leaves the rest") {
    const KeyRecord renamed = changed({.name = "front", .requests_per_day = "7"}, restricted());
    CHECK(renamed.name == "front");
    CHECK(renamed.requests_per_day == 7);
    CHECK(renamed.requests_per_minute == 60);
    CHECK(renamed.limit == restricted().limit);
    CHECK(renamed.expires_s == restricted().expires_s);
    CHECK(changed({.no_zdr = true}, restricted()).deny_collection);
    CHECK_FALSE(changed({.no_zdr = true}, restricted()).zdr);
  }

  TEST_CASE("everything that was restricted can be freed again") {
    const KeyRecord key = changed({.limit = "none",
                                   .reset = "never",
                                   .requests_per_minute = "none",
                                   .requests_per_day = "none",
                                   .tokens_per_minute = "none",
                                   .concurrency = "none",
                                   .providers = {"none"},
                                   .models = {"none"},
                                   .expires = "none",
                                   .user = "none",
                                   .priority = "standard",
                                   .hard = true,
                                   .collection = true,
                                   .no_zdr = true},
                                  restricted());
    CHECK(key.name == "backend");
    CHECK_FALSE(key.limit.has_value());
    CHECK(key.limit_reset == limits::Period::lifetime);
    CHECK(key.limit_is_hard);
    CHECK(key.requests_per_minute == 0);
    CHECK(key.requests_per_day == 0);
    CHECK(key.tokens_per_minute == 0);
    CHECK(key.concurrency == 0);
    CHECK(key.allowed_providers.empty());
    CHECK(key.allowed_models.empty());
    CHECK(key.expires_s == 0);
    CHECK(key.user == "");
    CHECK_FALSE(key.deny_collection);
    CHECK_FALSE(key.zdr);
    CHECK(key.priority == KeyPriority::standard);
  }
}

}  // namespace arouter
