// What the Messages API takes only so much of.
#include <doctest/doctest.h>

#include <string>

#include "shared/chat/shorten.hpp"
#include "shared/formats/anthropic/format.hpp"
#include "shared/formats/anthropic/schema.hpp"

namespace arouter::anthropic {

namespace {

/// An object with that many properties that are not required.
std::string optional_schema(int count) {
  std::string properties;
  for (int i = 0; i < count; ++i) {
    properties += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":{"type":"string"})";
  }
  return R"({"type":"object","properties":{)" + properties + "}}";
}

std::string union_schema(int count) {
  std::string properties, names;
  for (int i = 0; i < count; ++i) {
    const std::string name = (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\"";
    properties += name + R"(:{"type":["string","null"]})";
    names += name;
  }
  return R"({"type":"object","properties":{)" + properties + R"(},"required":[)" + names + "]}";
}

chat::Request asking() {
  chat::Request request{.model = "claude-sonnet-4-5"};
  request.messages.push_back({chat::Role::user, {chat::Text{"hi"}}});
  return request;
}

std::string encoded(const chat::Request& request, const std::string& losses) {
  chat::Losses noted;
  std::string body = format().encode_request(request, 0, noted);
  CHECK(noted.list() == losses);
  return body;
}

std::string user_of(const std::string& user, const std::string& losses) {
  chat::Request request = asking();
  request.user = user;
  const std::string body = encoded(request, losses);
  const std::string member = R"("user_id":")";
  const std::size_t at = body.find(member) + member.size();
  return body.substr(at, body.find('"', at) - at);
}

}  // namespace

TEST_SUITE("anthropic limits") {
  TEST_CASE("strict schemas share a budget") {
    StrictBudget tools;
    for (int i = 0; i < 20; ++i) CHECK(tools.take_tool(union_schema(0)));
    CHECK_FALSE(tools.take_tool(union_schema(0)));
    CHECK(tools.take_output(union_schema(16)));

    StrictBudget optional;
    CHECK(optional.take_tool(optional_schema(20)));
    CHECK_FALSE(optional.take_tool(optional_schema(5)));
    CHECK(optional.take_tool(optional_schema(4)));
    CHECK_FALSE(optional.take_tool(optional_schema(1)));

    StrictBudget unions;
    CHECK(unions.take_output(union_schema(10)));
    CHECK_FALSE(unions.take_tool(union_schema(7)));
    CHECK(unions.take_tool(R"({"type":"array","items":)" + union_schema(6) + "}"));
  }

  TEST_CASE("a tool over the budget is not strict, an answer's schema is said in words") {
    chat::Request request = asking();
    request.tools = {{.name = "a", .parameters = optional_schema(24), .strict = true},
                     {.name = "b", .parameters = optional_schema(1), .strict = true},
                     {.name = "c", .parameters = union_schema(1), .strict = true}};
    const std::string body = encoded(request, "tools.strict");
    CHECK(body.find("\"strict\":true") != body.rfind("\"strict\":true"));
    request.tools.clear();
    request.output = {chat::Output::Kind::json_schema, "", "", optional_schema(25), {}};
    CHECK(encoded(request, "response_format").find("output_config") == std::string::npos);
  }

  TEST_CASE("a user who is known by an address is told by a number") {
    CHECK(user_of("user-7", "") == "user-7");
    CHECK(user_of("0b5e7c1e-6f0c-4c55-9d0e-0d2f6f3a1b2c", "") ==
          "0b5e7c1e-6f0c-4c55-9d0e-0d2f6f3a1b2c");
    CHECK(user_of("ann@example.com", "user") == chat::fingerprint("ann@example.com"));
    CHECK(user_of("+49 30 1234567", "user") == chat::fingerprint("+49 30 1234567"));
    CHECK(user_of("123456", "") == "123456");
    CHECK(user_of(std::string(257, 'u'), "user") == chat::fingerprint(std::string(257, 'u')));
  }
}

}  // namespace arouter::anthropic
