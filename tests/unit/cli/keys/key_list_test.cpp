#include "cli/keys/key_list.hpp"

#include <doctest/doctest.h>

#include <array>

#include "shared/keys/key_object.hpp"

namespace arouter {

namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr std::int64_t kNow_s = 1'796'601'600;
constexpr std::string_view kNow = "2026-12-07T00:00:00Z";

/// A hash of 64 digits that begins so.
std::string hash_of(std::string_view digits) {
  std::string hash(digits);
  hash.resize(64, '0');
  return hash;
}

KeyRecord record_of(std::string_view digits, const char* name, const char* label) {
  KeyRecord key;
  key.hash = hash_of(digits);
  key.name = name;
  key.label = label;
  return key;
}

KeyRecord backend() {
  KeyRecord key = record_of("abcdef1", "backend", "lr_live_...3f9a");
  key.limit = Money{150'000'000'000'000};
  key.limit_reset = limits::Period::monthly;
  key.requests_per_minute = 60;
  key.expires_s = 1'801'436'399;
  return key;
}

const KeyUsage kUsage{.total = Money{99'000'000'000'000},
                      .daily = Money{1'500'000'000'000},
                      .weekly = Money{2},
                      .monthly = Money{27'550'000'000'000}};

/// A key of each state, as the daemon lists them at kNow.
std::string four_keys() {
  const KeyRecord active = backend();
  KeyRecord disabled = record_of("abcdef2", "batch", "lr_live_...77b0");
  disabled.disabled = true;
  disabled.limit = Money{5'000'000'000'000};
  disabled.expires_s = kNow_s - 1;
  KeyRecord management = record_of("0123456789abcdef", "ops", "lr_mgmt_...c0de");
  management.type = KeyType::management;
  KeyRecord expired = record_of("999999", "late", "lr_live_...1a7e");
  expired.expires_s = kNow_s;
  const std::array keys{UsedKey{.key = &active, .usage = kUsage}, UsedKey{.key = &disabled},
                        UsedKey{.key = &management}, UsedKey{.key = &expired}};
  return encode_key_list(keys);
}

std::vector<KeyLine> listed(std::string_view body = four_keys()) {
  const Result<std::vector<KeyLine>> keys = decode_key_list(body);
  REQUIRE(keys.has_value());
  return *keys;
}

/// The name of the key that `typed` means, or why there is none.
std::string picked(const std::string& typed) {
  const Result<KeyLine> key = pick_key(listed(), typed);
  if (!key) return key.error().message;
  return key->name;
}

std::string lines_of(std::string_view object) {
  KeyLine key;
  key.body = object;
  return key_lines(key);
}

}  // namespace

TEST_SUITE("key_list") {
  TEST_CASE("the daemon's list is read, and each object kept as it came") {
    const std::vector<KeyLine> keys = listed();
    REQUIRE(keys.size() == 4);
    CHECK(keys[0].hash == hash_of("abcdef1"));
    CHECK(keys[0].name == "backend");
    CHECK(keys[0].label == "lr_live_...3f9a");
    CHECK(keys[0].type == "regular");
    CHECK_FALSE(keys[0].disabled);
    CHECK(keys[0].expires_at == "2027-01-31T22:59:59Z");
    CHECK(keys[0].limit == "150");
    CHECK(keys[0].remaining == "122.45");
    CHECK(keys[0].reset == "monthly");
    CHECK(keys[0].usage == "99");
    CHECK(keys[0].usage_daily == "1.5");
    CHECK(keys[1].disabled);
    CHECK(keys[1].reset == "");
    CHECK(keys[2].type == "management");
    CHECK(keys[2].expires_at == "");
    CHECK(keys[2].limit == "");
    CHECK(keys[2].remaining == "");
    CHECK(keys[2].usage == "0");
    std::string bodies;
    for (const KeyLine& each : keys) bodies += (bodies.empty() ? "" : ",") + each.body;
    CHECK(R"({"data":[)" + bodies + "]}" == four_keys());
    CHECK(listed(encode_key_list({})).empty());
  }

  TEST_CASE("one key is read, and its secret where the answer holds one") {
    const KeyRecord record = backend();
    const UsedKey used{.key = &record, .usage = kUsage};
    const std::string secret = "lr_live_" + std::string(48, 'e');
    for (const std::string& body : {encode_key(used), encode_new_key(used, Secret(secret))}) {
      CAPTURE(body);
      const Result<KeyLine> key = decode_one_key(body);
      REQUIRE(key.has_value());
      CHECK(key->name == "backend");
      CHECK(key->hash == hash_of("abcdef1"));
      CHECK(key->remaining == "122.45");
      CHECK(key->body == listed()[0].body);
    }
    const Result<std::string> shown = decode_secret(encode_new_key(used, Secret(secret)));
    REQUIRE(shown.has_value());
    CHECK(*shown == secret);
    CHECK(decode_secret(encode_key(used)).has_error());
    CHECK(decode_secret("<html>").has_error());
    CHECK(decode_secret(R"({"key":7})").has_error());
  }

  TEST_CASE("what is no answer about keys is refused, with who may have given it") {
    for (const char* text : {"", "[]", "{}", "7", R"({"data":{}})", R"({"data":null})",
                             R"({"data":"a"})", "<html>", R"({"data":[}})", R"({"data":[]}x)"}) {
      CAPTURE(text);
      const Result<std::vector<KeyLine>> keys = decode_key_list(text);
      REQUIRE(keys.has_error());
      const Error error = keys.error();
      CHECK(error.kind == ErrorKind::upstream_malformed);
      CHECK(error.message.find("is it an arouter daemon?") != std::string::npos);
    }
    for (const char* text : {"", "[]", "{}", R"({"data":[]})", R"({"data":null})", "<html>"}) {
      CAPTURE(text);
      const Result<KeyLine> key = decode_one_key(text);
      REQUIRE(key.has_error());
      CHECK(key.error().kind == ErrorKind::upstream_malformed);
    }
  }

  TEST_CASE("members of another type than ours count as absent") {
    const std::vector<KeyLine> keys =
        listed(R"({"data":[{"hash":"ab","name":"a","expires_at":7,"disabled":"yes",)"
               R"("limit":"5","usage":null,)"
               R"("key_type":[]}]})");
    REQUIRE(keys.size() == 1);
    CHECK(keys[0].expires_at == "");
    CHECK(keys[0].name == "a");
    CHECK_FALSE(keys[0].disabled);
    CHECK(keys[0].limit == "");
    CHECK(keys[0].usage == "");
    CHECK(keys[0].type == "");
    CHECK(decode_key_list(R"({"data":[{"hash":7,"name":"a"}]})").has_error());  // not to be named
  }

  TEST_CASE("a key is named by its name, its label or six digits of its hash") {
    CHECK(picked("backend") == "backend");
    CHECK(picked("lr_mgmt_...c0de") == "ops");
    CHECK(picked("012345") == "ops");
    CHECK(picked("abcdef1") == "backend");
    CHECK(picked("abcdef2") == "batch");
    CHECK(picked(hash_of("999999")) == "late");
    CHECK(picked("01234") == "no key is called '01234'; see: arouter keys list");
    CHECK(picked("012346") == "no key is called '012346'; see: arouter keys list");
    CHECK(picked(hash_of("999999") + "0").starts_with("no key is called '999999"));
  }

  TEST_CASE("a name that nobody has is answered with the nearest, or with where they stand") {
    CHECK(picked("bakcend") == "no key is called 'bakcend'; did you mean 'backend'?");
    CHECK(picked("Backend") == "no key is called 'Backend'; did you mean 'backend'?");
    CHECK(picked("production") == "no key is called 'production'; see: arouter keys list");
    const Result<KeyLine> none = pick_key({}, "backend");
    REQUIRE(none.has_error());
    CHECK(none.error().message == "no key is called 'backend'; see: arouter keys list");
  }

  TEST_CASE("a name that several have is answered with their hashes") {
    CHECK(picked("abcdef") ==
          "several keys are called 'abcdef'; name one by its hash:\n"
          "  abcdef100000  lr_live_...3f9a\n"
          "  abcdef200000  lr_live_...77b0");
    std::vector<KeyLine> keys = listed();
    keys[2].name = "backend";
    const Result<KeyLine> twice = pick_key(keys, "backend");
    REQUIRE(twice.has_error());
    CHECK(twice.error().message ==
          "several keys are called 'backend'; name one by its hash:\n"
          "  abcdef100000  lr_live_...3f9a\n"
          "  0123456789ab  lr_mgmt_...c0de");
    const Result<KeyLine> one = pick_key(keys, "0123456789ab");
    REQUIRE(one.has_value());
    CHECK(one->hash == hash_of("0123456789abcdef"));
  }

  TEST_CASE(
      "people see what state keys are in, what is left, and enough of the hash to name them") {
    CHECK(key_table(listed(), kNow, true).rows ==
          Rows{{"backend", "active", "$122.45 of $150 monthly", "$99", "$1.5", "abcdef100000",
                "lr_live_...3f9a", "2027-01-31T22:59:59Z"},
               {"batch", "disabled", "$5 of $5", "$0", "$0", "abcdef200000", "lr_live_...77b0",
                "2026-12-06T23:59:59Z"},
               {"ops", "manages", "-", "$0", "$0", "0123456789ab", "lr_mgmt_...c0de", "-"},
               {"late", "expired", "-", "$0", "$0", "999999000000", "lr_live_...1a7e",
                "2026-12-07T00:00:00Z"}});
  }

  TEST_CASE("programs see whole hashes, and nothing where there is nothing") {
    const Rows rows = key_table(listed(), kNow, false).rows;
    REQUIRE(rows.size() == 4);
    CHECK(rows[0] == std::vector<std::string>{"backend", "active", "122.45 of 150 monthly", "99",
                                              "1.5", hash_of("abcdef1"), "lr_live_...3f9a",
                                              "2027-01-31T22:59:59Z"});
    CHECK(rows[2] == std::vector<std::string>{"ops", "manages", "", "0", "0",
                                              hash_of("0123456789abcdef"), "lr_mgmt_...c0de", ""});
  }

  TEST_CASE("a key expires at the second that it names, and not before") {
    const auto state_of_late = [](std::string_view now) {
      return key_table(listed(), now, true).rows[3][1];
    };
    CHECK(state_of_late("2026-12-06T23:59:59Z") == "active");
    CHECK(state_of_late("2026-12-07T00:00:00Z") == "expired");
    CHECK(state_of_late("2027-01-01T00:00:00Z") == "expired");
  }

  TEST_CASE("a narrow terminal still shows names, states and money") {
    CHECK(lay_out(key_table(listed(), kNow, true), 50) ==
          "NAME     STATE     LEFT                     SPENT\n"
          "backend  active    $122.45 of $150 monthly    $99\n"
          "batch    disabled  $5 of $5                    $0\n"
          "ops      manages   -                           $0\n"
          "late     expired   -                           $0\n");
  }

  TEST_CASE("all of one key is a line per member, with the daemon's own digits") {
    CHECK(lines_of(R"({"hash":"ab","limit":null,"rate_limit":{"requests_per_minute":5},)"
                   R"("usage":0.000000000001,"name":"b \"c\"","disabled":false,)"
                   R"("allowed_models":["acme/*"]})") ==
          "hash            ab\n"
          "limit           -\n"
          "rate_limit      {\"requests_per_minute\":5}\n"
          "usage           0.000000000001\n"
          "name            b \"c\"\n"
          "disabled        false\n"
          "allowed_models  [\"acme/*\"]\n");
    CHECK(lines_of("{}") == "");
    CHECK(lines_of("") == "");
    const std::string lines = key_lines(listed()[0]);
    CHECK(lines.starts_with("hash               " + hash_of("abcdef1") + "\nname "));
    CHECK(lines.find("\nlimit_remaining    122.45\n") != std::string::npos);
    CHECK(lines.ends_with("\nexpires_at         2027-01-31T22:59:59Z\n"));
  }
}

}  // namespace arouter
