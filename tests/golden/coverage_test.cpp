// No case is forgotten: a format has an input for each, or says why not; an input has a result in
// each format; no file lies about that nobody reads.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "shared/formats/registry.hpp"
#include "tests/golden/cases.hpp"

namespace arouter::golden {

namespace {

constexpr std::array<Case, 22> kCases{{
    // case               request reply  stream
    {"text", true, true, true},
    {"system", true, false, false},
    {"developer", true, false, false},
    {"image", true, false, false},
    {"image_url", true, false, false},
    {"file", true, false, false},
    {"audio", true, false, false},
    {"tools", true, true, true},
    {"tool_choice", true, false, false},
    {"parallel_tools", true, true, true},
    {"tool_result", true, false, false},
    {"no_argument_tool", true, true, true},
    {"structured", true, true, true},
    {"thinking", true, true, true},
    {"signed_thinking", true, true, true},
    {"stop", true, true, true},
    {"sampling", true, false, false},
    {"cached_usage", false, true, true},
    {"refusal", false, true, true},
    {"length", false, true, true},
    {"search", false, true, true},
    {"error", false, true, true},
}};

std::vector<std::string> difference(const std::set<std::string>& left,
                                    const std::set<std::string>& right) {
  std::vector<std::string> only_left;
  std::set_difference(left.begin(), left.end(), right.begin(), right.end(),
                      std::back_inserter(only_left));
  return only_left;
}

}  // namespace

std::span<const Case> all_cases() {
  return kCases;
}

TEST_SUITE("coverage") {
  TEST_CASE("each format has an input for each case, or says why not") {
    for (const Format* format : all_formats()) {
      const auto unsupported = unsupported_cases(*format);
      const std::vector<std::string> files = files_of(*format);
      for (const Case& each : all_cases()) {
        for (const Kind kind : kKinds) {
          if (!each.needs(kind)) continue;
          const Fixture fixture{format, std::string(each.name), kind, {}};
          const bool is_there = std::binary_search(files.begin(), files.end(), fixture.file_name());
          const bool is_excused =
              unsupported.contains(fixture.name) || unsupported.contains(fixture.title());
          const std::string fault = is_there ? " is there, and called unsupported" : " is missing";
          CHECK_MESSAGE(is_there != is_excused, format->name(), "/", fixture.file_name(), fault);
        }
      }
    }
  }

  TEST_CASE("what is called unsupported is a case") {
    for (const Format* format : all_formats()) {
      for (const auto& [title, reason] : unsupported_cases(*format)) {
        const std::string name = title.substr(0, title.find('.'));
        CHECK_MESSAGE(std::any_of(kCases.begin(), kCases.end(),
                                  [&](const Case& each) { return each.name == name; }),
                      format->name(), "/unsupported.txt: ", title);
        CHECK_MESSAGE(reason.size() > 10, format->name(), "/unsupported.txt: ", title);
      }
    }
  }

  TEST_CASE("each input has a result in each format, and every file is one or the other") {
    for (const Format* format : all_formats()) {
      std::set<std::string> expected{"losses.txt", "stream_losses.txt"};
      if (!unsupported_cases(*format).empty()) expected.insert("unsupported.txt");
      for (const Fixture& fixture : find_fixtures()) {
        if (fixture.format != format) continue;
        expected.insert(fixture.file_name());
        for (const Format* target : all_formats()) expected.insert(fixture.result_name(*target));
      }
      const std::vector<std::string> names = files_of(*format);
      const std::set<std::string> files(names.begin(), names.end());
      for (const std::string& name : difference(expected, files)) {
        FAIL_CHECK(format->name(), "/", name, " is missing");
      }
      for (const std::string& name : difference(files, expected)) {
        FAIL_CHECK(format->name(), "/", name, " belongs to no input");
      }
    }
  }
}

}  // namespace arouter::golden
