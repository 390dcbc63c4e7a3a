#include "cli/period.hpp"

#include <charconv>

#include "shared/date.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMonthBytes = 7;  // of "2027-01-31T00:00:00Z"

std::string month_of(std::int64_t unix_s) {
  return encode_date(unix_s).substr(0, kMonthBytes);
}

std::optional<std::int64_t> begin_of(std::string_view month) {
  return decode_date(std::string(month) + "-01T00:00:00Z");
}

}  // namespace

std::optional<std::int64_t> decode_period(std::string_view text) {
  constexpr std::int64_t kMost = 100LL * 366 * 24 * 3600;
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  if (count <= 0 || count > kMost) return std::nullopt;
  std::int64_t seconds = 0;
  switch (*end) {
    case 's':
      seconds = 1;
      break;
    case 'm':
      seconds = 60;
      break;
    case 'h':
      seconds = 3600;
      break;
    case 'd':
      seconds = 24 * 3600;
      break;
    case 'w':
      seconds = 7 * 24 * 3600;
      break;
    default:
      return std::nullopt;
  }
  return count > kMost / seconds ? std::nullopt : std::optional(count * seconds);
}

std::optional<TimeSpan> decode_month(std::string_view text) {
  constexpr std::int64_t kInTheNext = 32LL * 24 * 3600;
  if (text.size() != kMonthBytes) return std::nullopt;
  const auto begin = begin_of(text);
  if (!begin) return std::nullopt;
  const auto end = begin_of(month_of(*begin + kInTheNext));
  if (!end) return std::nullopt;
  return TimeSpan{*begin, *end};
}

std::string month_before(std::int64_t now_s) {
  const auto begin = begin_of(month_of(now_s));
  return month_of(begin.value_or(now_s) - 1);
}

}  // namespace arouter
