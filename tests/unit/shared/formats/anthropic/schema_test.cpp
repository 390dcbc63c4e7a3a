#include "shared/formats/anthropic/schema.hpp"

#include <doctest/doctest.h>

namespace arouter::anthropic {

TEST_SUITE("anthropic schema") {
  TEST_CASE("objects are closed where they do not say, and nothing else changes") {
    CHECK(close_schema(R"({ "type": "object", "properties": {"a": {"type":["object","null"]}}})") ==
          R"({"additionalProperties":false, "type": "object", "properties": )"
          R"({"a": {"additionalProperties":false,"type":["object","null"]}}})");
    const char* done = R"({"type":"object","additionalProperties":false})";
    CHECK(close_schema(done) == done);
    const char* open = R"({"type":"object","additionalProperties":{"type":"string"}})";
    CHECK(close_schema(open) == open);
  }

  TEST_CASE("a property called type and values that look like schemas are left alone") {
    const char* text = R"({"type":"array","items":{"type":"string","enum":[{"type":"object"}],)"
                       R"("default":{"type":"object"},"const":{"type":"object"}}})";
    CHECK(close_schema(text) == text);
    CHECK(close_schema(R"({"type":"object","properties":{"type":{"type":"string"}}})") ==
          R"({"additionalProperties":false,"type":"object","properties":)"
          R"({"type":{"type":"string"}}})");
    CHECK(close_schema("not json") == "not json");
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
