// The fixtures in tests/golden/gemini are good bytes of this format, and survive it both ways.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "shared/formats/gemini/format.hpp"
#include "shared/sse.hpp"
#include "tests/places.hpp"

namespace arouter::gemini {

namespace {

struct Fixture {
  std::string name;
  std::string bytes;
};

std::vector<Fixture> fixtures(const std::string& ending) {
  std::vector<Fixture> found;
  const std::filesystem::path folder = source_folder() / "tests" / "golden" / "gemini";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(ending)) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    found.push_back({name, {std::istreambuf_iterator<char>(file), {}}});
  }
  CHECK(found.size() > 5);
  return found;
}

/// What a stream's events become for a client of the same format.
std::string encoded(std::string_view bytes, bool& ended) {
  SseScanner scanner(1 << 16);
  const auto decoder = format().make_stream_decoder();
  const auto encoder = format().make_stream_encoder({});
  std::string out;
  const auto take = [&](const Result<std::span<const chat::Event>>& events) {
    REQUIRE(events.has_value());
    for (const chat::Event& event : *events) {
      encoder->append(out, event);
      const bool last =
          event.kind == chat::Event::Kind::end || event.kind == chat::Event::Kind::error;
      ended = ended || last;
    }
  };
  SseBlock block;
  for (Result<bool> more = scanner.next(bytes, block); more && *more;
       more = scanner.next(bytes, block)) {
    if (block.has_data) take(decoder->decode(block));
    bytes.remove_prefix(block.raw.size());
  }
  take(decoder->finish());
  return out;
}

}  // namespace

TEST_SUITE("gemini golden") {
  TEST_CASE("requests lose nothing and come back the same") {
    for (const Fixture& fixture : fixtures(".request.json")) {
      CAPTURE(fixture.name);
      Result<Peek> peek = format().peek(CallKind::chat, fixture.bytes);
      REQUIRE(peek.has_value());
      peek->model = "gemini-2.5-flash";
      chat::Losses losses;
      const auto request = format().decode_request(fixture.bytes, *peek, losses);
      REQUIRE(request.has_value());
      const std::string body = format().encode_request(*request, 0, losses);
      CHECK(losses.list() == "");
      const auto again = format().decode_request(body, *peek, losses);
      REQUIRE(again.has_value());
      CHECK(*again == *request);
    }
  }

  TEST_CASE("replies come back the same") {
    for (const Fixture& fixture : fixtures(".reply.json")) {
      CAPTURE(fixture.name);
      const auto reply = format().decode_reply(fixture.bytes);
      if (fixture.name == "error.reply.json") {
        CHECK(reply.error().kind == ErrorKind::rate_limited);
        continue;
      }
      REQUIRE(reply.has_value());
      chat::Losses losses;
      const auto again = format().decode_reply(format().encode_reply(*reply, {}, losses));
      REQUIRE(again.has_value());
      CHECK(again->choices == reply->choices);
      CHECK(again->usage->input_tokens == reply->usage->input_tokens);
      CHECK(again->usage->output_tokens == reply->usage->output_tokens);
    }
  }

  TEST_CASE("streams end, and once spelled by us stay as they are") {
    for (const Fixture& fixture : fixtures(".stream.sse")) {
      CAPTURE(fixture.name);
      bool ended = false;
      const std::string ours = encoded(fixture.bytes, ended);
      CHECK(ended);
      if (fixture.name != "error.stream.sse") CHECK(encoded(ours, ended) == ours);
    }
  }
}

}  // namespace arouter::gemini
