#include "shared/config.hpp"

#include <algorithm>

#include "shared/http/byte_class.hpp"

namespace arouter {

std::string to_string(const SourcePlace& place) {
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string to_string(const ConfigFault& fault) {
  const std::string place = to_string(fault.place);
  return place.empty() ? fault.message : place + ": " + fault.message;
}

std::string canonical_id(std::string_view name) {
  std::string id(name);
  const auto slash = std::find(id.begin(), id.end(), '/');
  if (slash == id.end()) return id;
  std::transform(id.begin(), slash, id.begin(), ascii_lower);
  return id;
}

std::optional<std::int64_t> decode_day(std::string_view date) {
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : date.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!is_digit(date[at])) return std::nullopt;
  }
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  if (!day.ok()) return std::nullopt;
  const std::chrono::sys_days next = std::chrono::sys_days(day) + std::chrono::days(1);
  return std::chrono::duration_cast<std::chrono::seconds>(next.time_since_epoch()).count();
}

}  // namespace arouter
