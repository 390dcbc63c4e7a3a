#include "shared/formats/openai/stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/formats/openai/format.hpp"

namespace arouter::openai {

namespace {

using chat::Event;
using Kind = Event::Kind;

/// What a decoder makes of the data of these events.
std::vector<Event> decoded(const std::vector<std::string>& datas) {
  const auto decoder = format().make_stream_decoder();
  std::vector<Event> all;
  for (const std::string& data : datas) {
    const SseBlock block{.raw = data, .name = {}, .data = data, .has_data = true};
    const auto events = decoder->decode(block);
    REQUIRE(events.has_value());
    all.insert(all.end(), events->begin(), events->end());
  }
  const auto rest = decoder->finish();
  REQUIRE(rest.has_value());
  all.insert(all.end(), rest->begin(), rest->end());
  return all;
}

/// A chunk of the first choice.
std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return R"({"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","choices":[)"
         R"({"index":0,"delta":)" +
         delta + R"(,"finish_reason":)" + finish + "}]}";
}

/// "text#0:hel text#0:lo finish#0:stop"
std::string shown(const std::vector<Event>& events) {
  constexpr std::array<const char*, 13> kNames{
      "start", "text",     "thinking", "signature", "refusal", "tool_call", "arguments",
      "media", "logprobs", "finish",   "usage",     "error",   "end"};
  std::string out;
  for (const Event& event : events) {
    if (!out.empty()) out += ' ';
    out += kNames[static_cast<std::size_t>(event.kind)];
    const bool is_part = event.kind >= Kind::text && event.kind <= Kind::media;
    if (is_part) out += "#" + std::to_string(event.part);
    if (!event.text.empty()) out += ":" + event.text;
    if (event.kind == Kind::tool_call) out += ":" + event.tool_id + "," + event.tool_name;
    if (!event.signature.bytes.empty()) {
      out += ":" + event.signature.format + "/" + event.signature.bytes;
    }
    if (event.redacted) out += "!";
  }
  return out;
}

}  // namespace

TEST_SUITE("openai stream") {
  TEST_CASE("a text is passed on as it comes") {
    const std::vector<Event> events =
        decoded({chunk(R"({"role":"assistant","content":""})"), chunk(R"({"content":"hel"})"),
                 chunk(R"({"content":"lo"})"), chunk("{}", "\"stop\""),
                 R"({"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})",
                 "[DONE]"});
    CHECK(shown(events) == "start text#0:hel text#0:lo finish usage end");
    CHECK(events[0].id == "c1");
    CHECK(events[0].created == 7);
    CHECK(events[3].finish == chat::FinishReason::stop);
    CHECK(events[4].usage.input_tokens == 3);
  }
}

}  // namespace arouter::openai
