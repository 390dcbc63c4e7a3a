// Scalars between their JSON spelling and their value.
#include "shared/http/byte_class.hpp"
#include "shared/json_plain.hpp"
#include "shared/json_scan.hpp"
#include "shared/utf8.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kLargestCount = std::int64_t{1} << 53;  // beyond, JSON readers differ

std::optional<char32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  char32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return value;
}

bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// Reads the "uXXXX" or the "uXXXX\uXXXX" that `rest` begins with; appends the character. Returns
/// the bytes read, 0 for a lone surrogate.
std::size_t append_unicode_escape(std::string& out, std::string_view rest) {
  const std::optional<char32_t> unit = hex4(rest.substr(1));
  if (!unit || is_low_surrogate(*unit)) return 0;
  if (!is_high_surrogate(*unit)) {
    append_utf8(out, *unit);
    return 5;
  }
  if (rest.substr(5, 2) != "\\u") return 0;
  const std::optional<char32_t> low = hex4(rest.substr(7));
  if (!low || !is_low_surrogate(*low)) return 0;
  append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
  return 11;
}

/// Reads the escape behind a backslash, `rest`; appends its value. Returns the bytes read, 0 when
/// it stands for nothing.
std::size_t append_escape(std::string& out, std::string_view rest) {
  if (rest.empty()) return 0;
  switch (rest[0]) {
    case 'u':
      return append_unicode_escape(out, rest);
    case 'n':
      out += '\n';
      return 1;
    case 't':
      out += '\t';
      return 1;
    case 'r':
      out += '\r';
      return 1;
    case 'b':
      out += '\b';
      return 1;
    case 'f':
      out += '\f';
      return 1;
    case '"':
    case '\\':
    case '/':
      out += rest[0];
      return 1;
    default:
      return 0;
  }
}

/// First backslash in [at, end), else `end`. In texts with many escapes a call of memchr for each
/// costs more than the bytes between them.
const char* find_backslash(const char* at, const char* end) {
  return bytes::find(
      at, end, [](std::uint64_t word) { return bytes::equal_to(word, '\\'); },
      [](char c) { return c == '\\'; });
}

/// Appends one byte that may not stand in a literal as it is.
void append_escaped(std::string& out, char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[byte >> 4U];
  out += kHex[byte & 15U];
}

}  // namespace

std::optional<std::string> decode_string(std::string_view text, const JsonValue& value) {
  if (value.type != JsonType::string) return std::nullopt;
  const std::string_view body = text.substr(value.begin + 1, value.end - value.begin - 2);
  const char* at = body.data();
  const char* const end = at + body.size();
  const char* backslash = find_backslash(at, end);
  if (backslash == end) return std::string(body);
  std::string out;
  out.reserve(body.size());
  for (; backslash != end; backslash = find_backslash(at, end)) {
    out.append(at, backslash);
    const std::string_view rest(backslash + 1, static_cast<std::size_t>(end - backslash - 1));
    const std::size_t read = append_escape(out, rest);
    if (read == 0) return std::nullopt;
    at = backslash + 1 + read;
  }
  out.append(at, end);
  return out;
}

std::optional<std::int64_t> decode_count(std::string_view text, const JsonValue& value) {
  if (value.type != JsonType::number) return std::nullopt;
  std::int64_t count = 0;
  for (const char c : value.in(text)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
    if (count > kLargestCount) return std::nullopt;
  }
  return count;
}

std::optional<bool> decode_bool(std::string_view text, const JsonValue& value) {
  if (value.type != JsonType::boolean) return std::nullopt;
  return text[value.begin] == 't';
}

void append_json_string(std::string& out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  out += '"';
  while (at != end) {
    const char* const stop = json_detail::find_special(at, end);
    out.append(at, stop);
    at = stop;
    if (at == end) break;
    if (static_cast<unsigned char>(*at) < 0x80) {
      append_escaped(out, *at++);
      continue;
    }
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const Utf8Start start = utf8_start(rest);
    out += start.whole() ? rest.substr(0, start.length) : kReplacement;
    at += start.whole() ? start.length : start.bad_bytes();
  }
  out += '"';
}

}  // namespace arouter
