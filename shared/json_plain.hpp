// Where a JSON string stops being plain: the loop that most bytes of most bodies go through.
#pragma once

#include "shared/bytes.hpp"

namespace arouter::json_detail {

/// First byte in [at, end) that is a quote, a backslash, a control or beyond ASCII; else `end`.
inline const char* find_special(const char* at, const char* end) noexcept {
  return bytes::find(
      at, end,
      [](std::uint64_t word) {
        return bytes::below(word, 0x20) | bytes::beyond_ascii(word) | bytes::equal_to(word, '"') |
               bytes::equal_to(word, '\\');
      },
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
      });
}

}  // namespace arouter::json_detail
