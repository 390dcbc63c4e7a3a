#include "cli/mock/seal.hpp"

#include <doctest/doctest.h>

#include "cli/mock/prompt_cache.hpp"

namespace arouter::mock {

TEST_SUITE("mock seal") {
  TEST_CASE("a seal is known again, and one with any other character is not") {
    const std::string seal = make_seal(12'345);
    CHECK(is_seal(seal));
    CHECK(seal.size() % 4 == 0);
    CHECK(make_seal(12'346) != seal);
    for (std::size_t at = 0; at < seal.size(); ++at) {
      std::string other = seal;
      other[at] = other[at] == 'b' ? 'c' : 'b';
      REQUIRE_FALSE(is_seal(other));
    }
    CHECK_FALSE(is_seal(""));
    CHECK_FALSE(is_seal(seal + seal));
  }

  TEST_CASE("half of a long prompt comes from the cache when it is seen again") {
    PromptCache cache;
    CHECK(cache.take(1, 2'000) == 0);
    CHECK(cache.take(1, 2'000) == 1'000);
    CHECK(cache.take(2, 2'000) == 0);
    CHECK(cache.take(3, 1'023) == 0);
    CHECK(cache.take(3, 1'023) == 0);
  }
}

}  // namespace arouter::mock
