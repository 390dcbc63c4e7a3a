#include "shared/formats/responses/tools.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/responses/format.hpp"

namespace arouter::responses {

namespace {

using chat::ToolChoice;

const std::string kCodexTools =
    R"([{"type":"function","name":"shell","description":"Runs","parameters":{"type":"object"}},)"
    R"({"type":"custom","name":"apply_patch","description":"Patches",)"
    R"("format":{"type":"grammar","syntax":"lark","definition":"start: x"}},)"
    R"({"type":"namespace","name":"mcp__files","description":"Files","tools":[)"
    R"({"type":"function","name":"read","parameters":{"type":"object"},"strict":false},)"
    R"({"type":"custom","name":"write"}]},)"
    R"({"type":"namespace","name":"functions","tools":[{"type":"function","name":"plan"}]},)"
    R"({"type":"web_search"},{"type":"mcp","server_label":"x"}])";

struct Read {
  chat::Request request;
  std::string losses;
};

Read read(const std::string& fields, const std::string& input = R"("hi")") {
  const std::string body = R"({"model":"m","input":)" + input + "," + fields + "}";
  const Result<Peek> peek = format().peek(CallKind::chat, body);
  REQUIRE(peek.has_value());
  chat::Losses losses;
  const Result<chat::Request> request = format().decode_request(body, *peek, losses);
  REQUIRE(request.has_value());
  return {*request, losses.list()};
}

}  // namespace

TEST_SUITE("responses tools") {
  TEST_CASE("tools of every kind become functions, or losses") {
    const Read tools = read(R"("tools":)" + kCodexTools);
    CHECK(tools.losses == "tools.custom.format, tools.web_search, tools.mcp");
    REQUIRE(tools.request.tools.size() == 5);
    CHECK(tools.request.tools[0].parameters == R"({"type":"object"})");
    CHECK(tools.request.tools[1].freeform);
    CHECK(tools.request.tools[1].parameters.find(R"("input":{"type":"string"})") !=
          std::string::npos);
    CHECK(tools.request.tools[1].description.find("start: x") != std::string::npos);
    CHECK(tools.request.tools[2].name == "mcp__files__read");
    CHECK(tools.request.tools[2].group == "mcp__files");
    CHECK(tools.request.tools[2].strict == false);
    CHECK(tools.request.tools[3].freeform);
    CHECK(tools.request.tools[4].name == "plan");
    CHECK(tools.request.tools[4].group == "");
  }

  TEST_CASE("a name inside a namespace comes back as it was") {
    chat::Tool tool;
    tool.group = "mcp__x__";
    tool.name = flat_name(tool.group, "find");
    CHECK(tool.name == "mcp__x__find");
    CHECK(own_name(tool) == "find");
    const std::string lengthy(60, 'n');
    tool.name = flat_name(tool.group, lengthy);
    CHECK(tool.name == lengthy);  // together they would be too long
    CHECK(own_name(tool) == lengthy);
    CHECK(flat_name("", "find") == "find");
  }

  TEST_CASE("calls in the history are named like the tools") {
    const Read history =
        read(R"("tools":[])",
             R"([{"type":"function_call","call_id":"a","namespace":"mcp__files","name":"read",)"
             R"("arguments":"{}"},{"type":"function_call","call_id":"b","namespace":"functions",)"
             R"("name":"plan","arguments":""},{"type":"custom_tool_call","call_id":"c",)"
             R"("name":"apply_patch","input":"*** \"x\""},{"type":"custom_tool_call_output",)"
             R"("call_id":"c","output":"ok"}])");
    const auto& parts = history.request.messages[0].parts;
    CHECK(std::get<chat::ToolCall>(parts[0]).name == "mcp__files__read");
    CHECK(std::get<chat::ToolCall>(parts[1]).name == "plan");
    CHECK(std::get<chat::ToolCall>(parts[1]).arguments == "{}");
    CHECK(std::get<chat::ToolCall>(parts[2]).arguments == R"({"input":"*** \"x\""})");
    CHECK(std::get<chat::ToolResult>(history.request.messages[1].parts[0]).name == "apply_patch");
  }

  TEST_CASE("tools that come with the input are tools") {
    const Read tools = read(R"("user":"u")",
                            R"([{"role":"user","content":"x"},{"type":"additional_tools",)"
                            R"("role":"developer","tools":[{"type":"function","name":"late"}]}])");
    REQUIRE(tools.request.tools.size() == 1);
    CHECK(tools.request.tools[0].name == "late");
    CHECK(tools.losses == "");
  }

  TEST_CASE("the choice of a tool is read") {
    CHECK(read(R"("tool_choice":"auto")").request.tool_choice.kind == ToolChoice::Kind::automatic);
    CHECK(read(R"("tool_choice":"none")").request.tool_choice.kind == ToolChoice::Kind::none);
    CHECK(read(R"("tool_choice":"required","parallel_tool_calls":false)").request.tool_choice ==
          ToolChoice{ToolChoice::Kind::required, "", false});
    CHECK(read(R"("tool_choice":{"type":"function","name":"shell"})").request.tool_choice.name ==
          "shell");
    CHECK(read(R"("tool_choice":{"type":"custom","name":"p"})").request.tool_choice.kind ==
          ToolChoice::Kind::named);
    const Read lost = read(R"("tool_choice":{"type":"web_search"})");
    CHECK(lost.request.tool_choice.kind == ToolChoice::Kind::unset);
    CHECK(lost.losses == "tool_choice.web_search");
  }

  TEST_CASE("tools that are not allowed are not offered") {
    const Read allowed =
        read(R"("tools":)" + kCodexTools +
             R"(,"tool_choice":{"type":"allowed_tools","mode":"required","tools":[)"
             R"({"type":"function","name":"shell"},{"type":"function","name":"read",)"
             R"("namespace":"mcp__files"},{"type":"web_search"}]})");
    REQUIRE(allowed.request.tools.size() == 2);
    CHECK(allowed.request.tools[1].name == "mcp__files__read");
    CHECK(allowed.request.tool_choice.kind == ToolChoice::Kind::required);
  }

  TEST_CASE("a client sees its tools as it spelled them") {
    const Read tools = read(R"("tools":)" + kCodexTools);
    std::string json;
    JsonWriter writer(json);
    write_own_tools(writer, tools.request.tools);
    CHECK(json.find(R"({"type":"custom","name":"apply_patch")") != std::string::npos);
    CHECK(json.find(R"({"type":"namespace","name":"mcp__files","description":"","tools":[)"
                    R"({"type":"function","name":"read")") != std::string::npos);
    CHECK(json.find("mcp__files__read") == std::string::npos);
  }

  TEST_CASE("a tool for a provider says whether it is strict, and has a schema or none") {
    chat::Tool tool;
    tool.name = "f";
    tool.cache_control = R"({"type":"ephemeral"})";
    std::string json;
    JsonWriter writer(json);
    chat::Losses losses;
    write_tools(writer, {&tool, 1}, losses);
    CHECK(json == R"([{"type":"function","name":"f","parameters":null,"strict":false}])");
    CHECK(losses.list() == "tools.cache_control");
  }
}

}  // namespace arouter::responses
