#include "shared/date.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace arouter {

TEST_SUITE("date") {
  TEST_CASE("a point in time is written in both ways") {
    CHECK(encode_date(1'801'440'000) == "2027-02-01T00:00:00Z");
    CHECK(encode_http_date(1'801'440'000) == "Mon, 01 Feb 2027 00:00:00 GMT");
    CHECK(encode_http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110's
    CHECK(encode_date(0) == "1970-01-01T00:00:00Z");
  }

  TEST_CASE("a time that no calendar has is the epoch") {
    CHECK(encode_date(std::numeric_limits<std::int64_t>::max()) == "1970-01-01T00:00:00Z");
    CHECK(encode_http_date(std::numeric_limits<std::int64_t>::min()) ==
          "Thu, 01 Jan 1970 00:00:00 GMT");
  }
}

}  // namespace arouter
