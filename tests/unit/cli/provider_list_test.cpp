#include "cli/provider_list.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

constexpr std::string_view kProviders =
    R"({"data":[{"id":"acme","status":"degraded","model_count":2,"keys":[)"
    R"({"name":"a","state":"closed","ready_in":null},{"name":"b","state":"revoked"},)"
    R"({"name":"c","state":"cooling","ready_in":20},{"name":"d","state":"half_open"}],)"
    R"("latency_last_30m":{"p50":412,"p75":500,"p90":600,"p99":900},)"
    R"("throughput_last_30m":{"p50":48.2,"p75":40,"p90":30,"p99":10},"uptime_last_30m":99.5},)"
    R"({"id":"local","status":"unavailable","model_count":1,"keys":[)"
    R"({"name":null,"state":"open","ready_in":5}],"latency_last_30m":null,)"
    R"("throughput_last_30m":null,"uptime_last_30m":0}]})";

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

TEST_SUITE("provider_list") {
  TEST_CASE("providers become rows, with units for people only") {
    const auto providers = decode_providers(kProviders);
    REQUIRE(providers.has_value());
    CHECK(provider_table(*providers, true).rows ==
          Rows{{"acme", "degraded", "2/4", "2", "412 ms", "48.2", "99.5 %",
                "b revoked, c cooling 20 s, d on trial"},
               {"local", "unavailable", "-", "1", "-", "-", "0 %", "open 5 s"}});
    CHECK(provider_table(*providers, false).rows ==
          Rows{{"acme", "degraded", "2/4", "2", "412", "48.2", "99.5",
                "b revoked, c cooling 20 s, d on trial"},
               {"local", "unavailable", "", "1", "", "", "0", "open 5 s"}});
  }

  TEST_CASE("on a narrow terminal the status stays") {
    const auto providers = decode_providers(kProviders);
    REQUIRE(providers.has_value());
    CHECK(lay_out(provider_table(*providers, true), 30) ==
          "PROVIDER  STATUS       KEYS\n"
          "acme      degraded      2/4\n"
          "local     unavailable     -\n");
  }

  TEST_CASE("what is no list of providers is refused, and odd entries are borne") {
    for (const char* text : {"", "[]", "{}", R"({"data":{}})", "<html>"}) {
      CAPTURE(text);
      CHECK(decode_providers(text).has_error());
    }
    const auto odd = decode_providers(
        R"({"data":[1,null,{},{"id":"x","keys":7,"latency_last_30m":[],"uptime_last_30m":"1"}]})");
    REQUIRE(odd.has_value());
    REQUIRE(odd->size() == 1);
    CHECK(provider_table(*odd, true).rows == Rows{{"x", "-", "-", "0", "-", "-", "-", ""}});
  }
}

}  // namespace arouter
