#include "cli/usage/usage_report.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

constexpr std::string_view kSummary =
    R"({"object":"usage.summary","since":1,"data":[{"provider":"acme","model":"acme/model-a",)"
    R"("requests":3,"failures":1,"input_tokens":27,"output_tokens":15,"cost":"0.000144"}],)"
    R"("total":{"requests":3,"failures":1,)"
    R"("input_tokens":27,"output_tokens":15,"cost":"0.000144"}})";

constexpr std::string_view kByKey =
    R"({"object":"usage.summary","since":1,"data":[)"
    R"({"key":"back, end","key_hash":"ab","requests":2,"failures":0,"input_tokens":20,)"
    R"("output_tokens":10,"cost":"0.004"},)"
    R"({"key":"","key_hash":"","requests":1,"failures":1,"input_tokens":7,"output_tokens":5,)"
    R"("cost":"0.001"},)"
    R"({"key":"free","key_hash":"cd","requests":1,"failures":0,"input_tokens":1,)"
    R"("output_tokens":1,"cost":"0"}],)"
    R"("total":{"requests":4,"failures":1,"input_tokens":28,"output_tokens":16,"cost":"0.005"}})";

}  // namespace

TEST_SUITE("usage_report") {
  TEST_CASE("a summary becomes rows, with a total for people only") {
    const auto report = decode_usage_report(kSummary);
    REQUIRE(report.has_value());
    CHECK(usage_table(*report, "", true).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "acme", "3", "1", "27", "15", "$0.000144"},
              {"total", "", "3", "1", "27", "15", "$0.000144"}});
    CHECK(usage_table(*report, "", false).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "acme", "3", "1", "27", "15", "0.000144"}});
  }

  TEST_CASE("sums by something else have its name, and bars where several can be compared") {
    const auto report = decode_usage_report(kByKey);
    REQUIRE(report.has_value());
    const Table people = usage_table(*report, "key", true);
    CHECK(people.columns.front().title == "KEY");
    CHECK(people.rows == std::vector<std::vector<std::string>>{
                             {"back, end", "2", "0", "20", "10", "$0.004", "████████████████"},
                             {"-", "1", "1", "7", "5", "$0.001", "████"},
                             {"free", "1", "0", "1", "1", "$0.00", ""},
                             {"total", "4", "1", "28", "16", "$0.005", ""}});
    CHECK(usage_table(*report, "key", false).rows[1] ==
          std::vector<std::string>{"", "1", "1", "7", "5", "0.001"});
    CHECK(lay_out(people, 40).find("█") == std::string::npos);
  }

  TEST_CASE("for spreadsheets there are commas and a head, and quotes where they are needed") {
    const auto report = decode_usage_report(kByKey);
    REQUIRE(report.has_value());
    CHECK(usage_csv(*report, "key") ==
          "key,requests,failures,input_tokens,output_tokens,cost_usd\r\n"
          "\"back, end\",2,0,20,10,0.004\r\n"
          ",1,1,7,5,0.001\r\n"
          "free,1,0,1,1,0\r\n");
    const auto endpoints = decode_usage_report(kSummary);
    REQUIRE(endpoints.has_value());
    CHECK(usage_csv(*endpoints, "") ==
          "model,provider,requests,failures,input_tokens,output_tokens,cost_usd\r\n"
          "acme/model-a,acme,3,1,27,15,0.000144\r\n");
  }

  TEST_CASE("what another model would have cost stands beside what was paid") {
    const auto report = decode_usage_report(
        R"({"object":"usage.summary","since":0,"data":[{"provider":"acme","model":"acme/a",)"
        R"("requests":1,"failures":0,"input_tokens":9,"output_tokens":5,"cost":"0.5",)"
        R"("what_if_cost":"0.25"}],"total":{"requests":1,"failures":0,"input_tokens":9,)"
        R"("output_tokens":5,"cost":"0.5","what_if_cost":"0.25"}})");
    REQUIRE(report.has_value());
    const Table table = usage_table(*report, "", true);
    CHECK(table.columns.back().title == "WHAT IF");
    CHECK(table.rows == std::vector<std::vector<std::string>>{
                            {"acme/a", "acme", "1", "0", "9", "5", "$0.50", "$0.25"},
                            {"total", "", "1", "0", "9", "5", "$0.50", "$0.25"}});
    CHECK(usage_csv(*report, "")
              .ends_with("cost_usd,what_if_cost_usd\r\n"
                         "acme/a,acme,1,0,9,5,0.5,0.25\r\n"));
  }

  TEST_CASE("what is no summary is refused") {
    for (const char* text : {"", "{}", R"({"data":[]})", R"({"data":[],"total":[]})", "<html>"}) {
      CAPTURE(text);
      CHECK(decode_usage_report(text).has_error());
    }
  }
}

}  // namespace arouter
