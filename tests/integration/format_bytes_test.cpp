// Same format on both sides, beyond OpenAI's: what may change on the way, and that nothing else
// does.
#include <doctest/doctest.h>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

const std::string kLast(kLastChunk);
// What a careless proxy would repair.
constexpr std::string_view kOdd =
    R"( "x" : 1.10,"x":1E2, "big":18446744073709551616,"t":"\u00e9\/", "n":{ } ,)";

/// Puts kOdd into every object of `text` that begins behind `before`.
std::string odd(std::string text, std::string_view before) {
  for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
    at += before.size();
    text.insert(at, kOdd);
    at += kOdd.size();
  }
  return text;
}

std::string with_model(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

RawResponse send(const WireWorld& world, std::string_view path, std::string_view body) {
  return call(world.daemon.port(), post(world.daemon.port(), path, world.daemon.key(), body));
}

}  // namespace

TEST_SUITE("format bytes") {
  TEST_CASE("requests and answers of one format go through byte for byte but for the model") {
    WireWorld world;
    for (const std::string_view format : {"anthropic", "gemini", "responses"}) {
      for (const bool stream : {false, true}) {
        CAPTURE(format);
        CAPTURE(stream);
        const Ask ask{.format = format, .model = model_of(format), .stream = stream};
        const std::string body = odd(ask_body(ask).insert(0, "\n "), "\n {");
        const std::string sent = stream ? odd(stream_wire(format).whole(), "data: {")
                                        : odd("\r\n{" + reply_wire(format).substr(1), "\r\n{");
        world.provider.plays(stream ? Script().send(event_stream_head() + chunk(sent) + kLast)
                                    : Script().send(json_answer(200, sent)));
        const RawResponse answer = send(world, ask_path(ask), body);
        CHECK(answer.status == 200);
        CHECK(answer.complete);
        CHECK(answer.body == sent);
        CHECK(answer.field("x-arouter-dropped") == "");
        CHECK(world.provider.requests().back().body == with_model(body, ask.model, "m"));
      }
    }
  }

  TEST_CASE("the elements of Gemini's array are the events of its provider") {
    WireWorld world;
    const StreamWire wire = stream_wire("gemini");
    world.provider.plays(
        Script().send(event_stream_head() + chunk(wire.whole() + "data: [DONE]\n\n") + kLast));
    const RawResponse answer = world.ask(
        {.format = "gemini", .model = model_of("gemini"), .stream = true, .as_array = true});
    const auto data = [](const std::string& event) { return event.substr(6, event.size() - 8); };
    CHECK(answer.complete);
    CHECK(answer.field("content-type").starts_with("application/json"));
    CHECK(nlohmann::json::parse(answer.body).size() == 2);
    CHECK(answer.body.find(data(wire.delta)) != std::string::npos);
    CHECK(answer.body.find(data(wire.closing)) != std::string::npos);
  }

  TEST_CASE("a batch of Gemini's embeddings names the provider's model in each request") {
    WireWorld world;
    const std::string path = "/v1beta/models/" + model_of("gemini");
    const std::string own = "\"models/" + model_of("gemini") + "\"";
    const std::string batch = R"({ "requests":[{"model" : )" + own +
                              R"(,"content":{"parts":[{"text":"a"}]},"x":1.10}, {"content":)"
                              R"({"parts":[{"text":"b"}]},"model":)" +
                              own + "} ] }";
    world.provider.plays(
        Script().send(json_answer(200, R"({"embeddings":[{"values":[1]},{"values":[2]}]})")));
    CHECK(send(world, path + ":batchEmbedContents", batch).status == 200);
    CHECK(world.provider.requests().back().body == with_model(batch, own, "\"models/m\""));

    const std::string one = R"({"model":)" + own + R"(,"content":{"parts":[{"text":"a"}]}})";
    world.provider.plays(Script().send(json_answer(200, R"({"embedding":{"values":[1]}})")));
    CHECK(send(world, path + ":embedContent", one).status == 200);
    CHECK(world.provider.requests().back().body == with_model(one, own, "\"models/m\""));

    const std::string counted = R"({"generateContentRequest":{"model":)" + own +
                                R"(,"contents":[{"parts":[{"text":"a"}]}]}})";
    world.provider.plays(Script().send(json_answer(200, R"({"totalTokens":3})")));
    CHECK(send(world, path + ":countTokens", counted).status == 200);
    CHECK(world.provider.requests().back().body == with_model(counted, own, "\"models/m\""));
  }
}

}  // namespace arouter::test
