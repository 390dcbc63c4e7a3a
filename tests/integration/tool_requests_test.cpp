// Requests that OpenAI would refuse as they come: tools for models that think, and long names.
#include <doctest/doctest.h>

#include <string>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

std::string openai_config(const std::string& url) {
  return "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n"
         "[[provider]]\nname = \"acme\"\nformat = \"openai\"\nalso_speaks = [\"responses\"]\n"
         "base_url = \"" +
         url +
         "\"\nkeys = [{ env = \"ACME_KEY\" }]\n"
         "[[provider.model]]\nid = \"gpt-5.6\"\n[[provider.model]]\nid = \"m\"\n";
}

/// The path that the provider is asked at for a client's request.
std::string path_for(World& world, std::string_view client, const std::string& model,
                     std::string_view answer_format) {
  const Ask ask{.format = client, .model = model};
  world.provider.plays(Script().send(json_answer(200, reply_wire(answer_format))));
  const std::string request =
      post(world.daemon.port(), ask_path(ask), world.daemon.key(), ask_body(ask), "");
  const RawResponse answer = call(world.daemon.port(), request);
  CHECK(answer.status == 200);
  CHECK(text_of(client, answer) == "half");
  const std::string head = world.provider.requests().back().head;
  return head.substr(0, head.find(" HTTP/"));
}

const std::string kLongName = "mcp__" + std::string(80, 'x') + "__find";

Ask asking_with_tool(bool stream) {
  return {.format = "anthropic",
          .model = model_of("openai"),
          .stream = stream,
          .more = R"(,"tools":[{"name":")" + kLongName + R"(","input_schema":{"type":"object"}}])"};
}

}  // namespace

TEST_SUITE("tool requests") {
  TEST_CASE("models that think are asked in the younger API where their provider has it") {
    World world(openai_config);
    CHECK(path_for(world, "anthropic", "acme/gpt-5.6", "responses") == "POST /v1/responses");
    CHECK(path_for(world, "gemini", "acme/gpt-5.6", "responses") == "POST /v1/responses");
    CHECK(path_for(world, "anthropic", "acme/m", "openai") == "POST /v1/chat/completions");
    CHECK(path_for(world, "openai", "acme/gpt-5.6", "openai") == "POST /v1/chat/completions");
  }

  TEST_CASE("a tool with a long name is offered by a short one and called by its own") {
    WireWorld world;
    world.provider.plays(Script().send(json_answer(200, reply_wire("openai"))));
    CHECK(world.ask(asking_with_tool(false)).status == 200);
    const json sent = json::parse(world.provider.requests().back().body);
    const std::string name = sent["tools"][0]["function"]["name"];
    CHECK(name.size() == 64);

    const std::string call = R"({"tool_calls":[{"index":0,"id":"c1","type":"function",)"
                             R"("function":{"name":")" +
                             name + R"(","arguments":"{}"}}])";
    world.provider.plays(Script().send(json_answer(
        200, R"({"id":"a","choices":[{"index":0,"message":)" + call +
                 R"(,"content":null,"role":"assistant"},"finish_reason":"tool_calls"}]})")));
    const RawResponse whole = world.ask(asking_with_tool(false));
    CHECK(json::parse(whole.body)["content"][0]["name"] == kLongName);

    const std::string events = R"(data: {"id":"a","choices":[{"index":0,"delta":)" + call +
                               "}}]}\n\n"
                               R"(data: {"id":"a","choices":[{"index":0,"delta":{},)"
                               R"("finish_reason":"tool_calls"}]})"
                               "\n\ndata: [DONE]\n\n";
    world.provider.plays(
        Script().send(event_stream_head() + chunk(events) + std::string(kLastChunk)));
    const RawResponse streamed = world.ask(asking_with_tool(true));
    CHECK(streamed.body.find("\"name\":\"" + kLongName + "\"") != std::string::npos);
  }
}

}  // namespace arouter::test
