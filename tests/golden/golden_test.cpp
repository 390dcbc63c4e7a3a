// Each input, in each format: what comes out is what is checked in.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
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

/// The names of a list, in no order: a stream tells of things as they come.
std::set<std::string> sorted_names(const std::string& list) {
  std::set<std::string> names;
  std::istringstream words(list);
  for (std::string name; words >> name;) {
    if (name.back() == ',') name.pop_back();
    names.insert(name);
  }
  return names;
}

/// What was lost on the ways from each format.
class LossList {
 public:
  void add(const Fixture& fixture, const Format& target, const std::string& losses) {
    if (losses.empty()) return;
    lines_[fixture.format] +=
        fixture.title() + "." + std::string(target.name()) + ": " + losses + "\n";
  }
  void compare(const std::string& file) {
    for (const Format* format : all_formats()) {
      compare_with_file(folder_of(*format) / file, lines_[format]);
    }
  }

 private:
  std::map<const Format*, std::string> lines_;
};

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("requests and replies become what is checked in, and lose what is written down") {
    LossList losses;
    for (const Fixture& fixture : find_fixtures()) {
      if (fixture.kind == Kind::stream) continue;
      CAPTURE(fixture.title());
      for (const Format* target : all_formats()) {
        const Translated result = translate(fixture, *target);
        compare_with_file(folder_of(*fixture.format) / fixture.result_name(*target),
                          pretty_json(result.text));
        losses.add(fixture, *target, result.losses);
      }
    }
    losses.compare("losses.txt");
  }

  TEST_CASE("streams become what is checked in, and lose what is written down") {
    LossList losses;
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
        losses.add(fixture, *all_formats()[i], replay.losses(i));
      }
    }
    losses.compare("stream_losses.txt");
  }

  TEST_CASE("a case loses the same streamed as whole") {
    for (const Fixture& fixture : find_fixtures(Kind::stream)) {
      const auto replies = find_fixtures(Kind::reply);
      const auto whole = std::find_if(replies.begin(), replies.end(), [&](const Fixture& each) {
        return each.format == fixture.format && each.name == fixture.name;
      });
      if (whole == replies.end()) continue;
      CAPTURE(fixture.format->name());
      CAPTURE(fixture.title());
      StreamReplay replay(*fixture.format);
      replay.feed(fixture.bytes);
      replay.finish();
      for (std::size_t i = 0; i < all_formats().size(); ++i) {
        const Format& target = *all_formats()[i];
        CAPTURE(target.name());
        const std::string lost = translate_reply(*fixture.format, whole->bytes, target).losses;
        CHECK(sorted_names(replay.losses(i)) == sorted_names(lost));
      }
    }
  }
}

}  // namespace arouter::golden
