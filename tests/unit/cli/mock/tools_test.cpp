#include "cli/mock/tools.hpp"

#include <doctest/doctest.h>

namespace arouter::mock {

namespace {

constexpr std::string_view kTools =
    R"({"tools":[{"name":"weather","schema":{"type":"object","properties":{"city":{"type":)"
    R"("string"}},"required":["city"]}},{"name":"clock"},{"name":"odd","schema":{"type":17}}]})";

std::string called(const ToolWish& wish, std::string_view words, bool ends_in_result = false,
                   std::size_t offered = 2) {
  const Result<JsonDoc> document = JsonDoc::read(kTools);
  REQUIRE(document.has_value());
  std::vector<OfferedTool> tools;
  for (const JsonItem tool : document->root()["tools"]) {
    if (tools.size() < offered) tools.push_back({tool["name"].text(), tool["schema"]});
  }
  const Result<std::vector<ToolCall>> calls = choose_calls(tools, wish, words, ends_in_result);
  if (!calls) return calls.error().param + " " + calls.error().message;
  std::string text;
  for (const ToolCall& call : *calls) text += call.name + call.arguments;
  return text;
}

}  // namespace

TEST_SUITE("mock tools") {
  TEST_CASE("an automatic choice calls when the user's words say so") {
    CHECK(called({}, "hello") == "");
    CHECK(called({}, "Please use a TOOL now") == R"(weather{"city": "example"})");
    CHECK(called({}, "all tools in Parallel") == R"(weather{"city": "example"}clock{})");
    CHECK(called({}, "parallel") == "");
    CHECK(called({.parallel = false}, "tools, parallel") == R"(weather{"city": "example"})");
    CHECK(called({}, "tools, parallel", true) == "");
    CHECK(called({}, "tool", false, 0) == "");
  }

  TEST_CASE("a forced choice calls whatever was said, but only what is allowed") {
    CHECK(called({.choice = ToolChoice::any}, "") == R"(weather{"city": "example"})");
    CHECK(called({.choice = ToolChoice::any, .allowed = {"clock"}}, "") == "clock{}");
    CHECK(called({.choice = ToolChoice::any, .allowed = {"clock"}}, "tools, parallel") ==
          "clock{}");
    CHECK(called({.choice = ToolChoice::any}, "", true) == R"(weather{"city": "example"})");
    CHECK(called({.choice = ToolChoice::none}, "tool") == "");
    CHECK(called({.choice = ToolChoice::any, .allowed = {"gone"}}, "") ==
          "tool_choice names no function of 'tools'.");
  }

  TEST_CASE("a schema that cannot be met is the tools' fault") {
    CHECK(called({}, "tools, parallel", false, 3) ==
          "tools cannot be called: the schema has an unknown type.");
  }
}

}  // namespace arouter::mock
