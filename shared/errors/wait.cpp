#include "shared/errors/wait.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "shared/date.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 43;  // beyond any wait and any date in ms

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Takes the digits at the front; nothing when there are none. Large numbers stay at kMost.
std::optional<std::int64_t> take_number(std::string_view& text) noexcept {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::int64_t number = 0;
  while (!text.empty() && is_digit(text.front())) {
    number = std::min(number * 10 + (text.front() - '0'), kMost);
    text.remove_prefix(1);
  }
  return number;
}

/// "1", "1.25": in thousandths.
std::optional<std::int64_t> take_thousandths(std::string_view& text) noexcept {
  const std::optional<std::int64_t> whole = take_number(text);
  if (!whole) return std::nullopt;
  std::int64_t thousandths = *whole * 1000;
  if (text.empty() || text.front() != '.') return thousandths;
  text.remove_prefix(1);
  std::int64_t weight = 100;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  while (!text.empty() && is_digit(text.front())) {
    thousandths += weight * (text.front() - '0');
    weight /= 10;
    text.remove_prefix(1);
  }
  return thousandths;
}

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
// Longer names before those they begin with.
constexpr std::array<Unit, 8> kUnits{{{"ms", 1},
                                      {"us", 0},
                                      {"ns", 0},
                                      {"\xC2\xB5s", 0},
                                      {"s", 1000},
                                      {"m", 60'000},
                                      {"h", 3'600'000},
                                      {"d", 86'400'000}}};

const Unit* take_unit(std::string_view& text) noexcept {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return &unit;
  }
  return nullptr;
}

/// The spans at the front of a text ("6m0s"), in milliseconds; nothing when it begins otherwise.
std::optional<std::int64_t> take_span_ms(std::string_view& text) noexcept {
  std::optional<std::int64_t> total;
  for (;;) {
    std::string_view rest = text;
    const std::optional<std::int64_t> amount = take_thousandths(rest);
    if (!amount) return total;
    const Unit* unit = take_unit(rest);
    if (unit == nullptr) return total;
    const std::int64_t ms = std::min(*amount, kMost) / 1000 * unit->ms +
                            std::min(*amount, kMost) % 1000 * unit->ms / 1000;
    total = std::min(total.value_or(0) + std::min(ms, kMost), kMost);
    text = rest;
  }
}

std::optional<std::int64_t> unix_seconds(std::int64_t year, unsigned month, std::int64_t day,
                                         std::int64_t second_of_day) noexcept {
  if (year < 1970 || year > 9999 || day < 1 || day > 31) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * 86'400 + second_of_day;
}

/// "08:49:37"
std::optional<std::int64_t> take_clock(std::string_view& text) noexcept {
  std::int64_t seconds = 0;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != ':') return std::nullopt;
      text.remove_prefix(1);
    }
    const std::optional<std::int64_t> number = take_number(text);
    if (!number || *number > (part == 0 ? 23 : 60)) return std::nullopt;
    seconds = seconds * 60 + *number;
  }
  return seconds;
}

unsigned month_of(std::string_view name) noexcept {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (name.size() != 3) return 0;
  const std::size_t at = kMonths.find(name);
  return at == std::string_view::npos || at % 3 != 0 ? 0 : static_cast<unsigned>(at / 3 + 1);
}

/// The three forms of RFC 9110 5.6.7 in one: whatever their order, the day comes before the year.
struct HttpDate {
  // -1: not seen yet.
  std::int64_t clock = -1, day = -1, year = -1;
  unsigned month = 0;

  void take(std::string_view word) noexcept {
    if (word.find(':') != std::string_view::npos) {
      const std::optional<std::int64_t> time = take_clock(word);
      clock = time && word.empty() ? *time : -1;
    } else if (const std::optional<std::int64_t> number = take_number(word)) {
      if (word.empty()) (day >= 0 ? year : day) = *number;
    } else if (month == 0) {
      month = month_of(word);
    }
  }

  std::optional<std::int64_t> seconds() const noexcept {
    if (clock < 0 || day < 0 || year < 0 || month == 0) return std::nullopt;
    const std::int64_t full = year >= 100 ? year : year + (year >= 70 ? 1900 : 2000);
    return unix_seconds(full, month, day, clock);
  }
};

std::optional<std::int64_t> decode_http_date(std::string_view text) noexcept {
  HttpDate date;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" ,-"), text.size());
    if (end > 0) date.take(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return date.seconds();
}

std::uint32_t wait_until(std::int64_t then_s, std::int64_t now_s) noexcept {
  return wait_of_ms(std::clamp(then_s - now_s, std::int64_t{0}, kMost / 1000) * 1000);
}

/// A time when a limit is whole again: an instant or a span.
std::uint32_t decode_reset(std::string_view value, std::int64_t now_s) noexcept {
  if (const std::optional<std::int64_t> instant = decode_date(value)) {
    return wait_until(*instant, now_s);
  }
  const std::optional<std::int64_t> ms = decode_span_ms(value);
  if (!ms) return 0;
  constexpr std::int64_t kEpoch_s = 1'000'000'000;  // no span is of thirty years
  if (*ms / 1000 >= kEpoch_s * 1000) return wait_until(*ms / 1'000'000, now_s);
  if (*ms / 1000 >= kEpoch_s) return wait_until(*ms / 1000, now_s);
  return wait_of_ms(*ms);
}

std::string_view value_of(const HeaderFields& fields, std::string_view name) noexcept {
  const std::string_view* value = fields.find(name);
  return value == nullptr ? std::string_view() : *value;
}

struct Limit {
  std::string_view reset, remaining;
};
constexpr std::array<Limit, 12> kLimits{{
    {"x-ratelimit-reset-requests", "x-ratelimit-remaining-requests"},
    {"x-ratelimit-reset-tokens", "x-ratelimit-remaining-tokens"},
    {"x-ratelimit-reset-requests-day", "x-ratelimit-remaining-requests-day"},
    {"x-ratelimit-reset-tokens-minute", "x-ratelimit-remaining-tokens-minute"},
    {"anthropic-ratelimit-requests-reset", "anthropic-ratelimit-requests-remaining"},
    {"anthropic-ratelimit-tokens-reset", "anthropic-ratelimit-tokens-remaining"},
    {"anthropic-ratelimit-input-tokens-reset", "anthropic-ratelimit-input-tokens-remaining"},
    {"anthropic-ratelimit-output-tokens-reset", "anthropic-ratelimit-output-tokens-remaining"},
    {"anthropic-ratelimit-unified-reset", "anthropic-ratelimit-unified-remaining"},
    {"x-ratelimit-reset", "x-ratelimit-remaining"},
    {"ratelimit-reset", "ratelimit-remaining"},
    {"x-ratelimit-reset-after", "x-ratelimit-remaining"},
}};

}  // namespace

std::optional<std::int64_t> decode_span_ms(std::string_view text) noexcept {
  std::string_view rest = text;
  const std::optional<std::int64_t> span = take_span_ms(rest);
  if (span) return rest.empty() ? span : std::nullopt;
  const std::optional<std::int64_t> seconds = take_thousandths(text);
  return text.empty() ? seconds : std::nullopt;
}

std::uint32_t wait_of_ms(std::int64_t ms) noexcept {
  const std::int64_t seconds = std::clamp(ms, std::int64_t{0}, kMost) / 1000 + (ms % 1000 > 0);
  return static_cast<std::uint32_t>(
      std::clamp(seconds, std::int64_t{1}, std::int64_t{kLongestWait_s}));
}

std::uint32_t decode_retry_after(std::string_view value, std::int64_t now_s) noexcept {
  std::string_view rest = value;
  const std::optional<std::int64_t> ms = take_thousandths(rest);
  if (ms && rest.empty()) return wait_of_ms(*ms);
  const std::optional<std::int64_t> date = decode_http_date(value);
  return date ? wait_until(*date, now_s) : 0;
}

std::uint32_t find_wait(const HeaderFields& fields, std::int64_t now_s) noexcept {
  std::string_view ms = value_of(fields, "retry-after-ms");
  const std::optional<std::int64_t> thousandths = take_thousandths(ms);
  if (thousandths && ms.empty()) return wait_of_ms(*thousandths / 1000);
  const std::uint32_t told = decode_retry_after(value_of(fields, "retry-after"), now_s);
  if (told != 0) return told;
  std::uint32_t used_up = 0;  // the last of the limits that nothing is left of
  std::uint32_t soonest = 0;
  for (const Limit& limit : kLimits) {
    const std::uint32_t wait = decode_reset(value_of(fields, limit.reset), now_s);
    if (wait == 0) continue;
    if (value_of(fields, limit.remaining) == "0") used_up = std::max(used_up, wait);
    soonest = soonest == 0 ? wait : std::min(soonest, wait);
  }
  return used_up != 0 ? used_up : soonest;
}

std::uint32_t find_wait_in(std::string_view message) noexcept {
  for (const std::string_view words : {"ry again in ", "etry after ", "etry in "}) {
    const std::size_t at = message.find(words);
    if (at == std::string_view::npos) continue;
    std::string_view rest = message.substr(at + words.size());
    if (const std::optional<std::int64_t> span = take_span_ms(rest)) return wait_of_ms(*span);
    const std::optional<std::int64_t> amount = take_thousandths(rest);
    if (amount && rest.starts_with(" second")) return wait_of_ms(*amount);
    if (amount && rest.starts_with(" minute")) return wait_of_ms(std::min(*amount, kMost) * 60);
  }
  return 0;
}

}  // namespace arouter
