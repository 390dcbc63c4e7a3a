#include "shared/date.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

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

  TEST_CASE("a time is read with its fraction or offset, and whole or not at all") {
    for (const std::int64_t at : {-1LL, 0LL, 951'782'400LL, 1'801'436'399LL, 253'402'300'799LL}) {
      CHECK(decode_date(encode_date(at)) == at);
    }
    CHECK(decode_date("2027-01-31T22:59:59.999Z") == 1'801'436'399);
    CHECK(decode_date("2027-02-01t00:29:59+01:30") == 1'801'436'399);
    CHECK(decode_date("2027-01-31 21:59:59-01:00") == 1'801'436'399);
    for (const char* text :
         {"", "2027-01-31", "2027-01-31T22:59:59", "2027-01-31T22:59Z", "2027-02-29T00:00:00Z",
          "2027-01-31T24:00:00Z", "2027-01-31T22:60:00Z", "2027-01-31T22:59:59.Z",
          "2027-01-31T22:59:59+1:00", "2027-01-31T22:59:59+0100", "2027-01-31T22:59:59Z ",
          "27-01-31T22:59:59Z", "2027-01-31T22:59:5xZ"}) {
      CAPTURE(std::string(text));
      CHECK_FALSE(decode_date(text).has_value());
    }
  }
}

}  // namespace arouter
