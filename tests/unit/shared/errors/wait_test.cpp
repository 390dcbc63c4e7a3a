#include "shared/errors/wait.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace arouter {

namespace {

constexpr std::int64_t kNow_s = 1'796'067'000;  // 2026-11-30T19:30:00Z

using Fields = std::vector<std::pair<std::string, std::string>>;

std::uint32_t wait_of(const Fields& said) {
  HeaderFields fields;
  for (const auto& [name, value] : said) fields.add({name, value});
  return find_wait(fields, kNow_s);
}

}  // namespace

TEST_SUITE("wait") {
  TEST_CASE("Retry-After in seconds is kept between a second and five minutes") {
    CHECK(decode_retry_after("5", kNow_s) == 5);
    CHECK(decode_retry_after("0", kNow_s) == 1);
    CHECK(decode_retry_after("1.2", kNow_s) == 2);
    CHECK(decode_retry_after("0000000000005", kNow_s) == 5);
    CHECK(decode_retry_after("300", kNow_s) == 300);
    CHECK(decode_retry_after("301", kNow_s) == 300);
    CHECK(decode_retry_after("4294967297", kNow_s) == 300);
    CHECK(decode_retry_after("1000000000000000000", kNow_s) == 300);
    CHECK(decode_retry_after(std::string(10'000, '9'), kNow_s) == 300);
  }

  TEST_CASE("Retry-After may be a date in any of the three forms") {
    CHECK(decode_retry_after("Mon, 30 Nov 2026 19:30:20 GMT", kNow_s) == 20);
    CHECK(decode_retry_after("Monday, 30-Nov-26 19:31:00 GMT", kNow_s) == 60);
    CHECK(decode_retry_after("Mon Nov 30 19:30:07 2026", kNow_s) == 7);
    CHECK(decode_retry_after("Tue Dec  1 19:30:07 2026", kNow_s) == 300);
    CHECK(decode_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", kNow_s) == 1);
    CHECK(decode_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", kNow_s) == 1);
  }

  TEST_CASE("a Retry-After that is neither says nothing") {
    for (const std::string value :
         {"", "-1", "+5", "1.", "5s", " 5", "5 ", "1e18", "x", "99999999999999999999x",
          "Mon, 31 Feb 2026 19:30:20 GMT", "Mon, 30 Nov 2026", "Mon, 30 Nov 2026 19:30 GMT",
          "Mon, 30 Nov 2026 99:30:20 GMT", "Mon, 30 Nvo 2026 19:30:20 GMT", "::", ",,,", "an"}) {
      CAPTURE(value);
      CHECK(decode_retry_after(value, kNow_s) == 0);
    }
  }

  TEST_CASE("spans are read as Go and Google write them") {
    CHECK(decode_span_ms("1s") == 1000);
    CHECK(decode_span_ms("6m0s") == 360'000);
    CHECK(decode_span_ms("39.5s") == 39'500);
    CHECK(decode_span_ms("2m59.56s") == 179'560);
    CHECK(decode_span_ms("120ms") == 120);
    CHECK(decode_span_ms("1h2m3s") == 3'723'000);
    CHECK(decode_span_ms("1d") == 86'400'000);
    CHECK(decode_span_ms("59.2") == 59'200);
    CHECK(decode_span_ms("0s") == 0);
    CHECK(decode_span_ms(std::string(400, '9') + "d").has_value());
    for (const std::string value : {"", "s", "1x", "-1s", "1s ", "1.s", "1m-2s", "soon"}) {
      CAPTURE(value);
      CHECK(!decode_span_ms(value).has_value());
    }
  }

  TEST_CASE("milliseconds come before seconds, and both before the state of a limit") {
    CHECK(wait_of({{"Retry-After-Ms", "1500"}, {"Retry-After", "9"}}) == 2);
    CHECK(wait_of({{"retry-after-ms", "x"}, {"Retry-After", "9"}}) == 9);
    CHECK(wait_of({{"Retry-After", "9"}, {"x-ratelimit-reset-requests", "1s"}}) == 9);
    CHECK(wait_of({{"Retry-After", "soon"}, {"x-ratelimit-reset-requests", "6m0s"}}) == 300);
    CHECK(wait_of({}) == 0);
    CHECK(wait_of({{"x-ratelimit-reset-requests", "soon"}}) == 0);
  }

  TEST_CASE("of several limits the one that is used up counts, else the soonest") {
    CHECK(wait_of({{"x-ratelimit-remaining-requests", "59"},
                   {"x-ratelimit-reset-requests", "1s"},
                   {"x-ratelimit-remaining-tokens", "0"},
                   {"x-ratelimit-reset-tokens", "42s"}}) == 42);
    CHECK(wait_of({{"x-ratelimit-reset-requests", "1s"}, {"x-ratelimit-reset-tokens", "42s"}}) ==
          1);
    CHECK(wait_of({{"anthropic-ratelimit-requests-remaining", "3"},
                   {"anthropic-ratelimit-requests-reset", "2026-11-30T19:30:01Z"},
                   {"anthropic-ratelimit-input-tokens-remaining", "0"},
                   {"anthropic-ratelimit-input-tokens-reset", "2026-11-30T19:30:33Z"}}) == 33);
    CHECK(wait_of({{"x-ratelimit-remaining-tokens-minute", "0"},
                   {"x-ratelimit-reset-tokens-minute", "11.38"}}) == 12);
  }

  TEST_CASE("when a limit is whole again may be a span or an instant of several kinds") {
    const auto reset = [](const char* value) { return wait_of({{"x-ratelimit-reset", value}}); };
    CHECK(reset("30") == 30);
    CHECK(reset("1796067012") == 12);     // Unix seconds
    CHECK(reset("1796067012500") == 12);  // OpenRouter: milliseconds
    CHECK(reset("1000000000") == 1);      // long past
    CHECK(reset("2026-11-30T19:30:12Z") == 12);
    CHECK(reset("2026-11-30T19:30:12.345Z") == 12);
    CHECK(reset("2026-11-30T20:30:12+01:00") == 12);
    CHECK(reset("2026-11-30T18:00:12-01:30") == 12);
    CHECK(reset("2026-13-30T19:30:12Z") == 0);
    CHECK(reset("2026-11-30") == 0);
  }

  TEST_CASE("some say how long in words alone") {
    CHECK(find_wait_in("Rate limit reached. Please try again in 1.234s. Visit …") == 2);
    CHECK(find_wait_in("Please try again in 7m12.5s.") == 300);
    CHECK(find_wait_in("Please try again in 20ms.") == 1);
    CHECK(find_wait_in("Please retry after 6 seconds.") == 6);
    CHECK(find_wait_in("Try again in 2 minutes") == 120);
    CHECK(find_wait_in("Please retry in 39.08s.") == 40);
    CHECK(find_wait_in("Please try again in a moment") == 0);
    CHECK(find_wait_in("Please try again in ") == 0);
    CHECK(find_wait_in("") == 0);
  }
}

}  // namespace arouter
