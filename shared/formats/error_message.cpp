#include "shared/formats/error_message.hpp"

#include <algorithm>
#include <array>

#include "shared/json_scan.hpp"

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

/// What an array begins with; anything else as it is. Google puts its errors into arrays.
std::string_view first_element(std::string_view body) {
  const Result<JsonType> type = scan_json(body);
  if (!type || *type != JsonType::array) return body;
  std::size_t position = body.find('[') + 1;
  return json_detail::next_element(body, position).in(body);
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

std::string find_error_message(std::string_view body, std::string_view secret) {
  std::array<JsonMember, 3> members{JsonMember{.key = "error"}, JsonMember{.key = "message"},
                                    JsonMember{.key = "detail"}};
  body = first_element(body);
  if (!scan_object(body, members)) return "";
  JsonValue found = members[0].value;
  if (found.type == JsonType::object) {
    std::array<JsonMember, 1> inner{JsonMember{.key = "message"}};
    find_members(body, found, inner);
    found = inner[0].value;
  }
  for (const JsonValue& value : {found, members[1].value, members[2].value}) {
    if (std::optional<std::string> text = decode_string(body, value); text && !text->empty()) {
      return cut(mask_secret(std::move(*text), secret));  // masked whole: a cut key is still one
    }
  }
  return "";
}

}  // namespace arouter
