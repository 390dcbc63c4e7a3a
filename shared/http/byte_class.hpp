// Which bytes may stand where in an HTTP head: one table, one bit per class.
//
// Source: RFC 9110 section 5 (tokens, field values), RFC 3986 (targets, hosts).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace arouter {

enum ByteClass : std::uint8_t {
  kTokenByte = 1,   // tchar: methods, field names, chunk extension names
  kValueByte = 2,   // VCHAR, obs-text, blank and tab: field values, reason phrases
  kTargetByte = 4,  // graphic ASCII but '#', '"', '<', '>' and '\': no honest client sends those
  kHostByte = 8,    // letters, digits and "-._~": what a host name needs
  kUpperByte = 16,
  kDigitByte = 32,
};

namespace byte_class_detail {

constexpr bool holds(std::string_view set, int byte) {
  return set.find(static_cast<char>(byte)) != std::string_view::npos;
}

consteval std::array<std::uint8_t, 256> classify() {
  std::array<std::uint8_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const bool digit = byte >= '0' && byte <= '9';
    const bool upper = byte >= 'A' && byte <= 'Z';
    const bool alnum = digit || upper || (byte >= 'a' && byte <= 'z');
    const bool graphic = byte > 0x20 && byte < 0x7f;
    int bits = 0;
    if (alnum || holds("!#$%&'*+-.^_`|~", byte)) bits |= kTokenByte;
    if (graphic || byte == ' ' || byte == '\t' || byte >= 0x80) bits |= kValueByte;
    if (graphic && !holds("#\"<>\\", byte)) bits |= kTargetByte;
    if (alnum || holds("-._~", byte)) bits |= kHostByte;
    if (upper) bits |= kUpperByte;
    if (digit) bits |= kDigitByte;
    table[static_cast<std::size_t>(byte)] = static_cast<std::uint8_t>(bits);
  }
  return table;
}

inline constexpr std::array<std::uint8_t, 256> kClasses = classify();

}  // namespace byte_class_detail

constexpr bool is_byte(char byte, ByteClass wanted) noexcept {
  return (byte_class_detail::kClasses[static_cast<unsigned char>(byte)] & wanted) != 0;
}

constexpr bool all_bytes(std::string_view text, ByteClass wanted) noexcept {
  for (const char byte : text) {
    if (!is_byte(byte, wanted)) return false;
  }
  return true;
}

constexpr char ascii_lower(char byte) noexcept {
  return is_byte(byte, kUpperByte) ? static_cast<char>(byte | 0x20) : byte;
}

/// Value of a hexadecimal digit, -1 for any other byte.
constexpr int hex_value(char byte) noexcept {
  if (is_byte(byte, kDigitByte)) return byte - '0';
  const char lower = ascii_lower(byte);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace arouter
