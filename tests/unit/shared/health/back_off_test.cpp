#include "shared/health/back_off.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

namespace arouter {

namespace {

using std::chrono::milliseconds;

milliseconds longest(std::uint32_t failures) {
  milliseconds most{0};
  for (std::uint64_t random = 0; random <= 2'500; ++random) {
    most = std::max(most, back_off(failures, random));
  }
  return most;
}

}  // namespace

TEST_SUITE("back-off") {
  TEST_CASE("the longest wait doubles by each failure, up to two seconds") {
    CHECK(longest(1) == milliseconds(100));
    CHECK(longest(2) == milliseconds(200));
    CHECK(longest(3) == milliseconds(400));
    CHECK(longest(5) == milliseconds(1'600));
    CHECK(longest(6) == milliseconds(2'000));
    CHECK(longest(std::numeric_limits<std::uint32_t>::max()) == milliseconds(2'000));
  }

  TEST_CASE("every wait up to the longest is as likely as another") {
    constexpr int kDraws = 20'000;
    constexpr unsigned kSeed = 20261130;
    CAPTURE(kSeed);
    std::mt19937_64 random(kSeed);
    int quarters[4] = {};
    for (int i = 0; i < kDraws; ++i) {
      const milliseconds wait = back_off(3, random());
      REQUIRE(wait >= milliseconds(0));
      REQUIRE(wait <= milliseconds(400));
      ++quarters[std::min<std::int64_t>(wait.count() / 100, 3)];
    }
    for (const int quarter : quarters) {
      CHECK(quarter > kDraws / 4 - 400);  // six deviations are 367
      CHECK(quarter < kDraws / 4 + 400);
    }
  }
}

}  // namespace arouter
