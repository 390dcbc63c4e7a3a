// Whatever a provider sends, the rules come to an end and the report stays printable.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "shared/validate/report.hpp"
#include "tests/unit/shared/validate/recording.hpp"

namespace arouter::validate {

namespace {

constexpr const char* kProbes[] = {
    "models",    "basic",    "stream",     "stream-usage", "cap",   "cap-stream",   "unicode",
    "wrong-key", "bad-json", "bad-stream", "parallel-1",   "model", "models-again", "abort"};

/// A few random bytes are changed, removed or put in, or the end is cut off.
void damage(std::string& bytes, std::mt19937& random) {
  constexpr std::string_view kSpice = "{}[]\",:\\\r\n\0\xFF\xC3 0d-.e";
  const auto below = [&](std::size_t most) { return random() % (most + 1); };
  for (std::size_t i = 0; i <= below(3) && !bytes.empty(); ++i) {
    const std::size_t at = below(bytes.size() - 1);
    switch (below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(at, below(40));
        break;
      case 2:
        bytes.insert(at, 1, kSpice[below(kSpice.size() - 1)]);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size() - 1), below(200)));
        break;
      default:
        bytes.resize(at);
    }
  }
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\n' || static_cast<unsigned char>(c) >= 0x20; });
}

}  // namespace

TEST_SUITE("validate damage") {
  TEST_CASE("a stream that floods is given up, not judged") {
    Recording recording;
    std::string& body = recording.body("unicode");
    for (int i = 0; i < 30'000; ++i) body.insert(body.size(), chunk_event("x", "{}", "\"stop\""));
    const Transcript transcript = recording.transcript();
    CHECK(transcript.find("unicode")->sse.endless);
    CHECK(transcript.find("unicode")->sse.events.size() == 20'000);
    for (const Finding& finding : judge_all(transcript)) {
      CAPTURE(finding.rule->id);
      CHECK(finding.outcome != Outcome::fail);
    }
  }

  TEST_CASE("random damage never stops the judge, and the report stays clean") {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
      CAPTURE(seed);
      std::mt19937 random(seed);
      Recording recording;
      for (const char* probe : kProbes) {
        if (random() % 3 != 0) continue;
        const bool closed = random() % 2 == 0;
        const auto generator = static_cast<std::uint32_t>(random());
        recording.answer(probe).adjust = [=](Exchange& exchange) {
          std::mt19937 own(generator);
          damage(exchange.wire, own);
          exchange.peer_closed = closed;
        };
      }
      std::mt19937 own(seed);
      if (seed % 4 == 0) damage(recording.metadata, own);
      const Report report = make_report(recording.transcript(), "");
      CHECK(report.findings.size() == rule_count());
      CHECK(is_printable(render_text(report)));
      CHECK(nlohmann::json::parse(render_json(report), nullptr, false).is_object());
    }
  }
}

}  // namespace arouter::validate
