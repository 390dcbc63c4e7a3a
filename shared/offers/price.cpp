#include <algorithm>
#include <charconv>

#include "shared/offers/offer.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostLexeme = 64;
constexpr int kMostExponent = 40;

}  // namespace

std::optional<Money> decode_price(std::string_view lexeme, int places) {
  if (lexeme.empty() || lexeme.size() > kMostLexeme) return std::nullopt;
  const std::size_t e = lexeme.find_first_of("eE");
  int exponent = 0;
  if (e != lexeme.npos) {
    std::string_view digits = lexeme.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (exponent > kMostExponent || exponent < -kMostExponent) return std::nullopt;
    lexeme = lexeme.substr(0, e);
  }
  // The digits alone, and how many of them stand behind the point.
  std::string digits;
  int behind = places - exponent;
  bool has_point = false;
  for (const char c : lexeme) {
    if (c == '.' && !has_point) {
      has_point = true;
    } else if (c >= '0' && c <= '9') {
      digits += c;
      behind += has_point ? 1 : 0;
    } else {
      return std::nullopt;
    }
  }
  if (digits.empty()) return std::nullopt;
  if (behind < 0) digits.append(static_cast<std::size_t>(-behind), '0');
  behind = std::max(behind, 0);
  const auto count = static_cast<std::size_t>(behind);
  if (digits.size() <= count) digits.insert(0, count + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - count);
  std::string whole = digits.substr(0, digits.size() - count);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const Result<Money> amount = decode_money(fraction.empty() ? whole : whole + "." + fraction);
  if (!amount) return std::nullopt;
  return *amount;
}

}  // namespace arouter
