#include "shared/http/byte_class.hpp"
#include "shared/http/head.hpp"
#include "shared/text.hpp"

namespace arouter {

Result<std::string> percent_decode(std::string_view text) {
  const auto refuse = [](const char* why) {
    return client_error(ErrorKind::bad_request, std::string("percent-encoding: ") + why);
  };
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char byte = text[at];
    if (byte == '%') {
      if (text.size() - at < 3) return refuse("'%' without two hexadecimal digits");
      const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
      if (high < 0 || low < 0) return refuse("'%' without two hexadecimal digits");
      byte = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (!is_byte(byte, kValueByte) || byte == '\t') return refuse("a control character");
    plain.push_back(byte);
  }
  if (!is_valid_utf8(plain)) return refuse("not UTF-8");
  return plain;
}

}  // namespace arouter
