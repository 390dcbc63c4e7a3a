// Streams of every format to clients of every format, however the provider spells its own: what
// reaches a client keeps the rules of stream_rules.hpp, and says the same.
#include <doctest/doctest.h>

#include "tests/integration/programs/client_program.hpp"
#include "tests/integration/programs/stream_rules.hpp"

namespace arouter::test {

namespace {

const ProgramRequest& request_of(std::string_view format) {
  static const ProgramRequest chat{
      .path = "/v1/chat/completions",
      .headers = {"content-type: application/json", "authorization: Bearer $key"},
      .body = R"({"model":"$model","messages":[{"role":"user","content":"x"}],"stream":true,)"
              R"("stream_options":{"include_usage":true}})"};
  static const ProgramRequest responses{
      .path = "/v1/responses",
      .headers = {"content-type: application/json", "authorization: Bearer $key"},
      .body = R"({"model":"$model","input":"x","stream":true})"};
  static const ProgramRequest messages{
      .path = "/v1/messages",
      .headers = {"content-type: application/json", "x-api-key: $key",
                  "anthropic-version: 2023-06-01"},
      .body = R"({"model":"$model","max_tokens":2048,"messages":[{"role":"user","content":"x"}],)"
              R"("thinking":{"type":"enabled","budget_tokens":1024},"stream":true})"};
  static const ProgramRequest gemini{
      .path = "/v1beta/models/$model:streamGenerateContent?alt=sse",
      .headers = {"content-type: application/json", "x-goog-api-key: $key"},
      .body = R"({"contents":[{"parts":[{"text":"x"}]}],)"
              R"("generationConfig":{"thinkingConfig":{"includeThoughts":true}}})"};
  if (format == "openai") return chat;
  if (format == "responses") return responses;
  return format == "anthropic" ? messages : gemini;
}

struct Noise {
  std::string name;
  std::string (*make)(std::string_view format, std::string events);
};

std::string between_blocks(std::string events, std::string_view noise) {
  return replaced(std::move(events), "\n\n", "\n\n" + std::string(noise));
}

std::string comments(std::string_view, std::string events) {
  return between_blocks(std::move(events), ": wait\n\n");
}
std::string blank_lines(std::string_view, std::string events) {
  return between_blocks(std::move(events), "\n");
}
std::string long_line_ends(std::string_view, std::string events) {
  return replaced(std::move(events), "\n", "\r\n");
}
std::string unknown_fields(std::string_view, std::string events) {
  return replaced(std::move(events), "data: {", R"(data: {"odd_thing":{"y":[1]},)");
}
std::string no_last_blank_line(std::string_view, std::string events) {
  events.pop_back();
  return events;
}
std::string no_names(std::string_view, std::string events) {
  for (std::size_t at = 0; (at = events.find("event: ", at)) != std::string::npos;) {
    events.erase(at, events.find('\n', at) + 1 - at);
  }
  return events;
}
/// Behind the first event, which begins the stream.
std::string unknown_event(std::string_view format, std::string events) {
  std::string odd = "data: {}\n\n";
  if (format == "anthropic") odd = "event: odd\ndata: {\"type\":\"odd\"}\n\n";
  if (format == "responses") {
    odd = "event: response.odd\ndata: {\"type\":\"response.odd\",\"sequence_number\":0}\n\n";
  }
  return events.insert(events.find("\n\n") + 2, odd);
}
std::string end_mark(std::string_view format, std::string events) {
  return format == "openai" ? events : events + "data: [DONE]\n\n";
}

const std::vector<Noise>& noises() {
  static const std::vector<Noise> all{
      {"comments", comments},
      {"blank lines", blank_lines},
      {"CRLF", long_line_ends},
      {"unknown fields", unknown_fields},
      {"no last blank line", no_last_blank_line},
      {"no names", no_names},
      {"an unknown event", unknown_event},
      {"an end mark", end_mark},
  };
  return all;
}

bool has_comment(std::string_view bytes) {
  return bytes.starts_with(':') || bytes.find("\n:") != bytes.npos;
}

ReadAnswer read_through(ScriptedWorld& world, std::string_view format, const std::string& events) {
  world.provider.plays(Script().send(stream_answer(events)));
  const RawResponse response = send(world.daemon, request_of(format), "acme/model-a");
  CAPTURE(response.head);
  CAPTURE(response.body);
  CHECK(response.status == 200);
  CHECK(response.field("content-type") == "text/event-stream; charset=utf-8");
  CHECK_FALSE(has_comment(response.body));
  const std::vector<std::string> faults = stream_faults(format, response.body);
  CHECK((faults.empty() ? "" : faults.front()) == "");
  return read_events(format, response.body);
}

/// All that a client sees of one stream is what it sees of the same without noise.
void check_writer(ScriptedWorld& world, std::string_view from, std::string_view to,
                  const std::string& fixture) {
  const std::string events = golden_text(from, fixture + ".stream.sse");
  const ReadAnswer plain = read_through(world, to, events);
  CHECK((plain.faults.empty() ? "" : plain.faults.front()) == "");
  if (fixture.find("tool") != std::string::npos) CHECK(!plain.calls.empty());
  for (const Noise& noise : noises()) {
    CAPTURE(noise.name);
    const ReadAnswer noisy = read_through(world, to, noise.make(from, events));
    CHECK(noisy.text == plain.text);
    CHECK(noisy.thought == plain.thought);
    CHECK(noisy.calls.size() == plain.calls.size());
    for (std::size_t i = 0; i < std::min(noisy.calls.size(), plain.calls.size()); ++i) {
      CHECK(noisy.calls[i].arguments == plain.calls[i].arguments);
    }
  }
}

void check_writers(std::string_view from) {
  ScriptedWorld world(from);
  for (const std::string_view to : kWireFormats) {
    if (to == from) continue;  // those bytes pass: passed_bytes_test.cpp
    CAPTURE(to);
    for (const std::string fixture :
         {"text", "tools", "parallel_tools", "no_argument_tool", "thinking", "signed_thinking"}) {
      CAPTURE(fixture);
      check_writer(world, from, to, fixture);
    }
  }
}

}  // namespace

TEST_SUITE("stream writers") {
  TEST_CASE("streams of chat completions keep every client's rules") {
    check_writers("openai");
  }
  TEST_CASE("streams of Responses keep every client's rules") {
    check_writers("responses");
  }
  TEST_CASE("streams of Messages keep every client's rules") {
    check_writers("anthropic");
  }
  TEST_CASE("streams of Gemini keep every client's rules") {
    check_writers("gemini");
  }
}

}  // namespace arouter::test
