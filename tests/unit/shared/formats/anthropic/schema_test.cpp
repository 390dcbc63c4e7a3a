#include "shared/formats/anthropic/schema.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

TEST_SUITE("anthropic schema") {
  TEST_CASE("objects are closed where they do not say, and nothing else changes") {
    CHECK(
        strict_schema(R"({ "type": "object", "properties": {"a": {"type":["object","null"]}}})") ==
        R"({"additionalProperties":false,"type":"object","properties":)"
        R"({"a":{"additionalProperties":false,"type":["object","null"]}}})");
    const char* done = R"({"type":"object","additionalProperties":false})";
    CHECK(strict_schema(done) == done);
    const char* open = R"({"type":"object","additionalProperties":{"type":"string"}})";
    CHECK(strict_schema(open) == open);
  }

  TEST_CASE("a property called type and values that look like schemas are left alone") {
    const char* text = R"({"type":"array","items":{"type":"string","enum":[{"type":"object"}],)"
                       R"("default":{"type":"object"},"const":{"type":"object"}}})";
    CHECK(strict_schema(text) == text);
    CHECK(strict_schema(R"({"type":"object","properties":{"type":{"type":"string"}}})") ==
          R"({"additionalProperties":false,"type":"object","properties":)"
          R"({"type":{"type":"string"}}})");
    CHECK(strict_schema("not json") == "not json");
  }

  TEST_CASE("bounds that the API refuses are said in words") {
    CHECK(strict_schema(R"({"type":"integer","minimum":1,"maximum":1e2,"description":"Age"})") ==
          R"({"type":"integer","description":"Age\n\n{minimum: 1, maximum: 1e2}"})");
    for (const std::string name :
         {"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
          "minItems", "maxItems", "minProperties", "maxProperties"}) {
      CHECK(strict_schema("{\"" + name + "\":2}") == R"({"description":"{)" + name + R"(: 2}"})");
    }
    CHECK(strict_schema(R"({"uniqueItems":true})") == R"({"description":"{uniqueItems: true}"})");
    CHECK(strict_schema(R"({"type":"string","format":"isbn"})") ==
          R"({"type":"string","description":"{format: \"isbn\"}"})");
    for (const char* const hard : {R"x("^(?=a)")x", R"("\\bword")", R"x("(a)\\1")x"}) {
      const std::string schema = R"({"pattern":)" + std::string(hard) + "}";
      CHECK(strict_schema(schema).starts_with(R"({"description":"{pattern: )"));
    }
  }

  TEST_CASE("what the API takes is demanded as it is") {
    for (const char* const text :
         {R"({"type":"string","format":"date-time"})", R"({"type":"array","minItems":1})",
          R"({"pattern":"^(?:a|b)\\d+\\\\b$"})", R"({"anyOf":[{"type":"null"},{"const":1}]})",
          R"({"$ref":"#/$defs/a","description":"d"})", "true"}) {
      CHECK(strict_schema(text) == text);
    }
    CHECK(strict_schema(R"({"oneOf":[{"type":"number","minimum":1}]})") ==
          R"({"anyOf":[{"type":"number","description":"{minimum: 1}"}]})");
  }

  TEST_CASE("properties may be called like keywords") {
    CHECK(strict_schema(R"({"properties":{"minimum":{"type":"object"},"default":{"maximum":1},)"
                        R"("oneOf":{"type":"string"}},"$defs":{"enum":{"maxItems":2}},)"
                        R"("default":{"minimum":1}})") ==
          R"({"properties":{"minimum":{"additionalProperties":false,"type":"object"},)"
          R"("default":{"description":"{maximum: 1}"},"oneOf":{"type":"string"}},)"
          R"("$defs":{"enum":{"description":"{maxItems: 2}"}},"default":{"minimum":1}})");
  }

  TEST_CASE("a tool's schema is an object's") {
    CHECK(tool_schema("") == R"({"type":"object","properties":{}})");
    CHECK(tool_schema("[]") == R"({"type":"object","properties":{}})");
    CHECK(tool_schema("{}") == R"({"type":"object"})");
    CHECK(tool_schema(R"({"properties":{}})") == R"({"type":"object","properties":{}})");
    CHECK(tool_schema(R"({"type":"object"})") == R"({"type":"object"})");
  }
}

}  // namespace arouter::anthropic
