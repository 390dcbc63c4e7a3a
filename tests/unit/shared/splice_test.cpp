#include "shared/splice.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("splice") {
  TEST_CASE("without edits the text stays as it is") {
    CHECK(splice("", {}) == "");
    CHECK(splice("abc", {}) == "abc");
  }

  TEST_CASE("a place is replaced, emptied or filled") {
    CHECK(splice("abcdef", {{2, 4, "XYZ"}}) == "abXYZef");
    CHECK(splice("abcdef", {{2, 4, ""}}) == "abef");
    CHECK(splice("abcdef", {{3, 3, "-"}}) == "abc-def");
    CHECK(splice("", {{0, 0, "x"}}) == "x");
    CHECK(splice("abc", {{0, 3, "x"}}) == "x");
  }

  TEST_CASE("edits are made in the text's order, whatever order they come in") {
    CHECK(splice("abcdef", {{6, 6, "!"}, {2, 3, "C"}, {0, 0, "<"}, {3, 5, ""}}) == "<abCf!");
  }

  TEST_CASE("insertions at one place keep their order") {
    CHECK(splice("ab", {{1, 1, "1"}, {1, 1, "2"}}) == "a12b");
  }

  TEST_CASE("an insertion stands before what is replaced at its place, behind what ended there") {
    CHECK(splice("abc", {{1, 2, "B"}, {1, 1, "<"}, {2, 2, ">"}}) == "a<B>c");
  }

  TEST_CASE("what was there stays in front of a spliced text") {
    std::string out = "head ";
    append_spliced(out, "body", {{0, 1, "B"}});
    CHECK(out == "head Body");
  }
}

}  // namespace arouter
