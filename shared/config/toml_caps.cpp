// The caps that stand before the TOML parser: toml++ 3.3 recurses once per nested value and once
// per part of a dotted key (when it builds and when it frees the tree), without a limit of its own
// on the latter.
//
// The scan only has to agree with the parser up to the first syntax error, where the parser stops.
#include <algorithm>

#include "shared/config/toml_text.hpp"
#include "shared/config/toml_value.hpp"
#include "shared/utf8.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;
constexpr std::size_t kMostLineBytes = 64 * 1024;
constexpr int kMostKeyParts = 32;
constexpr int kMostDepth = 8;  // with keys of 32 parts a tree of 320: well within 256 KiB of stack

TextPlace place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::string_view line = newline == before.npos ? before : before.substr(newline + 1);
  const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // not a continuation byte
  });
  return {static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<std::uint32_t>(characters + 1)};
}

/// Walks over strings and comments, and watches dots and brackets outside of them.
class StructureScan {
 public:
  explicit StructureScan(std::string_view text) : text_(text) {}

  /// What is wrong at offset(); null when nothing is.
  const char* run() {
    while (at_ < text_.size()) {
      if (const char* fault = step()) return fault;
    }
    return nullptr;
  }
  std::size_t offset() const { return at_; }

 private:
  const char* step() {
    switch (text_[at_]) {
      case '#':
        at_ = std::min(text_.find('\n', at_), text_.size());
        return nullptr;
      case '"':
      case '\'':
        at_ = end_of_toml_string(text_, at_);
        return nullptr;
      case '.':
        if (++dots_ >= kMostKeyParts) return "a key of more than 32 parts";
        break;
      case '[':
      case '{':
        dots_ = 0;
        if (++depth_ > kMostDepth) return "values nested deeper than 8";
        break;
      case ']':
      case '}':
        depth_ = std::max(0, depth_ - 1);
        [[fallthrough]];
      case '=':
      case ',':
      case '\n':
        dots_ = 0;
        break;
      default:
        break;
    }
    ++at_;
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int dots_ = 0;
  int depth_ = 0;
};

std::size_t find_long_line(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kMostLineBytes) return begin;
    begin = end + 1;
  }
  return text.npos;
}

}  // namespace

void check_caps(std::string_view text, FaultList& faults) {
  if (text.size() > kMostBytes) return faults.add({1, 1}, "the file is larger than 1 MiB");
  if (const std::size_t line = find_long_line(text); line != text.npos) {
    return faults.add(place_of(text, line), "a line of more than 64 KiB");
  }
  if (const std::size_t byte = find_invalid_utf8(text); byte != text.npos) {
    return faults.add(place_of(text, byte), "bytes that are not UTF-8");
  }
  if (const std::size_t zero = text.find('\0'); zero != text.npos) {
    return faults.add(place_of(text, zero), "a NUL byte");
  }
  StructureScan scan(text);
  if (const char* fault = scan.run()) faults.add(place_of(text, scan.offset()), fault);
}

}  // namespace arouter
