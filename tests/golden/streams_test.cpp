// A stream means the same however the network cuts it, and whichever line ends its sender likes.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/golden/fixtures.hpp"
#include "tests/golden/translate.hpp"

namespace arouter::golden {

namespace {

/// The decoded events and what each encoder made of them.
struct Told {
  std::string events;
  std::vector<std::string> outputs;
  bool operator==(const Told&) const = default;
};

/// `bytes` in pieces of `size`.
Told replay(const Format& format, std::string_view bytes, std::size_t size) {
  StreamReplay replay(format);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    replay.feed(bytes.substr(0, size));
  }
  replay.finish();
  REQUIRE(replay.fault() == "");
  return {replay.events(), replay.outputs()};
}

std::string with_line_ends(std::string_view bytes, std::string_view end) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\n') {
      out += end;
    } else {
      out += c;
    }
  }
  return out;
}

/// What a decoder sees of a block.
std::string seen(const SseBlock& block) {
  return std::string(block.name) + "\n" + std::string(block.data) + "\n";
}

std::string blocks_of(std::string_view first, std::string_view second) {
  std::string all;
  Blocks blocks;
  const auto take = [&](const SseBlock& block) {
    if (block.has_data) all += seen(block);
  };
  blocks.feed(first, take);
  blocks.feed(second, take);
  return all;
}

/// Ends of blocks in `bytes`, the first of them 0.
std::vector<std::size_t> block_ends(std::string_view bytes) {
  std::vector<std::size_t> ends{0};
  Blocks().feed(bytes,
                [&](const SseBlock& block) { ends.push_back(ends.back() + block.raw.size()); });
  return ends;
}

/// What passing bytes teach of a stream.
struct Learnt {
  std::string facts;
  Usage usage;
  bool finished = false, is_error = false, is_end = false, has_answer = false;
};

Learnt learn(const Format& format, std::string_view bytes, std::size_t size) {
  Learnt learnt;
  Blocks blocks;
  const auto reader = format.make_stream_reader(CallKind::chat);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    blocks.feed(bytes.substr(0, size), [&](const SseBlock& block) {
      if (!block.has_data) return;
      const Result<ReplyFacts> facts = reader->read(block);
      REQUIRE(facts.has_value());
      learnt.facts += facts->id + " " + facts->finish_reason + " " +
                      std::to_string(facts->content_bytes) + " " +
                      std::to_string(facts->usage_value.begin) + "\n";
      if (facts->usage) learnt.usage = *facts->usage;
      learnt.finished = learnt.finished || facts->finished;
      learnt.is_error = learnt.is_error || facts->is_error;
      learnt.is_end = learnt.is_end || facts->is_end;
      learnt.has_answer = learnt.has_answer || facts->has_answer;
    });
  }
  if (reader->ends_with_body()) learnt.is_end = true;
  return learnt;
}

}  // namespace

TEST_SUITE("streams") {
  TEST_CASE("cut at every byte, whole, and with other line ends they tell the same") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      const Told whole = replay(*fixture.format, fixture.bytes, fixture.bytes.size());
      for (const std::string_view end : {"\n", "\r\n", "\r"}) {
        const std::string bytes = with_line_ends(fixture.bytes, end);
        CHECK(replay(*fixture.format, bytes, 1) == whole);
        CHECK(replay(*fixture.format, bytes, 7) == whole);
        CHECK(replay(*fixture.format, bytes, bytes.size()) == whole);
      }
    }
  }

  // The decoder sees blocks alone; a cut can only change the one it falls into and the next.
  TEST_CASE("one cut, wherever it falls, leaves every block as it is") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      for (const std::string_view end : {"\n", "\r\n", "\r"}) {
        const std::string bytes = with_line_ends(fixture.bytes, end);
        const std::vector<std::size_t> ends = block_ends(bytes);
        for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
          const std::size_t last = i + 2 < ends.size() ? ends[i + 2] : ends[i + 1];
          const std::string_view part = std::string_view(bytes).substr(ends[i], last - ends[i]);
          const std::string wanted = blocks_of(part, "");
          for (std::size_t cut = 0; cut <= ends[i + 1] - ends[i]; ++cut) {
            const std::string got = blocks_of(part.substr(0, cut), part.substr(cut));
            if (got != wanted) FAIL("cut at ", ends[i] + cut, ": ", got);
          }
        }
      }
    }
  }

  TEST_CASE("bytes that pass teach the same as their translation, and however they are cut") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      const Learnt learnt = learn(*fixture.format, fixture.bytes, fixture.bytes.size());
      CHECK(learn(*fixture.format, fixture.bytes, 1).facts == learnt.facts);
      CHECK(learn(*fixture.format, with_line_ends(fixture.bytes, "\r\n"), 1).facts == learnt.facts);

      StreamReplay translated(*fixture.format);
      translated.feed(fixture.bytes);
      translated.finish();
      const bool broke_off = fixture.name == "error";
      CHECK(learnt.is_error == broke_off);
      CHECK(learnt.is_end != broke_off);
      if (broke_off) continue;
      CHECK(learnt.finished);
      CHECK(learnt.has_answer);
      CHECK(learnt.usage.input_tokens == translated.usage().input_tokens);
      CHECK(learnt.usage.output_tokens == translated.usage().output_tokens);
      CHECK(learnt.usage.cached_input_tokens == translated.usage().cached_input_tokens);
      CHECK(learnt.usage.cache_write_tokens == translated.usage().cache_write_tokens);
      CHECK(learnt.usage.reasoning_tokens == translated.usage().reasoning_tokens);
      CHECK(learnt.usage.origin == UsageOrigin::reported);
      CHECK(translated.usage().origin == UsageOrigin::reported);
    }
  }
}

}  // namespace arouter::golden
