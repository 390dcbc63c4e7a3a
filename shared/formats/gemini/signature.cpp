#include "shared/formats/gemini/signature.hpp"

#include <cstdint>

#include "shared/base64.hpp"
#include "shared/chat/messages.hpp"

namespace arouter::gemini {

namespace {

// What chat::encode_signature puts in front, and the digits it always begins with in base64.
constexpr std::string_view kMark = "arouter.";
constexpr std::string_view kMarkDigits = "YXJvdXRlci";
// In front of a format's name: the signature is a whole thought.
constexpr std::string_view kRedacted = "redacted-";

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Either alphabet, padded or not; stops at the first byte that is no digit.
std::string read_base64(std::string_view digits) {
  std::string bytes;
  bytes.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : digits) {
    const std::size_t value = kDigits.find(c == '-' ? '+' : c == '_' ? '/' : c);
    if (value == std::string_view::npos) break;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xffU);
  }
  return bytes;
}

}  // namespace

std::string encode_thought_signature(const chat::Signature& signature, bool redacted) {
  if (signature.bytes.empty()) return "";
  const bool own = signature.format.empty() || signature.format == kName;
  if (own && !redacted) return signature.bytes;
  const std::string_view format = own ? kName : std::string_view(signature.format);
  const std::string marked = (redacted ? std::string(kRedacted) : "") + std::string(format);
  return encode_base64(chat::encode_signature({signature.bytes, marked}, kName));
}

ThoughtSignature decode_thought_signature(std::string_view text) {
  if (text.empty() || text == kNotOurs) return {};
  if (!text.starts_with(kMarkDigits)) return {{std::string(text), std::string(kName)}};
  const std::string marked = read_base64(text);
  if (!marked.starts_with(kMark)) return {{std::string(text), std::string(kName)}};
  ThoughtSignature found{chat::decode_signature(marked, kName)};
  std::string& format = found.signature.format;
  found.redacted = format.starts_with(kRedacted);
  if (found.redacted) format.erase(0, kRedacted.size());
  return found;
}

}  // namespace arouter::gemini
