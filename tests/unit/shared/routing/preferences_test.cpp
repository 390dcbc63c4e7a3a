#include "shared/routing/preferences.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/openai/peek.hpp"

namespace arouter::routing {

namespace {

Result<Preferences> read(const std::string& members) {
  const std::string body = R"({"model":"m",)" + members + "}";
  const Result<Peek> peek = openai::peek_request(body);
  if (!peek) return peek.error();
  return decode_preferences(body, peek->routing);
}

Preferences good(const std::string& members) {
  const Result<Preferences> preferences = read(members);
  REQUIRE_MESSAGE(preferences.has_value(), members);
  return *preferences;
}

Preferences provider(const std::string& members) {
  return good(R"("provider":{)" + members + "}");
}

/// The field that is blamed.
std::string blamed(const std::string& members) {
  const Result<Preferences> preferences = read(members);
  REQUIRE_MESSAGE(!preferences.has_value(), members);
  CHECK(preferences.error().kind == ErrorKind::bad_request);
  return preferences.error().param;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("routing preferences") {
  TEST_CASE("nothing said is nothing wanted, and null is nothing") {
    const Preferences none = good(R"("provider":null,"models":null,"route":null,"plugins":null)");
    CHECK(none.order.empty());
    CHECK(none.allow_fallbacks);
    CHECK_FALSE(none.require_parameters);
    CHECK_FALSE(none.deny_collection);
    CHECK(none.sort == SortBy::none);
    CHECK(provider(R"("order":null,"zdr":null,"sort":null,"max_price":null)").order.empty());
  }

  TEST_CASE("names of providers are read without regard to case") {
    const Preferences read =
        provider(R"("order":["OpenAI","acme/FP8"],"only":["A"],"ignore":["B","c"])");
    CHECK(read.order == Names{"openai", "acme/fp8"});
    CHECK(read.only == Names{"a"});
    CHECK(read.ignore == Names{"b", "c"});
  }

  TEST_CASE("flags and words") {
    const Preferences read = provider(
        R"("allow_fallbacks":false,"require_parameters":true,"data_collection":"deny","zdr":true,)"
        R"("quantizations":["fp8","int4"])");
    CHECK_FALSE(read.allow_fallbacks);
    CHECK(read.require_parameters);
    CHECK(read.deny_collection);
    CHECK(read.zdr);
    CHECK(read.quantizations == Names{"fp8", "int4"});
    CHECK_FALSE(provider(R"("data_collection":"allow")").deny_collection);
  }

  TEST_CASE("sort is a word, or an object of by and partition") {
    CHECK(provider(R"("sort":"price")").sort == SortBy::price);
    CHECK(provider(R"("sort":"latency")").sort == SortBy::latency);
    const Preferences across = provider(R"("sort":{"by":"throughput","partition":"none"})");
    CHECK(across.sort == SortBy::throughput);
    CHECK(across.sort_across_models);
    CHECK_FALSE(provider(R"("sort":{"by":"price","partition":"model"})").sort_across_models);
  }

  TEST_CASE("prices for a million tokens are exact, written as numbers or as strings") {
    const MaxPrice most =
        provider(R"("max_price":{"prompt":0.1,"completion":"2.5","request":0,"image":1})")
            .max_price;
    CHECK(most.prompt->pico_usd == 100'000'000'000);
    CHECK(most.completion->pico_usd == 2'500'000'000'000);
    CHECK(most.request->pico_usd == 0);
    CHECK(most.image->pico_usd == 1'000'000'000'000);
    CHECK_FALSE(provider(R"("max_price":{"prompt":1})").max_price.completion.has_value());
  }

  TEST_CASE("cut-offs: a number is the median") {
    const Preferences read =
        provider(R"("preferred_min_throughput":20.5,"preferred_max_latency":{"p50":0.3,"p99":4})");
    CHECK(read.min_throughput[0] == 20'500);
    CHECK_FALSE(read.min_throughput[1].has_value());
    CHECK(read.max_latency[0] == 300);
    CHECK(read.max_latency[3] == 4'000);
  }

  TEST_CASE("models, route and the auto router") {
    const Preferences read =
        good(R"("models":["a/x","b/y"],"route":"fallback","plugins":[{"id":"web","n":1},)"
             R"({"id":"auto-router","allowed_models":["a/*"],"excluded_models":["a/z"]}])");
    CHECK(read.models == Names{"a/x", "b/y"});
    CHECK(read.allowed_models == Names{"a/*"});
    CHECK(read.excluded_models == Names{"a/z"});
  }

  TEST_CASE("what is wrong is named") {
    CHECK(blamed(R"("provider":"acme")") == "provider");
    CHECK(blamed(R"("provider":[1])") == "provider");
    CHECK(blamed(R"("provider":{"order":5})") == "provider.order");
    CHECK(blamed(R"("provider":{"order":[5]})") == "provider.order");
    CHECK(blamed(R"("provider":{"only":[]})") == "provider.only");
    CHECK(blamed(R"("provider":{"zdr":"yes"})") == "provider.zdr");
    CHECK(blamed(R"("provider":{"allow_fallbacks":0})") == "provider.allow_fallbacks");
    CHECK(blamed(R"("provider":{"data_collection":"none"})") == "provider.data_collection");
    CHECK(blamed(R"("provider":{"sort":"speed"})") == "provider.sort");
    CHECK(blamed(R"("provider":{"sort":{"by":"x"}})") == "provider.sort.by");
    CHECK(blamed(R"("provider":{"sort":{"partition":"x"}})") == "provider.sort.partition");
    CHECK(blamed(R"("provider":{"max_price":5})") == "provider.max_price");
    CHECK(blamed(R"("provider":{"max_price":{"prompt":-1}})") == "provider.max_price.prompt");
    CHECK(blamed(R"("provider":{"max_price":{"prompt":1e-3}})") == "provider.max_price.prompt");
    CHECK(blamed(R"("provider":{"max_price":{"audio":1}})") == "provider.max_price.audio");
    CHECK(blamed(R"("provider":{"preferred_max_latency":{"p95":1}})") ==
          "provider.preferred_max_latency.p95");
    CHECK(blamed(R"("models":"a")") == "models");
    CHECK(blamed(R"("models":[""])") == "models");
    CHECK(blamed(R"("route":"best")") == "route");
    CHECK(blamed(R"("plugins":{})") == "plugins");
    CHECK(blamed(R"("plugins":[{"id":"auto-router","allowed_models":7}])") ==
          "plugins.allowed_models");
  }

  TEST_CASE("a field of provider that nobody knows is refused, with the nearest name") {
    const Result<Preferences> misspelt = read(R"("provider":{"data_colection":"deny"})");
    REQUIRE(!misspelt.has_value());
    CHECK(misspelt.error().param == "provider.data_colection");
    CHECK(misspelt.error().message.find("data_collection") != std::string::npos);
  }

  TEST_CASE("lists have a cap") {
    std::string names;
    for (int i = 0; i < 65; ++i) names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
    CHECK(blamed(R"("provider":{"order":[)" + names + "]}") == "provider.order");
    CHECK(blamed(R"("models":[)" + names + "]") == "models");
  }
}

}  // namespace arouter::routing
