#include "shared/utf8.hpp"

#include <algorithm>

#include "shared/bytes.hpp"

namespace arouter {

Utf8Start utf8_start(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {1, 1};
  if (lead < 0xC2 || lead > 0xF4) return {0, 1};
  Utf8Start start{1, lead >= 0xF0 ? 4U : lead >= 0xE0 ? 3U : 2U};
  // Only the second byte's range depends on the lead byte: overlong forms, surrogates, the top.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (const std::size_t end = std::min(start.length, text.size()); start.fitting < end;) {
    const auto byte = static_cast<unsigned char>(text[start.fitting]);
    if (byte < low || byte > high) break;
    ++start.fitting;
    low = 0x80;
    high = 0xBF;
  }
  return start;
}

std::size_t find_invalid_utf8(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  for (const char* at = text.data();;) {
    at = bytes::find(
        at, end, [](auto many) { return bytes::beyond_ascii(many); },
        [](char byte) { return static_cast<unsigned char>(byte) >= 0x80; });
    if (at == end) return std::string_view::npos;
    while (at != end && static_cast<unsigned char>(*at) >= 0x80) {
      const std::size_t length = utf8_length(at, end);
      if (length == 0) return static_cast<std::size_t>(at - text.data());
      at += length;
    }
  }
}

char32_t utf8_point(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return lead;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    point = (point << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  return point;
}

void append_utf8(std::string& out, char32_t point) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

}  // namespace arouter
