#include "shared/formats/anthropic/schema.hpp"

#include <doctest/doctest.h>

#include "shared/formats/anthropic/base64.hpp"

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

TEST_SUITE("anthropic base64") {
  TEST_CASE("texts of every length go both ways") {
    CHECK(encode_base64("") == "");
    CHECK(encode_base64("f") == "Zg==");
    CHECK(encode_base64("fo") == "Zm8=");
    CHECK(encode_base64("foo") == "Zm9v");
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
      CHECK(decode_base64(encode_base64(bytes)) == bytes);
      bytes += static_cast<char>(i * 7);
    }
  }

  TEST_CASE("what is no base64 is nothing") {
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg=a", "Z===", "Zm9v\n", "Zm-_", "===="}) {
      CAPTURE(bad);
      CHECK(!decode_base64(bad).has_value());
    }
  }
}

}  // namespace arouter::anthropic
