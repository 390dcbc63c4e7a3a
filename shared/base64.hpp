// Base64.
//
// Source: RFC 4648, sections 4 and 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter {

/// In the standard alphabet, with its padding.
std::string encode_base64(std::string_view bytes);
/// In the alphabet for URLs, without padding.
std::string encode_base64url(std::string_view bytes);
/// Nothing when `text` is no base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace arouter
