#include "cli/mock/schema_value.hpp"

#include <doctest/doctest.h>

namespace arouter::mock {

namespace {

std::string value_of(std::string_view schema) {
  JsonMember any[] = {{"unused"}};
  REQUIRE(scan_object(schema, any).has_value());
  const Result<std::string> value = make_schema_value(schema, {JsonType::object, 0, schema.size()});
  if (!value) return "error: " + value.error().message;
  CHECK(scan_json(*value).has_value());
  return *value;
}

}  // namespace

TEST_SUITE("mock schema value") {
  TEST_CASE("required properties are filled by their types, others are left out") {
    CHECK(value_of(R"({"type":"object","properties":{"city":{"type":"string"},)"
                   R"("days":{"type":"integer"},"more":{"type":"string"}},)"
                   R"("required":["city","days"]})") == R"({"city": "example", "days": 1})");
    CHECK(value_of(R"({"type":"object","properties":{}})") == "{}");
    CHECK(value_of(R"({"properties":{"a":{"type":["null","string"]}},"required":["a"]})") ==
          R"({"a": null})");
    CHECK(value_of(R"({"type":"object","required":["not listed"]})") ==
          R"({"not listed": "example"})");
  }

  TEST_CASE("enum, const, bounds and formats are kept") {
    CHECK(value_of(R"({"enum":["zqx7","b"]})") == R"("zqx7")");
    CHECK(value_of(R"({"const":1.50})") == "1.50");
    CHECK(value_of(R"({"type":"number","minimum":2.5})") == "2.5");
    CHECK(value_of(R"({"type":"integer","exclusiveMinimum":4})") == "5");
    CHECK(value_of(R"({"type":"integer","maximum":-3})") == "-3");
    CHECK(value_of(R"({"type":"string","maxLength":2})") == R"("ex")");
    CHECK(value_of(R"({"type":"string","minLength":8})") == R"("exampleexample")");
    CHECK(value_of(R"({"type":"string","format":"date"})") == R"("2024-02-29")");
    CHECK(value_of(R"({"type":"array","items":{"type":"boolean"},"minItems":2})") ==
          "[true, true]");
    CHECK(value_of(R"({"anyOf":[{"type":"boolean"},{"type":"null"}]})") == "true");
  }

  TEST_CASE("local references are followed") {
    CHECK(value_of(R"({"$ref":"#/$defs/word","$defs":{"word":{"const":"x"}}})") == R"("x")");
    CHECK(value_of(R"({"$ref":"#/$defs/none"})") == "error: the schema refers to nothing");
    CHECK(value_of(R"({"$ref":"other.json"})") == "error: the schema refers to another document");
  }

  TEST_CASE("schemas that are none, never end or ask too much are refused") {
    CHECK(value_of(R"({"type":17})") == "error: the schema has an unknown type");
    CHECK(value_of(R"({"type":"text"})") == "error: the schema has an unknown type");
    CHECK(value_of(R"({"enum":[]})") == "error: the schema has an empty list of choices");
    CHECK(value_of(R"({"properties":{"a":{"$ref":"#"}},"required":["a"]})") ==
          "error: the schema never ends");
    CHECK(value_of(R"({"type":"array","minItems":9000000})") ==
          "error: the schema asks for more than 64 KiB");
    CHECK(value_of(R"({"type":"string","minLength":9000000})") ==
          "error: the schema asks for more than 64 KiB");
    CHECK(value_of(R"({"type":"array","minItems":99999,"items":{"$ref":"#"}})") ==
          "error: the schema never ends");
  }
}

}  // namespace arouter::mock
