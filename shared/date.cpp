#include "shared/date.hpp"

#include <array>
#include <ctime>

#include "shared/config.hpp"

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

/// Takes `mark` and two digits, at most `most`; -1 when they are not there.
int take_pair(std::string_view& text, std::string_view marks, int most) noexcept {
  const auto is_digit = [](char byte) { return byte >= '0' && byte <= '9'; };
  if (text.size() < 3 || marks.find(text[0]) == marks.npos) return -1;
  if (!is_digit(text[1]) || !is_digit(text[2])) return -1;
  const int value = (text[1] - '0') * 10 + (text[2] - '0');
  text.remove_prefix(3);
  return value <= most ? value : -1;
}

/// ".345": what it says is below a second.
bool skip_fraction(std::string_view& text) noexcept {
  if (!text.starts_with('.')) return true;
  const std::size_t end = text.find_first_not_of("0123456789", 1);
  if (end == 1 || text.size() == 1) return false;
  text.remove_prefix(end == text.npos ? text.size() : end);
  return true;
}

}  // namespace

std::string encode_date(std::int64_t unix_seconds) {
  return encode(parts_of(unix_seconds), "%Y-%m-%dT%H:%M:%SZ");
}

std::optional<std::int64_t> decode_date(std::string_view text) noexcept {
  constexpr std::size_t kDayBytes = 10;
  constexpr std::int64_t kDay_s = 86'400;
  if (text.size() < kDayBytes) return std::nullopt;
  const std::optional<std::int64_t> day_end = decode_day(text.substr(0, kDayBytes));
  if (!day_end) return std::nullopt;
  text.remove_prefix(kDayBytes);
  const int hour = take_pair(text, "Tt ", 23);
  const int minute = hour < 0 ? -1 : take_pair(text, ":", 59);
  const int second = minute < 0 ? -1 : take_pair(text, ":", 60);  // one that is a leap second
  if (second < 0 || !skip_fraction(text) || text.empty()) return std::nullopt;
  const std::int64_t local = *day_end - kDay_s + hour * 3'600 + minute * 60 + second;
  if (text == "Z" || text == "z") return local;
  const bool is_ahead = text[0] == '+';
  const int hours = take_pair(text, "+-", 23);
  const int minutes = hours < 0 ? -1 : take_pair(text, ":", 59);
  if (minutes < 0 || !text.empty()) return std::nullopt;
  const std::int64_t offset = hours * 3'600 + minutes * 60;
  return is_ahead ? local - offset : local + offset;
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
