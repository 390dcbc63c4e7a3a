// What a client's format cannot say of an answer is told, the same whole and streamed.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/registry.hpp"

namespace arouter {

namespace {

using chat::Event;
using Kind = Event::Kind;

const std::string kLogprobs =
    R"({"content":[{"token":"a","logprob":-1,"bytes":[97],"top_logprobs":[]}],"refusal":null})";
const std::string kNoLogprobs = R"({"content":[],"refusal":null})";

void append_part(std::vector<Event>& events, const chat::Part& part, Event event) {
  if (const auto* text = std::get_if<chat::Text>(&part)) {
    event.text = text->text;
    events.push_back(event);
  } else if (const auto* media = std::get_if<chat::Media>(&part)) {
    event.kind = Kind::media;
    event.media = *media;
    events.push_back(event);
  }
}

/// The same answer as a stream brings it: texts and media, logprobs behind them.
std::vector<Event> events_of(const chat::Reply& reply) {
  std::vector<Event> events{{.kind = Kind::start}};
  for (const chat::Choice& choice : reply.choices) {
    std::int64_t number = 0;
    for (const chat::Part& part : choice.parts) {
      append_part(events, part, {.choice = choice.index, .part = number++});
    }
    if (!choice.logprobs.empty()) {
      events.push_back({.kind = Kind::logprobs, .choice = choice.index, .text = choice.logprobs});
    }
    events.push_back({.kind = Kind::finish, .choice = choice.index, .finish = choice.finish});
  }
  events.push_back({.kind = Kind::end});
  return events;
}

std::string unsaid(std::string_view name, const chat::Reply& reply) {
  const Format& format = *find_format(name);
  chat::Losses whole;
  format.encode_reply(reply, {.request_id = "r"}, whole);
  const auto encoder = format.make_stream_encoder({.request_id = "r"});
  std::string bytes;
  for (const Event& event : events_of(reply)) encoder->append(bytes, event);
  CHECK(encoder->losses().list() == whole.list());
  return whole.list();
}

chat::Reply answer(std::vector<chat::Part> parts,
                   chat::FinishReason finish = chat::FinishReason::stop) {
  chat::Reply reply;
  reply.choices.push_back({.parts = std::move(parts), .finish = finish});
  return reply;
}

chat::Media medium(chat::Media::Kind kind) {
  return {.kind = kind, .mime_type = "x/y", .data = "AAAA"};
}

}  // namespace

TEST_SUITE("what clients cannot be told") {
  TEST_CASE("of several choices, where there is room for one") {
    chat::Reply reply = answer({chat::Text{.text = "a"}});
    reply.choices.push_back({.index = 1, .parts = {chat::Text{.text = "b"}}});
    reply.choices[1].finish = chat::FinishReason::stop;
    CHECK(unsaid("openai", reply) == "");
    CHECK(unsaid("anthropic", reply) == "reply.choices");
    CHECK(unsaid("gemini", reply) == "");
    CHECK(unsaid("responses", reply) == "reply.choices");
  }

  TEST_CASE("media, by their kind") {
    using M = chat::Media::Kind;
    const chat::Reply picture = answer({medium(M::image)});
    CHECK(unsaid("openai", picture) == "");
    CHECK(unsaid("anthropic", picture) == "reply.image");
    CHECK(unsaid("gemini", picture) == "");
    CHECK(unsaid("responses", picture) == "");
    const chat::Reply others = answer({medium(M::audio), medium(M::video), medium(M::file)});
    CHECK(unsaid("openai", others) == "reply.audio, reply.video, reply.file");
    CHECK(unsaid("anthropic", others) == "reply.audio, reply.video, reply.file");
    CHECK(unsaid("gemini", others) == "");
    CHECK(unsaid("responses", others) == "reply.audio, reply.video, reply.file");
  }

  TEST_CASE("a picture that lies elsewhere") {
    const chat::Reply linked = answer({chat::Media{.url = "https://a.example/a.png"}});
    CHECK(unsaid("openai", linked) == "");
    CHECK(unsaid("responses", linked) == "reply.image");
    const chat::Reply kept = answer({chat::Media{.file_id = "file-1"}});
    CHECK(unsaid("openai", kept) == "reply.image");
    CHECK(unsaid("gemini", kept) == "");
  }

  TEST_CASE("log probabilities, when there are any") {
    chat::Reply reply = answer({chat::Text{.text = "a"}});
    reply.choices[0].logprobs = kLogprobs;
    CHECK(unsaid("openai", reply) == "");
    CHECK(unsaid("anthropic", reply) == "reply.logprobs");
    CHECK(unsaid("gemini", reply) == "");
    CHECK(unsaid("responses", reply) == "");
    reply.choices[0].parts.clear();  // there is no text to stand at
    CHECK(unsaid("responses", reply) == "reply.logprobs");
    reply.choices[0].logprobs = kNoLogprobs;
    for (const Format* format : all_formats()) CHECK(unsaid(format->name(), reply) == "");
  }

  TEST_CASE("finish reasons without a word of their own") {
    const chat::Reply paused = answer({chat::Text{.text = "a"}}, chat::FinishReason::pause);
    CHECK(unsaid("openai", paused) == "reply.finish_reason.pause");
    CHECK(unsaid("anthropic", paused) == "");
    CHECK(unsaid("gemini", paused) == "reply.finish_reason.pause");
    CHECK(unsaid("responses", paused) == "reply.finish_reason.pause");
    const chat::Reply spoilt = answer({}, chat::FinishReason::malformed_call);
    CHECK(unsaid("openai", spoilt) == "reply.finish_reason.malformed_call");
    CHECK(unsaid("anthropic", spoilt) == "reply.finish_reason.malformed_call");
    CHECK(unsaid("gemini", spoilt) == "");
    CHECK(unsaid("responses", spoilt) == "");  // it fails there
  }

  TEST_CASE("plain answers lose nothing") {
    const chat::Reply reply = answer({chat::Text{.text = "a"}, chat::Text{.text = "b"}});
    for (const Format* format : all_formats()) CHECK(unsaid(format->name(), reply) == "");
  }

  TEST_CASE("anthropic: the signature of a text that was sent before a call without one") {
    const auto encoder = find_format("anthropic")->make_stream_encoder({.request_id = "r"});
    std::string bytes;
    encoder->append(bytes, {.kind = Kind::text, .text = "a"});
    Event sign{.kind = Kind::signature};
    sign.signature = {"c2ln", "gemini"};
    encoder->append(bytes, sign);
    Event call{.kind = Kind::tool_call, .part = 1};
    call.tool_id = "c";
    call.tool_name = "f";
    encoder->append(bytes, call);
    CHECK(encoder->losses().list() == "reply.signature");
  }
}

}  // namespace arouter
