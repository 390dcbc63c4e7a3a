#include "shared/date.hpp"

#include <array>
#include <ctime>

namespace arouter {

namespace {

/// A year that no calendar of this machine has is taken for the epoch.
std::tm parts_of(std::int64_t unix_seconds) {
  std::time_t seconds = unix_seconds;
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) != nullptr) return parts;
  seconds = 0;
  ::gmtime_r(&seconds, &parts);
  return parts;
}

std::string encode(const std::tm& parts, const char* pattern) {
  std::array<char, 64> text;
  return {text.data(), std::strftime(text.data(), text.size(), pattern, &parts)};
}

}  // namespace

std::string encode_date(std::int64_t unix_seconds) {
  return encode(parts_of(unix_seconds), "%Y-%m-%dT%H:%M:%SZ");
}

std::string encode_http_date(std::int64_t unix_seconds) {
  // Written out: %a and %b follow the locale.
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::tm parts = parts_of(unix_seconds);
  return std::string(kDays[static_cast<std::size_t>(parts.tm_wday)]) + encode(parts, ", %d ") +
         kMonths[static_cast<std::size_t>(parts.tm_mon)] + encode(parts, " %Y %H:%M:%S GMT");
}

}  // namespace arouter
