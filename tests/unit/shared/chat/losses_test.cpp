#include "shared/chat/losses.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::chat {

TEST_SUITE("losses") {
  TEST_CASE("a name is there once, in the letters of a header") {
    Losses losses;
    for (const char* name : {"top_k", "a b", "top_k", "a b", "a\nb", ""}) losses.add(name);
    CHECK(losses.list() == "top_k, a_b");
  }

  TEST_CASE("past the last name stands that there are more") {
    Losses losses;
    for (int i = 0; i < 40; ++i) losses.add("name" + std::to_string(i));
    CHECK(losses.names().size() == 32);
    CHECK(losses.names().back() == "more");
    CHECK(losses.names()[30] == "name30");
  }
}

}  // namespace arouter::chat
