// Bodies that nobody should send, at every decoder of every format: refused or read, never more.
//
// Sanitized builds are where this test earns its keep; it is cut to what they do in a few seconds.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/embeddings.hpp"
#include "shared/formats/error_message.hpp"
#include "shared/formats/registry.hpp"
#include "tests/golden/fixtures.hpp"
#include "tests/golden/json_mutants.hpp"
#include "tests/golden/translate.hpp"

namespace arouter::golden {

namespace {

constexpr std::size_t kStride = 7;

bool is_json(std::string_view text) {
  return scan_json(text).has_value();
}

/// A copy without the NUL that stands behind a string: a sanitizer sees what reads past the end.
std::vector<char> exact(std::string_view text) {
  return {text.begin(), text.end()};
}

/// True for one call of `count`: of many faults alike, a sample. No two neighbours of a fixture
/// meet the same faults, as the number of these is no multiple of it.
bool is_sampled(std::size_t count) {
  static std::size_t turn = 0;
  return turn++ % count == 0;
}

/// The other formats take turns as the target.
const Format& next_target() {
  static std::size_t turn = 0;
  return *all_formats()[turn++ % all_formats().size()];
}

void try_request(const Format& format, std::string_view body, bool is_utf8) {
  chat::Losses losses;
  const Result<chat::Request> request = decode_request(format, body, losses);
  if (!is_utf8) CHECK_FALSE(request.has_value());
  if (!request) {
    CHECK(request.error().kind == ErrorKind::bad_request);
    CHECK_FALSE(request.error().message.empty());
    return;
  }
  CHECK(is_json(next_target().encode_request(*request, 0, losses)));
}

void try_reply(const Format& format, std::string_view body, bool is_utf8) {
  const Result<ReplyFacts> facts = format.read_reply(CallKind::chat, body);
  const Result<chat::Reply> reply = format.decode_reply(body);
  if (!is_utf8) {
    CHECK_FALSE(facts.has_value());
    CHECK_FALSE(reply.has_value());
  }
  if (facts) CHECK(facts->content_bytes <= body.size());
  chat::Losses losses;
  const Format& target = next_target();
  if (reply) {
    CHECK(is_json(target.encode_reply(*reply, fixed_spelling(), losses)));
  } else {
    CHECK(is_json(target.encode_error(reply.error(), {})));
  }
  CHECK(find_error_message(body).size() <= 510);
}

/// Every event that was written must hold JSON, or be the mark of the end.
void check_events(std::string_view bytes) {
  Blocks().feed(bytes, [](const SseBlock& block) {
    CHECK(block.has_data);
    CHECK((block.data == "[DONE]" || is_json(block.data)));
  });
}

std::vector<SseBlock> blocks_of(std::string_view stream, std::vector<std::string>& kept) {
  Blocks().feed(stream, [&](const SseBlock& block) {
    if (!block.has_data) return;
    kept.emplace_back(block.name);
    kept.emplace_back(block.data);
  });
  std::vector<SseBlock> blocks;
  for (std::size_t i = 0; i + 1 < kept.size(); i += 2) {
    blocks.push_back({.raw = kept[i + 1], .name = kept[i], .data = kept[i + 1], .has_data = true});
  }
  return blocks;
}

/// A stream whose event `at` says `data` instead.
class BrokenStream {
 public:
  BrokenStream(const Format& format, const std::vector<SseBlock>& blocks)
      : format_(format), blocks_(blocks) {}

  void play(std::size_t at, std::string_view data, bool is_utf8) const {
    const auto decoder = format_.make_stream_decoder();
    const auto encoder = next_target().make_stream_encoder(fixed_spelling());
    const auto reader = format_.make_stream_reader(CallKind::chat);
    std::string out;
    bool ended = false;
    const auto take = [&](const Result<std::span<const chat::Event>>& events) {
      if (!events) {
        ended = true;
        CHECK(events.error().kind == ErrorKind::upstream_malformed);
        return;
      }
      for (const chat::Event& event : *events) {
        if (ended) break;
        ended = event.kind == chat::Event::Kind::end || event.kind == chat::Event::Kind::error;
        encoder->append(out, event);
      }
    };
    for (std::size_t i = 0; i < blocks_.size() && !ended; ++i) {
      SseBlock block = blocks_[i];
      if (i == at) block.data = block.raw = data;
      const Result<ReplyFacts> facts = reader->read(block);
      if (i == at && !is_utf8) CHECK_FALSE(facts.has_value());
      const auto events = decoder->decode(block);
      if (i == at && !is_utf8) CHECK_FALSE(events.has_value());
      take(events);
    }
    if (!ended) take(decoder->finish());
    check_events(out);
  }

 private:
  const Format& format_;
  const std::vector<SseBlock>& blocks_;
};

struct EmbeddingsSample {
  std::string_view format, request, reply;
};
constexpr std::array<EmbeddingsSample, 3> kEmbeddings{{
    {"openai",
     R"({"model":"e","input":["a","b"],"dimensions":8,"encoding_format":"base64","user":"u"})",
     R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1e-3]},)"
     R"({"object":"embedding","index":1,"embedding":"AAAAPwAAgL8="}],"model":"e",)"
     R"("usage":{"prompt_tokens":2,"total_tokens":2}})"},
    {"gemini",
     R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},)"
     R"("taskType":"RETRIEVAL_QUERY","title":"t","outputDimensionality":8},)"
     R"({"model":"models/e","content":{"parts":[{"text":"b"}]}}]})",
     R"({"embeddings":[{"values":[0.5,-1]},{"values":[1,2]}]})"},
    {"gemini", R"({"model":"models/e","content":{"parts":[{"text":"a"}]},"taskType":"X"})",
     R"({"embedding":{"values":[0.5,-1]}})"},
}};

}  // namespace

TEST_SUITE("hostile") {
  TEST_CASE("requests") {
    for (const Fixture& fixture : find_fixtures(Kind::request)) {
      CAPTURE(fixture.format->name());
      for_each_mutant(fixture.bytes, kStride, [&](const std::string& body, bool is_utf8) {
        CAPTURE(body);
        const std::vector<char> bytes = exact(body);
        try_request(*fixture.format, {bytes.data(), bytes.size()}, is_utf8);
      });
    }
  }

  TEST_CASE("replies and errors") {
    for (const Fixture& fixture : find_fixtures(Kind::reply)) {
      CAPTURE(fixture.format->name());
      for_each_mutant(fixture.bytes, kStride, [&](const std::string& body, bool is_utf8) {
        if (!is_sampled(3)) return;
        CAPTURE(body);
        const std::vector<char> bytes = exact(body);
        try_reply(*fixture.format, {bytes.data(), bytes.size()}, is_utf8);
      });
    }
  }

  TEST_CASE("events of streams") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      std::vector<std::string> kept;
      const std::vector<SseBlock> blocks = blocks_of(fixture.bytes, kept);
      const BrokenStream stream(*fixture.format, blocks);
      for (std::size_t at = 0; at < blocks.size(); ++at) {
        if (blocks[at].data == "[DONE]") continue;
        for_each_mutant(blocks[at].data, kStride, [&](const std::string& body, bool is_utf8) {
          if (!is_sampled(13)) return;
          CAPTURE(body);
          const std::vector<char> bytes = exact(body);
          stream.play(at, {bytes.data(), bytes.size()}, is_utf8);
        });
      }
    }
  }

  TEST_CASE("streams with an event left out, twice, or in another's place") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      std::vector<std::string> kept;
      const std::vector<SseBlock> blocks = blocks_of(fixture.bytes, kept);
      for (std::size_t at = 0; at < blocks.size(); ++at) {
        std::vector<SseBlock> broken = blocks;
        broken.erase(broken.begin() + static_cast<std::ptrdiff_t>(at));
        BrokenStream(*fixture.format, broken).play(broken.size(), {}, true);
        broken = blocks;
        broken.insert(broken.begin() + static_cast<std::ptrdiff_t>(at), blocks[at]);
        BrokenStream(*fixture.format, broken).play(broken.size(), {}, true);
        for (std::size_t other = at + 1; other < blocks.size(); ++other) {
          broken = blocks;
          std::swap(broken[at], broken[other]);
          BrokenStream(*fixture.format, broken).play(broken.size(), {}, true);
        }
      }
    }
  }

  TEST_CASE("embeddings") {
    for (const EmbeddingsSample& sample : kEmbeddings) {
      CAPTURE(sample.format);
      const EmbeddingsFormat& format = *find_format(sample.format)->embeddings();
      for_each_mutant(sample.request, 1, [&](const std::string& body, bool is_utf8) {
        CAPTURE(body);
        chat::Losses losses;
        const auto request = format.decode_request(body, losses);
        if (!is_utf8) CHECK_FALSE(request.has_value());
        if (request) CHECK(is_json(format.encode_request(*request, losses)));
        if (!request) CHECK(request.error().kind == ErrorKind::bad_request);
      });
      for_each_mutant(sample.reply, 1, [&](const std::string& body, bool is_utf8) {
        CAPTURE(body);
        for (const std::size_t inputs : {1, 2}) {
          const auto reply = format.decode_reply(body, inputs);
          if (!is_utf8) CHECK_FALSE(reply.has_value());
          if (reply) CHECK(is_json(format.encode_reply(*reply, {})));
        }
      });
    }
  }
}

}  // namespace arouter::golden
