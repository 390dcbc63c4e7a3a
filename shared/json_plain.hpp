// Where a JSON string stops being plain, the loop that most bytes of most bodies go through; and
// what its escapes stand for.
#pragma once

#include <array>
#include <cstddef>

#include "shared/bytes.hpp"

namespace arouter::json_detail {

/// Passes a quote, a backslash, a control and what is beyond ASCII.
inline constexpr auto kSpecialMarks = [](auto many) {
  return bytes::below(many, 0x20) | bytes::beyond_ascii(many) | bytes::equal_to(many, '"') |
         bytes::equal_to(many, '\\');
};
inline constexpr auto kIsSpecial = [](char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
};

/// First byte in [at, end) that is a quote, a backslash, a control or beyond ASCII; else `end`.
inline const char* find_special(const char* at, const char* end) noexcept {
  return bytes::find(at, end, kSpecialMarks, kIsSpecial);
}

/// What the letter behind a backslash stands for; NUL where that is not one character.
constexpr char escaped_by(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '"':
    case '\\':
    case '/':
      return letter;
    default:
      return '\0';
  }
}

constexpr std::array<char, 256> table_of(char (*function)(char)) {
  std::array<char, 256> table{};
  for (int i = 0; i < 256; ++i) {
    table[static_cast<std::size_t>(i)] = function(static_cast<char>(i));
  }
  return table;
}

/// A table, since a search for the letter would be a call for each escape.
inline constexpr std::array<char, 256> kEscapedBy = table_of(escaped_by);

}  // namespace arouter::json_detail
