#include "cli/usage_report.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

constexpr std::string_view kSummary =
    R"({"object":"usage.summary","since":1,"data":[{"provider":"acme","model":"acme/model-a",)"
    R"("requests":3,"failures":1,"input_tokens":27,"output_tokens":15,"cost":"0.000144"}],)"
    R"("total":{"requests":3,"failures":1,)"
    R"("input_tokens":27,"output_tokens":15,"cost":"0.000144"}})";

}  // namespace

TEST_SUITE("usage_report") {
  TEST_CASE("a summary becomes rows, with a total for people only") {
    const auto report = decode_usage_report(kSummary);
    REQUIRE(report.has_value());
    CHECK(usage_table(*report, true).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "acme", "3", "1", "27", "15", "$0.000144"},
              {"total", "", "3", "1", "27", "15", "$0.000144"}});
    CHECK(usage_table(*report, false).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "acme", "3", "1", "27", "15", "0.000144"}});
  }

  TEST_CASE("what is no summary is refused") {
    for (const char* text : {"", "{}", R"({"data":[]})", R"({"data":[],"total":[]})", "<html>"}) {
      CAPTURE(text);
      CHECK(decode_usage_report(text).has_error());
    }
  }

  TEST_CASE("a period is a number and a unit") {
    CHECK(decode_period("90s") == 90);
    CHECK(decode_period("30m") == 1'800);
    CHECK(decode_period("24h") == 86'400);
    CHECK(decode_period("7d") == 604'800);
    CHECK(decode_period("2w") == 1'209'600);
    for (const char* text : {"", "h", "7", "0d", "-1d", "1.5d", "7 d", "7dd", "7y",
                             "9999999999999999999d", "999999999w"}) {
      CAPTURE(text);
      CHECK_FALSE(decode_period(text).has_value());
    }
  }
}

}  // namespace arouter
