#include "shared/http/query.hpp"

#include <algorithm>

#include "shared/http/byte_class.hpp"

namespace arouter {

std::optional<QueryField> take_query_field(std::string_view& query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t sign = std::min(pair.find('='), pair.size());
    return QueryField{pair.substr(0, sign), pair.substr(std::min(sign + 1, pair.size()))};
  }
  return std::nullopt;
}

std::optional<std::string_view> find_query_value(std::string_view query, std::string_view name) {
  while (const auto field = take_query_field(query)) {
    if (field->name == name) return field->value;
  }
  return std::nullopt;
}

std::string without_query_value(std::string_view query, std::string_view name) {
  std::string kept;
  while (const auto field = take_query_field(query)) {
    if (field->name == name) continue;
    if (!kept.empty()) kept += '&';
    // From the name to the value's end, as it was sent: a sign between them or none.
    const char* const end = field->value.data() == nullptr
                                ? field->name.data() + field->name.size()
                                : field->value.data() + field->value.size();
    kept.append(field->name.data(), end);
  }
  return kept;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char byte : text) {
    if (is_byte(byte, kHostByte)) {
      encoded += byte;
      continue;
    }
    const auto value = static_cast<unsigned char>(byte);
    encoded += {'%', kDigits[value >> 4], kDigits[value & 15]};
  }
  return encoded;
}

}  // namespace arouter
