// Where a JSON string stops being plain: the loop that most bytes of most bodies go through.
#pragma once

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

}  // namespace arouter::json_detail
