#include "shared/chat/estimate.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::chat {

TEST_SUITE("estimate") {
  TEST_CASE("a request weighs its texts, its messages, its tools and what hangs on it") {
    Request request;
    CHECK(estimate_tokens(request) == 0);
    Text text;
    text.text = std::string(40, 'x');
    request.messages.push_back({Role::user, {text}, {}});
    CHECK(estimate_tokens(request) == 4 + 10);
    request.messages.back().parts.emplace_back(Media{});
    CHECK(estimate_tokens(request) == 4 + 10 + 1'000);
    Tool tool;
    tool.name = "four";
    tool.parameters = "{}{}";
    request.tools.push_back(tool);
    CHECK(estimate_tokens(request) == 4 + 10 + 1'000 + 2);
    ToolResult result;
    result.content.emplace_back(text);
    request.messages.push_back({Role::tool, {result}, {}});
    CHECK(estimate_tokens(request) == 4 + 10 + 1'000 + 2 + 4 + 10);
  }

  TEST_CASE("a started token counts") {
    Request request;
    Text text;
    text.text = "x";
    request.messages.push_back({Role::user, {text}, {}});
    CHECK(estimate_tokens(request) == 4 + 1);
  }
}

}  // namespace arouter::chat
