// How long names and ids may be at OpenAI, in both of its formats.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "shared/chat/shorten.hpp"
#include "shared/formats/openai/format.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/formats/responses/format.hpp"

namespace arouter {

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

chat::Request asking() {
  chat::Request request{.model = "m"};
  request.messages.push_back({chat::Role::user, {chat::Text{"hi"}}});
  return request;
}

}  // namespace

TEST_SUITE("openai limits") {
  TEST_CASE("a long name of a tool is the same short one wherever it stands") {
    const std::string name(80, 'n');
    chat::Request request = asking();
    request.messages.push_back({chat::Role::assistant, {chat::ToolCall{"c1", name, "{}"}}});
    request.messages.push_back({chat::Role::tool, {chat::ToolResult{.id = "c1", .name = name}}});
    request.tools = {{.name = name}};
    request.tool_choice = {chat::ToolChoice::Kind::named, name, {}};
    for (const Format* format : {&openai::format(), &responses::format()}) {
      CAPTURE(format->name());
      chat::Losses losses;
      const std::string body = format->encode_request(request, 0, losses);
      CHECK(losses.empty());
      CHECK(count(body, "\"name\":\"" + chat::short_tool_name(name) + "\"") == 3);
      CHECK(count(body, name) == 0);
    }
  }

  TEST_CASE("a long id is the same short one in a call and its result") {
    const std::string id = "call_" + std::string(80, 'i');
    chat::Request request = asking();
    request.messages.push_back({chat::Role::assistant, {chat::ToolCall{id, "look", "{}"}}});
    request.messages.push_back({chat::Role::tool, {chat::ToolResult{.id = id, .name = "look"}}});
    chat::Losses losses;
    const std::string chat = openai::format().encode_request(request, 0, losses);
    CHECK(count(chat, chat::shorten(id, 40)) == 2);
    CHECK(count(chat, id) == 0);
    const std::string younger = responses::format().encode_request(request, 0, losses);
    CHECK(count(younger, chat::shorten(id, 64)) == 2);
    CHECK(count(younger, id) == 0);
    CHECK(losses.empty());
  }

  TEST_CASE("long ids of users are others, which is told, and long keys of caches are hints") {
    const std::string text(65, 'u');
    chat::Request request = asking();
    request.user = request.safety_identifier = request.prompt_cache_key = text;
    for (const Format* format : {&openai::format(), &responses::format()}) {
      CAPTURE(format->name());
      chat::Losses losses;
      const std::string body = format->encode_request(request, 0, losses);
      CHECK(losses.list() == "user, safety_identifier");
      CHECK(count(body, chat::shorten(text, kMostUser)) == 3);
      CHECK(count(body, text) == 0);
    }
  }
}

}  // namespace arouter
