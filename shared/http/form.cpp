#include "shared/http/form.hpp"

namespace arouter {

namespace {

bool stays(char byte) {
  const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  const bool digit = byte >= '0' && byte <= '9';
  return letter || digit || byte == '*' || byte == '-' || byte == '.' || byte == '_';
}

}  // namespace

std::string form_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char byte : text) {
    if (stays(byte)) {
      encoded += byte;
    } else if (byte == ' ') {
      encoded += '+';
    } else {
      const auto value = static_cast<unsigned char>(byte);
      encoded += '%';
      encoded += kDigits[value >> 4];
      encoded += kDigits[value & 15];
    }
  }
  return encoded;
}

void append_form_field(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += form_encode(name);
  form += '=';
  form += form_encode(value);
}

}  // namespace arouter
