#include "shared/formats/gemini/schema.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::gemini {

namespace {

std::string json_schema(const std::string& schema) {
  const Result<JsonDoc> doc = JsonDoc::read(schema);
  REQUIRE(doc.has_value());
  return decode_schema(doc->root());
}

}  // namespace

TEST_SUITE("gemini schema") {
  TEST_CASE("types are lower-case words, at every depth") {
    CHECK(json_schema(R"({"type":"OBJECT","properties":{"type":{"type":"STRING"},"a_b":{"type":)"
                      R"("ARRAY","items":{"type":"NUMBER"}}},"required":["a_b"]})") ==
          R"({"type":"object","properties":{"type":{"type":"string"},"a_b":{"type":)"
          R"("array","items":{"type":"number"}}},"required":["a_b"]})");
    CHECK(json_schema(R"({"anyOf":[{"type":"INTEGER"},{"type":"BOOLEAN"}]})") ==
          R"({"anyOf":[{"type":"integer"},{"type":"boolean"}]})");
    CHECK(json_schema(R"({"type":"TYPE_UNSPECIFIED"})") == "{}");
  }

  TEST_CASE("what may be null says so in its type") {
    CHECK(json_schema(R"({"type":"STRING","nullable":true,"enum":["a"]})") ==
          R"({"type":["string","null"],"enum":["a",null]})");
    CHECK(json_schema(R"({"nullable":true,"any_of":[{"type":"STRING"}]})") ==
          R"({"anyOf":[{"type":"string"},{"type":"null"}]})");
    CHECK(json_schema(R"({"type":"STRING","nullable":false})") == R"({"type":"string"})");
  }

  TEST_CASE("numbers in strings, formats, examples and orders") {
    CHECK(json_schema(R"({"type":"ARRAY","minItems":"1","max_items":5})") ==
          R"({"type":"array","minItems":1,"maxItems":5})");
    CHECK(json_schema(R"({"type":"STRING","format":"enum","enum":["x"],"example":"x"})") ==
          R"({"type":"string","enum":["x"],"examples":["x"]})");
    CHECK(json_schema(R"({"type":"INTEGER","format":"int32","minimum":1,"default":2})") ==
          R"({"type":"integer","format":"int32","minimum":1,"default":2})");
    CHECK(json_schema(R"({"type":"OBJECT","propertyOrdering":["b","a"],"title":"t"})") ==
          R"({"type":"object","title":"t"})");
  }

  TEST_CASE("what is JSON Schema already stays") {
    const std::string schema =
        R"({"$schema":"s","type":"object","properties":{"a":{"$ref":"#/$defs/b"}},)"
        R"("$defs":{"b":{"const":1}},"additionalProperties":false,"x_y":1})";
    CHECK(json_schema(schema) == schema);
    CHECK(json_schema(R"({"type":["string","null"]})") == R"({"type":["string","null"]})");
  }

  TEST_CASE("nonsense is kept, no object is nothing") {
    CHECK(json_schema(R"({"type":1,"properties":[],"items":2,"enum":3,"minItems":"x"})") ==
          R"({"type":1,"properties":[],"items":2,"enum":3,"minItems":"x"})");
    CHECK(json_schema("[]").empty());
    CHECK(decode_schema({}).empty());
  }
}

}  // namespace arouter::gemini
