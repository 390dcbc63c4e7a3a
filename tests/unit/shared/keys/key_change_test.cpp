#include "shared/keys/key_change.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace arouter {

namespace {

using Words = std::vector<std::string>;

constexpr std::int64_t kNow_s = 1'796'601'600;  // 2026-12-07T00:00:00Z

/// What PATCH makes of a new key.
KeyRecord changed(std::string_view body, KeyRecord key = {}) {
  const Result<KeyChange> change = decode_key_change(body, kNow_s);
  INFO(body);
  REQUIRE(change.has_value());
  apply(*change, key);
  return key;
}

/// The field at fault, with what is said of it.
std::pair<std::string, std::string> fault(std::string_view body, bool is_new = false) {
  const Result<KeyChange> change =
      is_new ? decode_new_key(body, kNow_s) : decode_key_change(body, kNow_s);
  INFO(body);
  REQUIRE(change.has_error());
  const Error error = change.error();
  CHECK(http_status(error) == 400);
  return {error.param, error.message};
}

}  // namespace

TEST_SUITE("key_change") {
  TEST_CASE("a new key is what its body says") {
    const Result<KeyChange> change = decode_new_key(
        R"({"name":"production-backend","key_type":"regular","allowed_providers":["OpenAI"],
            "allowed_models":["gpt-5.4","acme/*"],"limit":150.25,"limit_reset":"monthly",
            "expires_at":"2027-01-31T23:59:59+01:00","limit_mode":"soft",
            "rate_limit":{"requests_per_minute":60,"requests_per_day":null,
                          "tokens_per_minute":100000},
            "concurrency":4,"data_policy":{"data_collection":"deny","zdr":true},
            "priority":"critical","user":"anna"})",
        kNow_s);
    REQUIRE(change.has_value());
    KeyRecord key;
    apply(*change, key);
    CHECK(key.name == "production-backend");
    CHECK(key.type == KeyType::regular);
    CHECK(key.allowed_providers == Words{"openai"});
    CHECK(key.allowed_models == Words{"gpt-5.4", "acme/*"});
    REQUIRE(key.limit.has_value());
    CHECK(encode_money(*key.limit) == "150.25");
    CHECK(key.limit_reset == limits::Period::monthly);
    CHECK_FALSE(key.limit_is_hard);
    CHECK(key.expires_s == 1'801'436'399);  // 22:59:59 in UTC
    CHECK(key.requests_per_minute == 60);
    CHECK(key.requests_per_day == 0);
    CHECK(key.tokens_per_minute == 100'000);
    CHECK(key.concurrency == 4);
    CHECK(key.deny_collection);
    CHECK(key.zdr);
    CHECK(key.priority == KeyPriority::critical);
    CHECK(key.user == "anna");
  }

  TEST_CASE("a change changes what it names, and null takes a restriction away") {
    KeyRecord key = changed(R"({"limit":"1.5","limit_reset":"daily","allowed_models":["a"]})");
    key.name = "kept";
    key.requests_per_minute = 5;
    key.tokens_per_minute = 6;
    key = changed(R"({"disabled":true,"rate_limit":{"tokens_per_minute":7}})", key);
    CHECK(key.disabled);
    CHECK(key.name == "kept");
    CHECK(key.requests_per_minute == 5);
    CHECK(key.tokens_per_minute == 7);
    CHECK(encode_money(*key.limit) == "1.5");
    key = changed(R"({"disabled":false,"limit":null,"limit_reset":null,"allowed_models":null,
                      "rate_limit":null,"expires_at":null,"user":null})",
                  key);
    CHECK_FALSE(key.disabled);
    CHECK_FALSE(key.limit.has_value());
    CHECK(key.limit_reset == limits::Period::lifetime);
    CHECK(key.allowed_models.empty());
    CHECK(key.requests_per_minute == 0);
    CHECK(key.expires_s == 0);
  }

  TEST_CASE("an amount is read from its digits, however many it has") {
    CHECK(encode_money(*changed(R"({"limit":0.000000000001})").limit) == "0.000000000001");
    CHECK(encode_money(*changed(R"({"limit":8999999.999999999999})").limit) ==
          "8999999.999999999999");
    CHECK(encode_money(*changed(R"({"limit":150.0})").limit) == "150");
    CHECK(encode_money(*changed(R"({"limit":0})").limit) == "0");
    for (const char* amount :
         {"-1", "1e3", "9000000", "0.0000000000001", "true", "\"\"", "\"1,5\"", "[1]", "{}"}) {
      const auto [param, message] = fault(R"({"limit":)" + std::string(amount) + "}");
      CHECK(param == "limit");
      CHECK(message.find("'limit' must be an amount in USD") == 0);
    }
  }

  TEST_CASE("what is not understood is refused by name, with the name that may be meant") {
    CHECK(fault(R"({"limit_usd":5})") ==
          std::pair<std::string, std::string>("limit_usd",
                                              "'limit_usd' is not known; did you mean 'limit'?"));
    CHECK(fault(R"({"spending_limit":5})").second.find("'limit'?") != std::string::npos);
    CHECK(fault(R"({"allowed_provider":["a"]})").second.find("'allowed_providers'?") !=
          std::string::npos);
    CHECK(fault(R"({"rate_limit":{"rpm":5}})").first == "rate_limit.rpm");
    CHECK(fault(R"({"data_policy":{"zdr":1}})").first == "data_policy.zdr");
    CHECK(fault(R"({"name":"a","name":"b"})") ==
          std::pair<std::string, std::string>("name", "'name' stands twice"));
    CHECK(fault(R"({"name":"a","n\u0061me":"b"})").second == "'name' stands twice");
    CHECK(fault(R"({"key_type":"management"})").second == "'key_type' cannot be changed");
  }

  TEST_CASE("every field that is wrong is named") {
    for (const auto& [body, param] : std::vector<std::pair<const char*, const char*>>{
             {R"({"name":5})", "name"},
             {R"({"name":""})", "name"},
             {R"({"name":null})", "name"},
             {R"({"name":"a\nb"})", "name"},
             {R"({"name":"\ud800"})", "name"},
             {R"({"disabled":"true"})", "disabled"},
             {R"({"limit_reset":"yearly"})", "limit_reset"},
             {R"({"limit_mode":"harsh"})", "limit_mode"},
             {R"({"limit_mode":null})", "limit_mode"},
             {R"({"allowed_models":[]})", "allowed_models"},
             {R"({"allowed_models":"a"})", "allowed_models"},
             {R"({"allowed_models":["a",""]})", "allowed_models"},
             {R"({"allowed_providers":[1]})", "allowed_providers"},
             {R"({"rate_limit":5})", "rate_limit"},
             {R"({"rate_limit":{"requests_per_minute":0}})", "rate_limit.requests_per_minute"},
             {R"({"rate_limit":{"requests_per_minute":1.5}})", "rate_limit.requests_per_minute"},
             {R"({"rate_limit":{"tokens_per_minute":"9"}})", "rate_limit.tokens_per_minute"},
             {R"({"concurrency":-1})", "concurrency"},
             {R"({"priority":"vip"})", "priority"},
             {R"({"user":7})", "user"},
             {R"({"data_policy":{"data_collection":"maybe"}})", "data_policy.data_collection"}}) {
      CHECK(fault(body).first == param);
    }
    CHECK(fault("{\"name\":\"" + std::string(129, 'a') + "\"}").first == "name");
  }

  TEST_CASE("an expiry is a time in the future") {
    CHECK(changed(R"({"expires_at":"2026-12-07T00:00:01Z"})").expires_s == kNow_s + 1);
    CHECK(changed(R"({"expires_at":"2026-12-07t00:00:01.75z"})").expires_s == kNow_s + 1);
    CHECK(fault(R"({"expires_at":"2026-12-07T00:00:00Z"})").second ==
          "'expires_at' is in the past");
    for (const char* time : {"2026-12-07", "2027-02-29T00:00:00Z", "2027-01-01T24:00:00Z",
                             "2027-01-01T00:00:00", "2027-01-01T00:00:00.Z",
                             "2027-01-01T00:00:00+0100", "2027-01-01T00:00:00Zx", "soon", ""}) {
      const auto [param, message] = fault(R"({"expires_at":")" + std::string(time) + "\"}");
      CHECK(param == "expires_at");
      CHECK(message.find("must be a time") != std::string::npos);
    }
    CHECK(fault(R"({"expires_at":1801436399})").first == "expires_at");
  }

  TEST_CASE("a body that is no object, or says nothing, is refused") {
    fault("");
    fault("[]");
    fault("{\"name\":}");
    CHECK(fault("{}").second.find("name a field") != std::string::npos);
    CHECK(fault("{}", true).first == "name");
    CHECK(decode_new_key(R"({"name":"a","key_type":"management"})", kNow_s)->type ==
          KeyType::management);
    CHECK(fault(R"({"name":"a","key_type":"root"})", true).first == "key_type");
  }
}

}  // namespace arouter
