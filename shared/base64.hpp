// Base64 (RFC 4648) of plain-text documents, the only media that the API takes without it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter::anthropic {

std::string encode_base64(std::string_view bytes);
/// Nothing when `text` is no base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace arouter::anthropic
