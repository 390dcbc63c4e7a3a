// Base64 with its padding, in the standard alphabet.
//
// Source: RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter {

std::string encode_base64(std::string_view bytes);
/// Nothing when `text` is no base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace arouter
