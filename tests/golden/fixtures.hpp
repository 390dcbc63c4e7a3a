// The files of tests/golden: inputs that somebody made, and results that are checked in.
//
//   <format>/<case>.<kind>.<ending>           an input in that format's bytes
//   <format>/<case>.<kind>.<target>.<ending>  what it becomes in the format `target`
//   <format>/losses.txt                       what was lost on the way: "case.kind.target: names"
//   <format>/stream_losses.txt                the same of streams
//   <format>/unsupported.txt                  cases that a format does not know: "case: reason",
//                                             or "case.kind: reason"
//
// Kinds are request, reply (both .json) and stream (.sse). AROUTER_UPDATE_GOLDEN=1 writes the
// results anew; whoever does that reads the difference before it is committed.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/format.hpp"

namespace arouter::golden {

enum class Kind : std::uint8_t { request, reply, stream };
constexpr std::array<Kind, 3> kKinds{Kind::request, Kind::reply, Kind::stream};

std::string_view kind_name(Kind kind);

struct Fixture {
  const Format* format = nullptr;
  std::string name;  // of its case
  Kind kind = Kind::request;
  std::string bytes;

  std::string file_name() const;
  std::string result_name(const Format& target) const;
  /// "tools.request": how it is called in messages.
  std::string title() const;
};

std::filesystem::path folder_of(const Format& format);
/// All inputs of all formats, sorted; ends the test when there are none.
std::vector<Fixture> find_fixtures();
std::vector<Fixture> find_fixtures(Kind kind);
/// Names of the files in a format's folder, sorted.
std::vector<std::string> files_of(const Format& format);
/// "case" or "case.kind" → reason.
std::map<std::string, std::string> unsupported_cases(const Format& format);

/// Fails the test, with the first line that differs, when `actual` is not what the file holds; or
/// writes the file, when results are written anew.
void compare_with_file(const std::filesystem::path& path, const std::string& actual);

}  // namespace arouter::golden
