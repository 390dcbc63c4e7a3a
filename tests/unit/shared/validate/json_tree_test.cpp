#include "shared/validate/json_tree.hpp"

#include <doctest/doctest.h>

namespace arouter::validate {

namespace {

std::string first_fault(std::string text) {
  const JsonTree tree = JsonTree::read(std::move(text));
  if (tree.faults().empty()) return "";
  return std::to_string(tree.faults().front().offset) + " " + tree.faults().front().what;
}

}  // namespace

TEST_SUITE("validate json tree") {
  TEST_CASE("values keep their lexemes, places and paths") {
    const JsonTree tree = JsonTree::read(R"( {"a":[1, 2.0, {"b":"x\n\u00e9"}], "c":-0} )");
    CHECK(tree.clean());
    const JsonRef two = tree.root()["a"].at(1);
    CHECK(two.lexeme() == "2.0");
    CHECK(two.begin() == 10);
    CHECK(!two.integer());
    CHECK(tree.root()["a"].at(0).integer() == 1);
    CHECK(tree.root()["a"].at(2)["b"].text() == "x\n\u00e9");
    CHECK(tree.root()["a"].at(2)["b"].path() == "a[2].b");
    CHECK(tree.root()["c"].integer() == 0);
    CHECK(!tree.root()["d"].present());
    CHECK(!tree.root()["a"].at(3)["x"]["y"].present());
  }

  TEST_CASE("a fault that leaves the structure clear is noted and survived") {
    for (const char* text : {R"({"a":NaN,"b":1})", R"({"a":[1,],"b":1})",
                             "{\"a\":\"x\ty\",\"b\":1}", R"({"a":"\q","b":1})",
                             "\xEF\xBB\xBF{\"b\":1}", R"({"b":1} x)", "{\"a\":\"\xC3\",\"b\":1}"}) {
      CAPTURE(text);
      const JsonTree tree = JsonTree::read(text);
      CHECK(tree.faults().size() == 1);
      CHECK(tree.whole());
      CHECK(!tree.clean());
      CHECK(tree.root()["b"].integer() == 1);
    }
  }

  TEST_CASE("a fault that does not is the end") {
    CHECK(first_fault("") == "0 there is no JSON value");
    CHECK(first_fault("{a:1}") == "1 an object's key must be a string");
    CHECK(first_fault("{\"a\" 1}") == "5 a colon is missing here");
    CHECK(first_fault("[1 2]") == "3 a comma or the closing bracket is missing here");
    CHECK(first_fault("[01]") == "1 this is no JSON value");
    CHECK(first_fault("{\"a\":}") == "5 a value is missing here");
    CHECK(first_fault(std::string(300, '[')).ends_with("nested deeper than 128"));
  }

  TEST_CASE("a text that ends inside a value is known as cut, wherever it ends") {
    const std::string whole = R"({"a":[1,"x\u00e9"],"b":{"c":true}})";
    for (std::size_t length = 1; length < whole.size(); ++length) {
      CAPTURE(length);
      const JsonTree tree = JsonTree::read(whole.substr(0, length));
      CHECK(tree.cut());
      CHECK(!tree.whole());
    }
    CHECK(!JsonTree::read(whole).cut());
  }

  TEST_CASE("integers beyond 2^53 are no integers to count with") {
    CHECK(JsonTree::read("9007199254740992").root().integer() == 9'007'199'254'740'992);
    CHECK(!JsonTree::read("9007199254740993").root().integer());
    CHECK(!JsonTree::read("-9223372036854775808").root().integer());
    CHECK(!JsonTree::read("99999999999999999999").root().integer());
  }

  TEST_CASE("every duplicate of a key is seen, after unescaping, and the last one counts") {
    const JsonTree tree = JsonTree::read(R"({"a":1,"\u0061":2,"b":{"a":3}})");
    REQUIRE(tree.duplicate_keys().size() == 1);
    CHECK(tree.duplicate_keys().front().offset == 7);
    CHECK(tree.root()["a"].integer() == 2);
  }

  TEST_CASE("halves of surrogate pairs are found, pairs are read") {
    CHECK(JsonTree::read(R"(["\ud83d\ude00"])").lone_surrogates().empty());
    CHECK(JsonTree::read(R"(["\ud83d\ude00"])").root().at(0).text() == "\U0001F600");
    CHECK(JsonTree::read(R"(["\ud83d"])").lone_surrogates() == std::vector<std::size_t>{2});
    CHECK(JsonTree::read(R"(["\ude00x"])").lone_surrogates() == std::vector<std::size_t>{2});
  }
}

}  // namespace arouter::validate
