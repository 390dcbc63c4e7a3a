#include "shared/money.hpp"

#include <limits>

#include "shared/text.hpp"

namespace arouter {

namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t kMostUsd = 9'000'000;
constexpr int kPlaces = 12;

Money saturate(Wide value) noexcept {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  if (value > kMost) return Money{kMost};
  return Money{static_cast<std::int64_t>(value)};
}

Error bad_amount(std::string_view text, const char* why) {
  return client_error(ErrorKind::bad_request, "'" + std::string(text.substr(0, 40)) + "' " + why);
}

bool digits_only(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<Money> decode_money(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view places =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!digits_only(whole) || (point != std::string_view::npos && !digits_only(places))) {
    return bad_amount(text, "is not a decimal amount such as \"0.000002\"");
  }
  if (places.size() > std::size_t{kPlaces})
    return bad_amount(text, "has more than 12 decimal places");
  if (whole.size() > 10) return bad_amount(text, "is more than 9000000 USD");

  std::int64_t pico = 0;
  for (char digit : whole) pico = pico * 10 + (digit - '0');
  if (pico >= kMostUsd) return bad_amount(text, "is more than 9000000 USD");
  for (std::size_t i = 0; i < std::size_t{kPlaces}; ++i) {
    pico = pico * 10 + (i < places.size() ? places[i] - '0' : 0);
  }
  return Money{pico};
}

Money cost_of(Money price, std::int64_t units) noexcept {
  if (units <= 0) return {};
  return saturate(static_cast<Wide>(price.pico_usd) * units);
}

Money add(Money a, Money b) noexcept {
  return saturate(static_cast<Wide>(a.pico_usd) + b.pico_usd);
}

std::string encode_money(Money amount) {
  const auto units = static_cast<std::uint64_t>(amount.pico_usd);
  if (amount.pico_usd >= 0) return encode_decimal(units, kPlaces);
  // Unsigned negation: the smallest int64 has no positive twin.
  return "-" + encode_decimal(0 - units, kPlaces);
}

std::string format_usd(Money amount) {
  std::string text = encode_money(amount);
  const std::size_t point = text.find('.');
  if (point == std::string::npos) {
    text += ".00";
  } else if (text.size() - point == 2) {
    text += "0";
  }
  return text.starts_with('-') ? "-$" + text.substr(1) : "$" + text;
}

}  // namespace arouter
