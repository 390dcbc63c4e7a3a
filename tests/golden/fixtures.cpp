#include "tests/golden/fixtures.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "shared/formats/registry.hpp"
#include "tests/places.hpp"

namespace arouter::golden {

namespace {

namespace fs = std::filesystem;

std::string_view ending_of(Kind kind) {
  return kind == Kind::stream ? ".sse" : ".json";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool writes_anew() {
  const char* wish = std::getenv("AROUTER_UPDATE_GOLDEN");
  return wish != nullptr && std::string_view(wish) == "1";
}

/// The input that a file name speaks of; nothing for results and lists.
std::optional<Fixture> fixture_named(const Format& format, const std::string& name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return {};
  for (const Kind kind : kKinds) {
    Fixture fixture{&format, name.substr(0, dot), kind, {}};
    if (fixture.file_name() == name) return fixture;
  }
  return {};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Where two texts part, said so that one sees why.
std::string first_difference(const std::string& wanted, const std::string& actual) {
  const std::vector<std::string> left = lines_of(wanted), right = lines_of(actual);
  std::size_t line = 0;
  while (line < left.size() && line < right.size() && left[line] == right[line]) ++line;
  const auto shown = [&](const std::vector<std::string>& lines) {
    return line < lines.size() ? lines[line] : std::string("(the end)");
  };
  return "line " + std::to_string(line + 1) + "\n  checked in: " + shown(left) +
         "\n  now:        " + shown(right);
}

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 3> kNames{"request", "reply", "stream"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string Fixture::title() const {
  return name + "." + std::string(kind_name(kind));
}

std::string Fixture::file_name() const {
  return title() + std::string(ending_of(kind));
}

std::string Fixture::result_name(const Format& target) const {
  return title() + "." + std::string(target.name()) + std::string(ending_of(kind));
}

fs::path folder_of(const Format& format) {
  return source_folder() / "tests" / "golden" / format.name();
}

std::vector<std::string> files_of(const Format& format) {
  std::vector<std::string> names;
  std::error_code none_there;
  for (const auto& entry : fs::directory_iterator(folder_of(format), none_there)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Fixture> find_fixtures() {
  std::vector<Fixture> found;
  for (const Format* format : all_formats()) {
    for (const std::string& name : files_of(*format)) {
      std::optional<Fixture> fixture = fixture_named(*format, name);
      if (!fixture) continue;
      fixture->bytes = read_file(folder_of(*format) / name);
      found.push_back(*std::move(fixture));
    }
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

std::vector<Fixture> find_fixtures(Kind kind) {
  std::vector<Fixture> found = find_fixtures();
  std::erase_if(found, [&](const Fixture& each) { return each.kind != kind; });
  return found;
}

std::map<std::string, std::string> unsupported_cases(const Format& format) {
  std::map<std::string, std::string> cases;
  for (const std::string& line : lines_of(read_file(folder_of(format) / "unsupported.txt"))) {
    const std::size_t colon = line.find(": ");
    REQUIRE_MESSAGE(colon != std::string::npos, format.name(), "/unsupported.txt: ", line);
    cases.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return cases;
}

void compare_with_file(const fs::path& path, const std::string& actual) {
  const bool is_there = fs::exists(path);
  const std::string wanted = read_file(path);
  if (is_there && wanted == actual) return;
  if (writes_anew()) {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  const std::string name = path.parent_path().filename().string() + "/" + path.filename().string();
  if (!is_there) {
    FAIL_CHECK(name, " is missing; AROUTER_UPDATE_GOLDEN=1 writes it");
  } else {
    FAIL_CHECK(name, " differs in ", first_difference(wanted, actual));
  }
}

}  // namespace arouter::golden
