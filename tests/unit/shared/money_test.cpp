#include "shared/money.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "shared/usage.hpp"

namespace arouter {

TEST_SUITE("money") {
  TEST_CASE("a decimal string becomes exact units and comes back as it was") {
    CHECK(decode_money("0.000002")->pico_usd == 2'000'000);
    CHECK(decode_money("0")->pico_usd == 0);
    CHECK(decode_money("12.5")->pico_usd == 12'500'000'000'000);
    CHECK(decode_money("0.000000000001")->pico_usd == 1);
    CHECK(encode_money(*decode_money("0.000132")) == "0.000132");
    CHECK(encode_money(*decode_money("8999999.999999999999")) == "8999999.999999999999");
    CHECK(format_usd(*decode_money("12.5")) == "$12.50");
    CHECK(format_usd(Money{}) == "$0.00");
    CHECK(encode_money(Money{std::numeric_limits<std::int64_t>::min()}) == "-9223372.036854775808");
  }

  TEST_CASE("what is not a plain decimal is refused") {
    for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e-7", "1,5", "NaN", " 1", "0x1",
                             "0.0000000000001", "9000000", "99999999999999999999"}) {
      CAPTURE(text);
      CHECK(decode_money(text).has_error());
    }
  }

  TEST_CASE("products and sums saturate instead of wrapping") {
    const Money most{std::numeric_limits<std::int64_t>::max()};
    CHECK(cost_of(most, 2) == most);
    CHECK(add(most, Money{1}) == most);
    CHECK(cost_of(Money{5}, -3) == Money{});
  }

  TEST_CASE("cached tokens cost the cache price and are part of the input") {
    Pricing pricing;
    pricing.prompt = *decode_money("0.000002");
    pricing.completion = *decode_money("0.000006");
    Usage usage{.input_tokens = 100, .output_tokens = 10, .cached_input_tokens = 40};
    CHECK(encode_money(cost_of(usage, pricing).total) == "0.00026");  // no cache price: as prompt
    pricing.has_cache_read = true;
    pricing.input_cache_read = *decode_money("0.000001");
    CHECK(encode_money(cost_of(usage, pricing).total) == "0.00022");
    usage.cached_input_tokens = 1'000'000;  // a provider's nonsense is clamped
    CHECK(encode_money(cost_of(usage, pricing).prompt) == "0.0001");
  }
}

}  // namespace arouter
