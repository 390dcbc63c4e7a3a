// Money: exact, integer, in units of 10^-12 USD. No double between the wire and the ledger.
//
// A price is Money per token. One row's cost fits 64 bits (9.2 million USD); products and sums are
// made in 128 bits and saturate, never wrap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

struct Money {
  std::int64_t pico_usd = 0;  // 10^-12 USD
  // clang-tidy 14 sees a literal 0 in a defaulted comparison.
  auto operator<=>(const Money&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Decimal digits with at most 12 places ("0.000002"), no sign, no exponent, at most 9,000,000 USD.
/// Errors: bad_request that says what is wrong with the text.
Result<Money> decode_money(std::string_view text);

/// `price` per unit times `units`, saturating at the largest Money. Negative units count as 0.
Money cost_of(Money price, std::int64_t units) noexcept;
Money add(Money a, Money b) noexcept;  // saturating

/// Shortest exact decimal, a valid JSON number: "0", "0.000132", "12.5".
std::string encode_money(Money amount);
/// For people: "$0.000132", at least two places ("$12.50").
std::string format_usd(Money amount);

}  // namespace arouter
