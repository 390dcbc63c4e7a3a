#include "shared/formats/error_message.hpp"

#include <algorithm>

#include "shared/errors/native_error.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostMessage = 500;
constexpr std::string_view kCut = "...";
constexpr std::string_view kMask = "***";

std::string cut(std::string text) {
  if (text.size() <= kMostMessage) return text;
  std::size_t end = kMostMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole letters
  return text.substr(0, end) + std::string(kCut);
}

/// A text that was cut may end in the beginning of a secret.
std::string mask_cut_end(std::string text, std::string_view secret) {
  constexpr std::size_t kLeast = 4;
  if (!text.ends_with(kCut)) return text;
  const std::size_t end = text.size() - kCut.size();
  for (std::size_t size = std::min(secret.size(), end + 1) - 1; size >= kLeast; --size) {
    if (!std::string_view(text).substr(0, end).ends_with(secret.substr(0, size))) continue;
    return text.replace(end - size, size, kMask);
  }
  return text;
}

}  // namespace

std::string mask_secret(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
  return mask_cut_end(std::move(text), secret);
}

std::string shown_message(std::string text, std::string_view secret) {
  return cut(mask_secret(std::move(text), secret));  // masked whole: a cut key is still one
}

std::string find_error_message(std::string_view body, std::string_view secret) {
  return shown_message(read_native_error(body).message, secret);
}

}  // namespace arouter
