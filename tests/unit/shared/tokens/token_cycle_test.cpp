#include "shared/tokens/token_cycle.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kBegin{std::chrono::hours(1)};

/// With a token that lives for 100 seconds since kBegin.
TokenCycle with_token() {
  TokenCycle cycle;
  REQUIRE(cycle.ask(kBegin) == TokenStep::fetch);
  cycle.fetched(seconds(100), kBegin);
  return cycle;
}

}  // namespace

TEST_SUITE("token cycle") {
  TEST_CASE("the first who asks fetches, the others wait") {
    TokenCycle cycle;
    CHECK(cycle.ask(kBegin) == TokenStep::fetch);
    CHECK(cycle.ask(kBegin) == TokenStep::wait);
    CHECK(cycle.ask(kBegin + seconds(5)) == TokenStep::wait);
    cycle.fetched(seconds(100), kBegin + seconds(5));
    CHECK(cycle.ask(kBegin + seconds(5)) == TokenStep::use);
  }

  TEST_CASE("a token is renewed once after four fifths of its life, and used meanwhile") {
    TokenCycle cycle = with_token();
    CHECK(cycle.ask(kBegin + milliseconds(79'999)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(80)) == TokenStep::renew);
    CHECK(cycle.ask(kBegin + seconds(80)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + milliseconds(89'999)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(90)) == TokenStep::wait);  // used up before the next came
    cycle.fetched(seconds(100), kBegin + seconds(91));
    CHECK(cycle.ask(kBegin + seconds(91)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(170)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(171)) == TokenStep::renew);
  }

  TEST_CASE("after a long silence the token is fetched, not used") {
    TokenCycle cycle = with_token();
    CHECK(cycle.ask(kBegin + seconds(500)) == TokenStep::fetch);
  }

  TEST_CASE("pauses after failures double up to a minute, and a success ends them") {
    TokenCycle cycle;
    SteadyTime now = kBegin;
    for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
      CAPTURE(pause);
      REQUIRE(cycle.ask(now) == TokenStep::fetch);
      cycle.failed(seconds(0), now);
      CHECK(cycle.retry_at() == now + seconds(pause));
      CHECK(cycle.ask(now + seconds(pause) - milliseconds(1)) == TokenStep::refuse);
      now += seconds(pause);
    }
    REQUIRE(cycle.ask(now) == TokenStep::fetch);
    cycle.fetched(seconds(10), now);
    now += seconds(20);
    REQUIRE(cycle.ask(now) == TokenStep::fetch);
    cycle.failed(seconds(0), now);
    CHECK(cycle.retry_at() == now + seconds(1));
  }

  TEST_CASE("the endpoint may ask for a longer pause, but not for ever") {
    TokenCycle cycle;
    REQUIRE(cycle.ask(kBegin) == TokenStep::fetch);
    cycle.failed(seconds(30), kBegin);
    CHECK(cycle.retry_at() == kBegin + seconds(30));
    REQUIRE(cycle.ask(kBegin + seconds(30)) == TokenStep::fetch);
    cycle.failed(seconds(100'000), kBegin + seconds(30));
    CHECK(cycle.retry_at() == kBegin + seconds(330));
  }

  TEST_CASE("a renewal that fails leaves the token in use to its end") {
    TokenCycle cycle = with_token();
    REQUIRE(cycle.ask(kBegin + seconds(80)) == TokenStep::renew);
    cycle.failed(seconds(0), kBegin + seconds(80));
    CHECK(cycle.ask(kBegin + milliseconds(80'500)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(81)) == TokenStep::renew);
    cycle.failed(seconds(60), kBegin + seconds(81));
    CHECK(cycle.ask(kBegin + seconds(89)) == TokenStep::use);
    CHECK(cycle.ask(kBegin + seconds(90)) == TokenStep::refuse);
  }

  TEST_CASE("a fetch that was broken off or never heard of is made by another") {
    TokenCycle cycle;
    REQUIRE(cycle.ask(kBegin) == TokenStep::fetch);
    cycle.abandoned();
    CHECK(cycle.ask(kBegin) == TokenStep::fetch);
    CHECK(cycle.ask(kBegin + seconds(119)) == TokenStep::wait);
    CHECK(cycle.ask(kBegin + seconds(120)) == TokenStep::fetch);
  }

  TEST_CASE("a refused token is dropped, but its successor not within a minute") {
    TokenCycle cycle = with_token();
    CHECK(cycle.refused(kBegin + seconds(1)));
    CHECK(!cycle.refused(kBegin + seconds(1)));  // by a second request: it is gone already
    REQUIRE(cycle.ask(kBegin + seconds(1)) == TokenStep::fetch);
    cycle.fetched(seconds(3'600), kBegin + seconds(1));
    CHECK(!cycle.refused(kBegin + seconds(2)));
    CHECK(cycle.ask(kBegin + seconds(2)) == TokenStep::use);
    CHECK(cycle.refused(kBegin + seconds(61)));
    CHECK(cycle.ask(kBegin + seconds(61)) == TokenStep::fetch);
  }

  TEST_CASE("a reload forgives failures and keeps the token") {
    TokenCycle cycle;
    REQUIRE(cycle.ask(kBegin) == TokenStep::fetch);
    cycle.failed(seconds(300), kBegin);
    cycle.forgive();
    CHECK(cycle.ask(kBegin) == TokenStep::fetch);
    cycle.fetched(seconds(100), kBegin);
    cycle.forgive();
    CHECK(cycle.ask(kBegin) == TokenStep::use);
  }
}

}  // namespace arouter
