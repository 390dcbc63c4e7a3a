#include "shared/routing/caller_keys.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/shared/routing/catalog_text.hpp"

namespace arouter::routing {

namespace {

constexpr std::string_view kText = R"(
[[provider]]
name = "acme"
base_url = "http://127.0.0.1:1/v1"
byok = true
[[provider]]
name = "beta-2"
base_url = "http://127.0.0.1:2/v1"
byok = true
[[provider]]
name = "closed"
base_url = "http://127.0.0.1:3/v1"
)";

const Catalog& catalog() {
  static const std::shared_ptr<const Catalog> built = catalog_from(kText);
  return *built;
}

Result<std::vector<CallerKey>> decode(const std::vector<std::string_view>& values) {
  HeaderFields fields;
  fields.add({"Host", "localhost"});
  for (const std::string_view value : values) fields.add({"x-arouter-provider-KEY", value});
  return decode_caller_keys(fields, catalog());
}

/// "acme KEY, beta-2 KEY only", or the refusal's code.
std::string told(const std::vector<std::string_view>& values) {
  const auto keys = decode(values);
  if (!keys) return keys.error().code;
  std::string text;
  for (const CallerKey& key : *keys) {
    text += (text.empty() ? "" : ", ") + key.provider->name + " " +
            std::string(key.value.reveal()) + (key.only ? " only" : "");
  }
  return text;
}

}  // namespace

TEST_SUITE("caller keys") {
  TEST_CASE("keys are read from fields and from lists in them") {
    CHECK(told({}) == "");
    CHECK(told({"acme=sk-1"}) == "acme sk-1");
    CHECK(told({"acme=sk-1", "beta-2=sk-2;only"}) == "acme sk-1, beta-2 sk-2 only");
    CHECK(told({"ACME=sk-1; Only , Beta-2=a=b=="}) == "acme sk-1 only, beta-2 a=b==");
    CHECK(told({",acme=sk-1, ,"}) == "acme sk-1");
  }

  TEST_CASE("a key is found for its provider") {
    const auto keys = decode({"beta-2=sk-2"});
    REQUIRE(keys.has_value());
    CHECK(find_caller_key(*keys, *catalog().find_provider("beta-2")) == &keys->front());
    CHECK(find_caller_key(*keys, *catalog().find_provider("acme")) == nullptr);
  }

  TEST_CASE("what is no key for a provider that takes one is refused, and never repeated") {
    const std::vector<std::vector<std::string_view>> cases{
        {""},
        {" , "},
        {"sk-canary"},
        {"sk-canary=="},
        {"sk-canary;only"},
        {"sk-canary;only=acme"},
        {"=sk-canary"},
        {"acme="},
        {"acme=;only"},
        {"acme=sk-canary x"},
        {"acme=sk-canary\x80"},
        {"acme=sk-canary;"},
        {"acme=sk-canary;onyl"},
        {"acme=sk-canary;only;only"},
        {"acme =sk-canary"},
        {"closed=sk-canary"},
        {"nobody=sk-canary"},
        {"acme=sk-canary,acme=sk-canary"},
        {"acme=sk-1", "ACME=sk-canary"},
        {"acme=sk-1,sk-canary"},
    };
    for (const auto& values : cases) {
      CAPTURE(values.front());
      const auto keys = decode(values);
      REQUIRE(keys.has_error());
      const Error error = keys.error();
      CHECK(error.kind == ErrorKind::bad_request);
      CHECK(error.code == "invalid_provider_key");
      CHECK((error.message + error.detail + error.param).find("canary") == std::string::npos);
    }
  }

  TEST_CASE("a refusal says what would be right") {
    const auto message_of = [](std::string_view value) { return decode({value}).error().message; };
    CHECK(message_of("x") ==
          "the field X-ARouter-Provider-Key must be PROVIDER=KEY or PROVIDER=KEY;only");
    CHECK(message_of("nobody=k").ends_with("these take a caller's key: acme, beta-2"));
    CHECK(message_of("closed=k").find("'closed', which takes none of callers") !=
          std::string::npos);
    CHECK(missing_caller_key(*catalog().find_provider("acme")).message ==
          "provider 'acme' is asked with the caller's own key: send it as "
          "'X-ARouter-Provider-Key: acme=KEY'");
  }
}

}  // namespace arouter::routing
