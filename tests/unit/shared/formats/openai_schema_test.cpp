#include "shared/formats/openai_schema.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/openai/format.hpp"
#include "shared/formats/responses/format.hpp"

namespace arouter {

namespace {

const std::string kClosed =
    R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],)"
    R"("additionalProperties":false})";
const std::string kOptional =
    R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
    R"("required":["a"],"additionalProperties":false})";

std::string of_property(const std::string& schema) {
  return R"({"type":"object","properties":{"a":)" + schema +
         R"(},"required":["a"],"additionalProperties":false})";
}

/// What both of OpenAI's formats make of a request, and what they lose of it.
void check_strict(const std::string& schema, bool strict) {
  CAPTURE(schema);
  chat::Request request{.model = "m"};
  request.messages.push_back({chat::Role::user, {chat::Text{"hi"}}});
  request.tools = {{"look", "", schema, true}};
  request.output = {chat::Output::Kind::json_schema, "n", "", schema, true};
  const std::string said = strict ? "\"strict\":true" : "\"strict\":false";
  for (const Format* format : {&openai::format(), &responses::format()}) {
    CAPTURE(format->name());
    chat::Losses losses;
    const std::string body = format->encode_request(request, 0, losses);
    CHECK(losses.list() == (strict ? "" : "tools.strict, response_format.json_schema.strict"));
    const std::size_t first = body.find(said);
    CHECK(first != std::string::npos);
    CHECK(body.find(said, first + 1) != std::string::npos);
  }
}

}  // namespace

TEST_SUITE("openai schema") {
  TEST_CASE("strict needs every object closed and every property required") {
    CHECK(is_strict_schema(kClosed));
    CHECK_FALSE(is_strict_schema(kOptional));
    CHECK_FALSE(is_strict_schema(R"({"type":"object","properties":{}})"));
    CHECK_FALSE(is_strict_schema(R"({"type":"object","additionalProperties":true})"));
    CHECK(is_strict_schema(R"({"type":"object","properties":{},"additionalProperties":false})"));
    CHECK(is_strict_schema(of_property(R"({"type":["string","null"],"enum":["x",null]})")));
    CHECK(is_strict_schema(of_property(R"({"type":"array","items":)" + kClosed + "}")));
    CHECK(is_strict_schema(of_property(R"({"anyOf":[{"type":"null"},)" + kClosed + "]}")));
    CHECK_FALSE(is_strict_schema(of_property(kOptional)));
    CHECK_FALSE(is_strict_schema(of_property(R"({"type":"array","items":)" + kOptional + "}")));
    CHECK_FALSE(is_strict_schema(of_property(R"({"anyOf":[{"type":"null"},)" + kOptional + "]}")));
    CHECK_FALSE(is_strict_schema(of_property(R"({"type":"object"})")));
  }

  TEST_CASE("strict has no word for some of JSON Schema") {
    CHECK_FALSE(is_strict_schema(of_property(R"({"type":"string","default":"x"})")));
    CHECK_FALSE(is_strict_schema(of_property(R"({"oneOf":[{"type":"string"}]})")));
    CHECK_FALSE(is_strict_schema(R"({"anyOf":[)" + kClosed + "]}"));
    CHECK(is_strict_schema(of_property(R"({"type":"integer","minimum":1})")));
  }

  TEST_CASE("a property may bear the name of a word") {
    CHECK(is_strict_schema(
        R"({"type":"object","properties":{"default":{"type":"string"},"not":{"type":"string"}},)"
        R"("required":["default","not"],"additionalProperties":false})"));
  }

  TEST_CASE("what is no schema is not strict") {
    for (const char* text : {"", "{}", "[]", "true", "null", "{"}) {
      CAPTURE(text);
      CHECK_FALSE(is_strict_schema(text));
    }
  }

  TEST_CASE("a promise that OpenAI would refuse is taken back, and told") {
    check_strict(kClosed, true);
    check_strict(kOptional, false);
  }
}

}  // namespace arouter
