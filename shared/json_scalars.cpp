// Scalars between their JSON spelling and their value.
#include <algorithm>
#include <array>

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

/// Writes text whose plain runs are short: through a buffer of its own, where a run and an escape
/// cost a few instructions each instead of a call.
class RunWriter {
 public:
  explicit RunWriter(std::string& out) : out_(out) {}

  /// Copies [at, end) up to the first byte that passes, and returns where that is.
  template <class Marks, class Passes>
  const char* copy_until(const char* at, const char* end, Marks marks, Passes passes) {
    for (;;) {
      const auto left = static_cast<std::size_t>(end - at);
      const std::size_t most = std::min(left, sizeof buffer_ - used_);
      const char* const stop = bytes::copy_until(at, at + most, buffer_ + used_, marks, passes);
      used_ += static_cast<std::size_t>(stop - at);
      if (stop != at + most || most == left) return stop;
      flush();
      at = stop;
    }
  }
  void put(char c) {
    if (used_ == sizeof buffer_) flush();
    buffer_[used_++] = c;
  }
  void put(std::string_view text) {
    if (text.size() > sizeof buffer_ - used_) flush();
    text.copy(buffer_ + used_, text.size());
    used_ += text.size();
  }
  void flush() {
    out_.append(buffer_, used_);
    used_ = 0;
  }

 private:
  std::string& out_;
  std::size_t used_ = 0;
  char buffer_[512];
};

/// Reads the "uXXXX" or the "uXXXX\uXXXX" that `rest` begins with; the character goes to `point`.
/// Returns the bytes read, 0 for a lone surrogate.
std::size_t read_unicode_escape(std::string_view rest, char32_t& point) {
  const std::optional<char32_t> unit = hex4(rest.substr(1));
  if (!unit || is_low_surrogate(*unit)) return 0;
  point = *unit;
  if (!is_high_surrogate(*unit)) return 5;
  if (rest.substr(5, 2) != "\\u") return 0;
  const std::optional<char32_t> low = hex4(rest.substr(7));
  if (!low || !is_low_surrogate(*low)) return 0;
  point = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
  return 11;
}

/// The letter that stands behind a backslash for `c`; NUL where there is none.
constexpr char letter_for(char c) {
  for (const char letter : {'n', '"', '\\', 't', 'r', 'b', 'f'}) {
    if (json_detail::escaped_by(letter) == c) return letter;
  }
  return '\0';
}

constexpr std::array<char, 256> kLetterFor = json_detail::table_of(letter_for);

constexpr auto kBackslashMarks = [](auto many) { return bytes::equal_to(many, '\\'); };
constexpr auto kIsBackslash = [](char c) { return c == '\\'; };

/// Writes one byte below 0x80 that may not stand in a literal as it is.
void put_escaped(RunWriter& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (const char letter = kLetterFor[byte]; letter != '\0') {
    out.put('\\');
    out.put(letter);
    return;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out.put("\\u00");
  out.put(kHex[byte >> 4U]);
  out.put(kHex[byte & 15U]);
}

}  // namespace

std::optional<std::string> decode_string(std::string_view text, const JsonValue& value) {
  if (value.type != JsonType::string) return std::nullopt;
  const std::string_view body = text.substr(value.begin + 1, value.end - value.begin - 2);
  const char* at = body.data();
  const char* const end = at + body.size();
  const char* const first = bytes::find(at, end, kBackslashMarks, kIsBackslash);
  if (first == end) return std::string(body);
  std::string out;
  out.reserve(body.size());
  out.append(at, first);
  at = first;
  for (RunWriter writer(out);; at = writer.copy_until(at, end, kBackslashMarks, kIsBackslash)) {
    if (at == end) {
      writer.flush();
      return out;
    }
    const std::string_view rest(at + 1, static_cast<std::size_t>(end - at - 1));
    if (rest.empty()) return std::nullopt;
    if (const char c = json_detail::kEscapedBy[static_cast<unsigned char>(rest[0])]; c != '\0') {
      writer.put(c);
      at += 2;
      continue;
    }
    char32_t point = 0;
    const std::size_t read = rest[0] == 'u' ? read_unicode_escape(rest, point) : 0;
    if (read == 0) return std::nullopt;
    writer.flush();
    append_utf8(out, point);
    at += 1 + read;
  }
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
  RunWriter writer(out);
  writer.put('"');
  for (;;) {
    at = writer.copy_until(at, end, json_detail::kSpecialMarks, json_detail::kIsSpecial);
    if (at == end) break;
    if (static_cast<unsigned char>(*at) < 0x80) {
      put_escaped(writer, *at++);
      continue;
    }
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const Utf8Start start = utf8_start(rest);
    writer.put(start.whole() ? rest.substr(0, start.length) : kReplacement);
    at += start.whole() ? start.length : start.bad_bytes();
  }
  writer.put('"');
  writer.flush();
}

}  // namespace arouter
