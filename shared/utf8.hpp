// UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Source: Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences" and section 3.9 (U+FFFD stands
// for a maximal subpart).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace arouter {

/// Bytes of the well-formed character that begins at `at` and ends before `end`; 0 when there is
/// none. Wants at < end. Inline: the inner loop of the JSON scan.
inline std::size_t utf8_length(const char* at, const char* end) noexcept {
  const auto byte = [at](std::size_t index) { return static_cast<unsigned char>(at[index]); };
  const auto tail = [&](std::size_t index) { return (byte(index) & 0xC0U) == 0x80U; };
  const auto left = static_cast<std::size_t>(end - at);
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return lead >= 0xC2 && left >= 2 && tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (left < 3 || !tail(1) || !tail(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    return lead == 0xED && byte(1) > 0x9F ? 0 : 3;
  }
  if (lead > 0xF4 || left < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
  if (lead == 0xF0 && byte(1) < 0x90) return 0;
  return lead == 0xF4 && byte(1) > 0x8F ? 0 : 4;
}

/// How a text begins: `fitting` bytes, of the `length` its first byte announces, are well-formed.
struct Utf8Start {
  std::size_t fitting = 0;  // 0 only when the first byte begins no character
  std::size_t length = 1;

  bool whole() const noexcept { return fitting == length; }
  /// Bytes that one U+FFFD replaces when the character is not whole.
  std::size_t bad_bytes() const noexcept { return fitting == 0 ? 1 : fitting; }
};

/// Wants a text that is not empty. When all of it fits and it is not whole, more bytes may complete
/// the character.
Utf8Start utf8_start(std::string_view text) noexcept;

/// Offset of the first byte that is not well-formed UTF-8; npos when all of `text` is.
std::size_t find_invalid_utf8(std::string_view text) noexcept;

/// Code point of the well-formed character that `text` begins with.
char32_t utf8_point(std::string_view text) noexcept;

/// Wants a code point that is no surrogate and at most U+10FFFF.
void append_utf8(std::string& out, char32_t point);

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

}  // namespace arouter
