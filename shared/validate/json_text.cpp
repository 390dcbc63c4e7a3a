#include "shared/validate/json_text.hpp"

#include "shared/http/byte_class.hpp"
#include "shared/utf8.hpp"

namespace arouter::validate {

namespace {

/// Reads the escape whose backslash stands at `at`; appends its value, returns the offset after it.
std::size_t take_escape(std::string_view text, std::size_t at, std::string& out) {
  if (at + 1 >= text.size()) return text.size();
  const char kind = text[at + 1];
  if (kind != 'u') {
    constexpr std::string_view names = "bfnrt";
    constexpr std::string_view values = "\b\f\n\r\t";
    const std::size_t found = names.find(kind);
    out += found == std::string_view::npos ? kind : values[found];
    return at + 2;
  }
  const int unit = hex4(text, at + 2);
  if (unit < 0) return at + 2;
  if (is_high_surrogate(unit) && text.substr(at + 6, 2) == "\\u") {
    const int low = hex4(text, at + 8);
    if (is_low_surrogate(low)) {
      append_utf8(out, 0x10000U + (static_cast<char32_t>(unit - 0xD800) << 10) +
                           static_cast<char32_t>(low - 0xDC00));
      return at + 12;
    }
  }
  const bool lone = is_high_surrogate(unit) || is_low_surrogate(unit);
  append_utf8(out, lone ? 0xFFFDU : static_cast<char32_t>(unit));
  return at + 6;
}

}  // namespace

int hex4(std::string_view text, std::size_t at) noexcept {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high_surrogate(int unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_surrogate(int unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

std::string unescape_json(std::string_view literal) {
  std::string out;
  if (literal.size() < 2) return out;
  const std::string_view inner = literal.substr(1, literal.size() - 2);
  for (std::size_t i = 0; i < inner.size();) {
    if (inner[i] == '\\') {
      i = take_escape(inner, i, out);
    } else {
      out += inner[i++];
    }
  }
  return out;
}

}  // namespace arouter::validate
