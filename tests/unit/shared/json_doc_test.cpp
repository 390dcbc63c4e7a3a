#include "shared/json_doc.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/json_writer.hpp"

namespace arouter {

namespace {

/// The document written anew, without its blanks.
void copy(JsonWriter& writer, const JsonItem& item) {
  if (item.is_object()) {
    writer.begin_object();
    for (const JsonItem member : item) {
      writer.key(member.key());
      copy(writer, member);
    }
    writer.end_object();
  } else if (item.is_array()) {
    writer.begin_array();
    for (const JsonItem element : item) copy(writer, element);
    writer.end_array();
  } else if (item.is_string()) {
    writer.string(item.text());
  } else {
    writer.raw(item.raw());
  }
}

std::string copied(std::string_view text) {
  const Result<JsonDoc> doc = JsonDoc::read(text);
  REQUIRE(doc.has_value());
  std::string out;
  JsonWriter writer(out);
  copy(writer, doc->root());
  return out;
}

}  // namespace

TEST_SUITE("json doc") {
  TEST_CASE("a document read and written is the same but for blanks") {
    CHECK(copied(R"( { "a" : [ 1 , -2.50 , true , null , { } , [ ] , )"
                 R"("x\"y" ] , "b":{"c":[[1],[2]]}} )") ==
          R"({"a":[1,-2.50,true,null,{},[],"x\"y"],"b":{"c":[[1],[2]]}})");
    CHECK(copied("[]") == "[]");
    CHECK(copied(" 12 ") == "12");
    CHECK(copied(R"("é\\")") == R"("é\\")");
    CHECK(copied(R"([{"a":{}},{"b":[{}]},3])") == R"([{"a":{}},{"b":[{}]},3])");
  }

  TEST_CASE("members are found by name, the last of two, escaped or not") {
    const std::string text = R"({"model":"a","mod\u0065l":"b","models":1,"x":{"model":"c"}})";
    const Result<JsonDoc> doc = JsonDoc::read(text);
    REQUIRE(doc.has_value());
    CHECK(doc->root()["model"].text() == "b");
    CHECK(doc->root()["x"]["model"].text() == "c");
    CHECK(doc->root()["models"].count() == 1);
    CHECK_FALSE(doc->root()["mode"].present());
    CHECK_FALSE(doc->root()["x"]["y"]["z"].present());
  }

  TEST_CASE("an absent item has nothing in it") {
    const JsonItem none;
    CHECK_FALSE(none.present());
    CHECK(none.text() == "");
    CHECK(none.raw() == "");
    CHECK(none.empty());
    for (const JsonItem item : none) FAIL(item.raw());
  }

  TEST_CASE("scalars are read by type") {
    const Result<JsonDoc> doc = JsonDoc::read(R"({"n":7,"f":0.70,"t":true,"z":null,"s":"\ud800"})");
    REQUIRE(doc.has_value());
    const JsonItem root = doc->root();
    CHECK(root["n"].count() == 7);
    CHECK_FALSE(root["f"].count().has_value());
    CHECK(root["f"].number() == "0.70");
    CHECK(root["s"].number() == "");
    CHECK(root["t"].boolean() == true);
    CHECK(root["z"].present());
    CHECK_FALSE(root["z"].is_set());
    CHECK(root["s"].text() == "");
  }

  TEST_CASE("what the scan refuses is refused") {
    CHECK(JsonDoc::read("{\"a\":}").has_error());
    CHECK(JsonDoc::read("").has_error());
    CHECK(JsonDoc::read(std::string(65, '[') + std::string(65, ']')).has_error());
  }

  TEST_CASE("keys are told as they are written and as they are meant") {
    const std::string text = "{\"a\\\"b\":1,\"\\u00e9\":2,\"\xC3\xA9\":3,\"\":4}";
    const Result<JsonDoc> doc = JsonDoc::read(text);
    REQUIRE(doc.has_value());
    std::string raw, meant;
    for (const JsonItem member : doc->root()) {
      raw += std::string(member.raw_key()) + "|";
      meant += member.key() + "|";
    }
    CHECK(raw == "a\\\"b|\\u00e9|\xC3\xA9||");
    CHECK(meant == "a\"b|\xC3\xA9|\xC3\xA9||");
    CHECK(doc->root().raw_key().empty());
  }
}

}  // namespace arouter
