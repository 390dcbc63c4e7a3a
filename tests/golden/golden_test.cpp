// Each input, in each format: what comes out is what is checked in.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "shared/formats/registry.hpp"
#include "tests/golden/fixtures.hpp"
#include "tests/golden/pretty_json.hpp"
#include "tests/golden/translate.hpp"

namespace arouter::golden {

namespace {

Translated translate(const Fixture& fixture, const Format& target) {
  if (fixture.kind == Kind::reply) return translate_reply(*fixture.format, fixture.bytes, target);
  const Result<Translated> result = translate_request(*fixture.format, fixture.bytes, target);
  REQUIRE_MESSAGE(result.has_value(), result.error().message);
  return *result;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("requests and replies become what is checked in, and lose what is written down") {
    std::map<const Format*, std::string> losses;
    for (const Fixture& fixture : find_fixtures()) {
      if (fixture.kind == Kind::stream) continue;
      CAPTURE(fixture.title());
      for (const Format* target : all_formats()) {
        const Translated result = translate(fixture, *target);
        compare_with_file(folder_of(*fixture.format) / fixture.result_name(*target),
                          pretty_json(result.text));
        if (result.losses.empty()) continue;
        losses[fixture.format] +=
            fixture.title() + "." + std::string(target->name()) + ": " + result.losses + "\n";
      }
    }
    for (const Format* format : all_formats()) {
      compare_with_file(folder_of(*format) / "losses.txt", losses[format]);
    }
  }

  TEST_CASE("streams become what is checked in") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      CAPTURE(fixture.title());
      StreamReplay replay(*fixture.format);
      replay.feed(fixture.bytes);
      replay.finish();
      CHECK(replay.fault() == "");
      CHECK(replay.ended());
      for (std::size_t i = 0; i < all_formats().size(); ++i) {
        const std::string name = fixture.result_name(*all_formats()[i]);
        compare_with_file(folder_of(*fixture.format) / name, replay.outputs()[i]);
      }
    }
  }
}

}  // namespace arouter::golden
