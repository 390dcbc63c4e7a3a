#include "cli/period.hpp"

#include <doctest/doctest.h>

#include "shared/date.hpp"

namespace arouter {

TEST_SUITE("period") {
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

  TEST_CASE("a month goes from its first second to the next month's") {
    const auto span = [](std::string_view month) {
      const auto found = decode_month(month);
      REQUIRE(found.has_value());
      return encode_date(found->begin_s) + " " + encode_date(found->end_s);
    };
    CHECK(span("2027-01") == "2027-01-01T00:00:00Z 2027-02-01T00:00:00Z");
    CHECK(span("2028-02") == "2028-02-01T00:00:00Z 2028-03-01T00:00:00Z");
    CHECK(span("2026-12") == "2026-12-01T00:00:00Z 2027-01-01T00:00:00Z");
    for (const char* text : {"", "2027", "2027-13", "2027-1", "2027-00", "27-01", "2027-01-01"}) {
      CAPTURE(text);
      CHECK_FALSE(decode_month(text).has_value());
    }
    CHECK(month_before(*decode_date("2027-01-31T23:59:59Z")) == "2026-12");
    CHECK(month_before(*decode_date("2027-03-01T00:00:00Z")) == "2027-02");
  }
}

}  // namespace arouter
