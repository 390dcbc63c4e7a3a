// Between a program and a provider of one format the bytes pass: the request but for the model's
// name, the answer and the stream as they are.
#include <doctest/doctest.h>

#include "tests/integration/programs/client_program.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kModel = "acme/model-a";
constexpr std::string_view kAsksUsage = R"(,"stream_options":{"include_usage":true}})";

/// The body that must reach the provider.
std::string expected_body(const OrderedJson& program, const std::string& way) {
  std::string body = replaced(body_of(program, way).dump(), "$model", "model-a");
  const bool asks = program["format"] == "openai" && way == "streamed" &&
                    body.find("stream_options") == std::string::npos;
  if (asks) body.replace(body.size() - 1, 1, kAsksUsage);
  return body;
}

/// The stream without the chunk of usage alone, which only the daemon has asked for.
std::string without_usage(std::string events) {
  const std::size_t mark = events.find(R"("choices":[],)");
  REQUIRE(mark != std::string::npos);
  const std::size_t begin = events.rfind("\n\n", mark) + 2;
  return events.erase(begin, events.find("\n\n", mark) + 2 - begin);
}

void check_passes(ScriptedWorld& world, const OrderedJson& program, const std::string& way) {
  const std::string format = program["format"];
  const bool streams = way == "streamed";
  std::string answer = golden_text(format, streams ? "text.stream.sse" : "text.reply.json");
  world.provider.plays(Script().send(streams ? stream_answer(answer) : json_answer(200, answer)));
  const RawResponse response = send(world.daemon,
                                    {.path = path_of(program, way),
                                     .headers = headers_of(program),
                                     .body = body_of(program, way).dump()},
                                    kModel);
  CHECK(response.status == 200);
  CHECK(response.field("x-arouter-dropped") == "");
  if (streams && !program[way].value("usage", true)) answer = without_usage(answer);
  CHECK(response.body == answer);
  const RecordedRequest sent = world.provider.requests().back();
  CHECK(sent.body == expected_body(program, way));
  CHECK(sent.head.find(world.daemon.key()) == std::string::npos);
  for (const std::string& line : headers_of(program)) {
    const std::string name = line.substr(0, line.find(':'));
    if (!name.starts_with("anthropic-")) continue;
    CHECK(sent.field(name) == line.substr(name.size() + 2));
  }
}

void check_table(std::string_view format, const std::string& table) {
  ScriptedWorld world(format);
  for (const OrderedJson& program : client_programs(table)) {
    CAPTURE(program["program"].get<std::string>());
    for (const std::string way : {"plain", "streamed"}) {
      CAPTURE(way);
      if (program.contains(way)) check_passes(world, program, way);
    }
  }
}

}  // namespace

TEST_SUITE("passed bytes") {
  TEST_CASE("chat completions pass") {
    check_table("openai", "chat.json");
  }
  TEST_CASE("Responses pass") {
    check_table("responses", "responses.json");
  }
  TEST_CASE("Messages pass, and the header fields that belong to them") {
    check_table("anthropic", "messages.json");
  }
  TEST_CASE("Gemini passes") {
    check_table("gemini", "gemini.json");
  }
}

}  // namespace arouter::test
