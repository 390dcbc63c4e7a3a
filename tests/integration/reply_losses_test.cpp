// What is lost of an answer on its way from one format to another: named in the head of a whole
// one, and in the log line of a stream, whose head has gone by then.
#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <string>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

const std::string kLast(kLastChunk);

/// A provider that has searched: what its answers hold that no other format has a place for.
struct Searched {
  std::string_view format;
  std::string_view before;  // where in a whole answer it stands
  std::string piece;
  std::string event;  // the same in a stream, before the first text
  std::string_view loss;
};

std::string data(const std::string& text) {
  return "data: " + text + "\n\n";
}

const std::array<Searched, 4>& searched() {
  static const std::array<Searched, 4> kAll{{
      {"openai", R"("content":"half")", R"("annotations":[{"type":"url_citation"}],)",
       data(R"({"id":"up-1","choices":[{"index":0,"delta":{"annotations":[{"type":"a"}]}}]})"),
       "reply.annotations"},
      {"anthropic", R"({"type":"text")",
       R"({"type":"server_tool_use","id":"s","name":"web_search","input":{}},)",
       data(R"({"type":"content_block_delta","index":0,"delta":{"type":"citations_delta",)"
            R"("citation":{"type":"char_location"}}})"),
       ""},
      {"gemini", R"("finishReason")", R"("groundingMetadata":{"webSearchQueries":["a"]},)",
       data(R"({"candidates":[{"groundingMetadata":{"webSearchQueries":["a"]}}]})"),
       "reply.groundingMetadata"},
      {"responses", R"({"type":"message")", R"({"type":"web_search_call","id":"ws_1"},)",
       data(R"({"type":"response.output_item.done","output_index":7,)"
            R"("item":{"type":"web_search_call","id":"ws_1"}})"),
       "reply.web_search_call"},
  }};
  return kAll;
}

std::string_view loss_of(const Searched& provider, bool stream) {
  if (provider.format != "anthropic") return provider.loss;
  return stream ? "reply.citations" : "reply.server_tool_use";
}

std::string whole_of(const Searched& provider) {
  std::string body = reply_wire(provider.format);
  const std::size_t at = body.find(provider.before);
  REQUIRE(at != std::string::npos);
  return body.insert(at, provider.piece);
}

/// Another format than the provider's.
std::string_view client_of(const Searched& provider) {
  return provider.format == "openai" ? "gemini" : "openai";
}

/// Whether a line of the log says that this was dropped of that exchange.
bool logs(const World& world, const std::string& id, std::string_view loss) {
  const std::string wanted = "dropped=" + std::string(loss) + " ";
  return ask_until([&] {
    std::istringstream lines(world.daemon.errors());
    for (std::string line; std::getline(lines, line);) {
      const bool is_of = line.find(id) != std::string::npos;
      if (is_of && line.find(wanted) != std::string::npos) return true;
    }
    return false;
  });
}

}  // namespace

TEST_SUITE("reply losses") {
  TEST_CASE("a whole answer's are named in its head, behind the request's") {
    WireWorld world;
    for (const Searched& provider : searched()) {
      CAPTURE(provider.format);
      for (const std::string_view client : kFormats) {
        CAPTURE(client);
        world.provider.plays(Script().send(json_answer(200, whole_of(provider))));
        const RawResponse answer = world.ask(
            {.format = client, .model = model_of(provider.format), .more = R"(,"x_odd":1)"});
        CHECK(answer.status == 200);
        CHECK(text_of(client, answer) == "half");
        const std::string both = "x_odd, " + std::string(loss_of(provider, false));
        const bool passes = client == provider.format;
        CHECK(answer.field("x-arouter-dropped") == (passes ? "" : both));
      }
    }
  }

  TEST_CASE("a stream's are named in the log when it has ended") {
    WireWorld world;
    for (const Searched& provider : searched()) {
      CAPTURE(provider.format);
      const StreamWire wire = stream_wire(provider.format);
      world.provider.plays(Script().send(
          event_stream_head() +
          chunk(wire.opening + provider.event + wire.delta + wire.closing + wire.mark) + kLast));
      const std::string_view client = client_of(provider);
      const RawResponse answer =
          world.ask({.format = client, .model = model_of(provider.format), .stream = true});
      CHECK(answer.status == 200);
      CHECK(answer.complete);
      CHECK(text_of(client, answer) == "half");
      CHECK(logs(world, answer.field("x-generation-id"), loss_of(provider, true)));
    }
  }

  TEST_CASE("a stream's are named in the log when it broke off") {
    WireWorld world;
    for (const Searched& provider : searched()) {
      CAPTURE(provider.format);
      const StreamWire wire = stream_wire(provider.format);
      const Gate text_read;
      world.provider.plays(Script()
                               .send(event_stream_head())
                               .send(chunk(wire.opening + provider.event + wire.delta))
                               .wait(text_read)
                               .close());
      RawClient client(world.daemon.port());
      client.send(world.request(
          {.format = client_of(provider), .model = model_of(provider.format), .stream = true}));
      const std::string id = client.read_head().field("x-generation-id");
      REQUIRE(client.read_body_until("half"));
      text_read.open();
      CHECK_FALSE(client.read_rest().complete);
      CHECK(logs(world, id, loss_of(provider, true)));
    }
  }

  TEST_CASE("what a client's format cannot say is named too") {
    WireWorld world;
    std::string two = reply_wire("openai");
    const std::string_view end = R"("finish_reason":"stop"})";
    two.insert(two.find(end) + end.size(),
               R"(,{"index":1,"message":{"content":"b"},"finish_reason":"stop"})");
    world.provider.plays(Script().send(json_answer(200, two)));
    CHECK(world.ask({.format = "anthropic", .model = model_of("openai")})
              .field("x-arouter-dropped") == "reply.choices");
  }

  TEST_CASE("an answer that was paid for is delivered, whatever the request required") {
    WireWorld world;
    for (const Searched& provider : searched()) {
      CAPTURE(provider.format);
      world.provider.plays(Script().send(json_answer(200, whole_of(provider))));
      const RawResponse answer = world.ask({.format = client_of(provider),
                                            .model = model_of(provider.format),
                                            .more = R"(,"provider":{"require_parameters":true})"});
      CHECK(answer.status == 200);
      CHECK(answer.field("x-arouter-dropped") == loss_of(provider, false));
      CHECK(logs(world, answer.field("x-generation-id"), loss_of(provider, false)));
    }
    CHECK(world.stop_and_read_rows().size() == searched().size());
  }
}

}  // namespace arouter::test
