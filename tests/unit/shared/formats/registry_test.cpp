#include "shared/formats/registry.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("formats") {
  TEST_CASE("each format is found by its name, and no other") {
    for (const Format* format : all_formats()) CHECK(find_format(format->name()) == format);
    REQUIRE(find_format("anthropic") != nullptr);
    CHECK(find_format("") == nullptr);
    CHECK(find_format("Anthropic") == nullptr);
  }
}

}  // namespace arouter
