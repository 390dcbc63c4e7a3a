#include "shared/chat/shorten.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::chat {

TEST_SUITE("shorten") {
  TEST_CASE("what is short enough stays, what is not is as long as may be") {
    CHECK(shorten("", 64) == "");
    CHECK(shorten(std::string(64, 'a'), 64) == std::string(64, 'a'));
    const std::string cut = shorten(std::string(65, 'a'), 64);
    CHECK(cut.size() == 64);
    CHECK(cut.starts_with(std::string(47, 'a') + "_"));
    CHECK(shorten(std::string(65, 'a'), 64) == cut);
    CHECK(shorten(std::string(65, 'a') + "b", 64) != cut);
    CHECK(shorten(cut, 64) == cut);
  }

  TEST_CASE("no character is cut in two") {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "\xC3\xBC";
    const std::string cut = shorten(text, 64);
    CHECK(cut.size() == 63);
    CHECK(cut.substr(46).starts_with("_"));
  }

  TEST_CASE("a fingerprint is of all bytes") {
    CHECK(fingerprint("") == "cbf29ce484222325");
    CHECK(fingerprint("a") != fingerprint("b"));
    CHECK(fingerprint("a").size() == 16);
  }

  TEST_CASE("an answer calls a tool by the name that the client gave it") {
    const std::string name = "mcp__" + std::string(80, 'x') + "__find";
    const Request request{.tools = {{.name = "look"}, {.name = name}}};
    CHECK(long_tool_name(short_tool_name(name), &request) == name);
    CHECK(long_tool_name("look", &request) == "look");
    CHECK(long_tool_name(name, &request) == name);
    CHECK(long_tool_name(short_tool_name(name), nullptr) == short_tool_name(name));
    Reply reply;
    reply.choices.push_back({.parts = {Text{"a"}, ToolCall{"c", short_tool_name(name), "{}"}}});
    restore_tool_names(reply, &request);
    CHECK(std::get<ToolCall>(reply.choices[0].parts[1]).name == name);
  }
}

}  // namespace arouter::chat
