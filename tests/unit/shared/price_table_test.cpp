#include "shared/price_table.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace arouter {

namespace {

constexpr std::int64_t kMidnight = 20'775LL * 86'400;  // of a day in November 2026, UTC
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3'600;

Money usd(const char* text) {
  const Result<Money> amount = decode_money(text);
  REQUIRE(amount.has_value());
  return *amount;
}

/// 2 and 6 USD for a million tokens; more for long prompts; a cheap evening for prompts.
PriceTable conditional() {
  PriceTable pricing;
  pricing.known = true;
  pricing.prompt = usd("0.000002");
  pricing.completion = usd("0.000006");
  pricing.overrides = {
      {.min_prompt_tokens = 200'000, .prompt = usd("0.000004"), .completion = usd("0.000009")},
      {.utc_start = 16 * 60 + 30, .utc_end = 30, .prompt = usd("0.000001")},
  };
  return pricing;
}

std::string cost(const PriceTable& pricing, std::int64_t input, std::int64_t output,
                 std::int64_t since_midnight) {
  const Usage usage{.input_tokens = input, .output_tokens = output};
  return encode_money(cost_of(usage, pricing, kMidnight + since_midnight).total);
}

}  // namespace

TEST_SUITE("price_table") {
  TEST_CASE("a tier begins above its number of tokens, and is paid for all of them") {
    const PriceTable pricing = conditional();
    CHECK(cost(pricing, 200'000, 1'000, 12 * kHour) == "0.406");     // 0.4 and 0.006
    CHECK(cost(pricing, 200'001, 1'000, 12 * kHour) == "0.809004");  // 0.800004 and 0.009
  }

  TEST_CASE("a window begins with its first minute, passes midnight and ends before its last") {
    const PriceTable pricing = conditional();
    struct Case {
      std::int64_t at;
      const char* cost;
    };
    for (const Case& each : {Case{16 * kHour + 30 * kMinute - 1, "0.008"},
                             {16 * kHour + 30 * kMinute, "0.007"},
                             {24 * kHour - 1, "0.007"},
                             {24 * kHour, "0.007"},
                             {0, "0.007"},
                             {30 * kMinute - 1, "0.007"},
                             {30 * kMinute, "0.008"},
                             {-kMidnight - 1, "0.007"}}) {  // the last second of 1969
      CAPTURE(each.at);
      CHECK(cost(pricing, 1'000, 1'000, each.at) == each.cost);
    }
  }

  TEST_CASE("a window within one day is half-open as well") {
    PriceTable pricing = conditional();
    pricing.overrides = {{.utc_start = 60, .utc_end = 120, .completion = usd("0")}};
    CHECK(cost(pricing, 1'000, 1'000, kHour - 1) == "0.008");
    CHECK(cost(pricing, 1'000, 1'000, kHour) == "0.002");
    CHECK(cost(pricing, 1'000, 1'000, 2 * kHour - 1) == "0.002");
    CHECK(cost(pricing, 1'000, 1'000, 2 * kHour) == "0.008");
  }

  TEST_CASE("of several entries that apply the last counts for the prices it states") {
    PriceTable pricing = conditional();
    // The evening's prompt, 0.200001, and the long prompt's completion, 0.009.
    CHECK(cost(pricing, 200'001, 1'000, 23 * kHour) == "0.209001");
    std::swap(pricing.overrides[0], pricing.overrides[1]);
    CHECK(cost(pricing, 200'001, 1'000, 23 * kHour) == "0.809004");
  }

  TEST_CASE("every condition of an entry must hold") {
    PriceTable pricing = conditional();
    pricing.overrides = {
        {.min_prompt_tokens = 100, .utc_start = 60, .utc_end = 120, .request = usd("1")}};
    CHECK(cost(pricing, 101, 0, kHour) == "1.000202");
    CHECK(cost(pricing, 100, 0, kHour) == "0.0002");
    CHECK(cost(pricing, 101, 0, 0) == "0.000202");
  }

  TEST_CASE("cached tokens follow the prompt's price until one of their own is stated") {
    PriceTable pricing = conditional();
    const Usage usage{.input_tokens = 100, .cached_input_tokens = 40, .cache_write_tokens = 10};
    pricing.overrides = {{.min_prompt_tokens = 0, .prompt = usd("0.000001")}};
    CHECK(encode_money(cost_of(usage, pricing, 0).total) == "0.0001");
    // 50 at 1, 40 at 0.5 and 10 at 3 millionths.
    pricing.overrides[0].input_cache_read = usd("0.0000005");
    pricing.overrides[0].input_cache_write = usd("0.000003");
    CHECK(encode_money(cost_of(usage, pricing, 0).total) == "0.0001");
    pricing.overrides[0].input_cache_write = usd("0.000002");
    CHECK(encode_money(cost_of(usage, pricing, 0).total) == "0.00009");
  }

  TEST_CASE("prices can be asked for before there is a usage") {
    const PriceTable pricing = conditional();
    CHECK(pricing_at(pricing, 0, kMidnight + 12 * kHour).prompt == usd("0.000002"));
    CHECK(pricing_at(pricing, 200'001, kMidnight + 12 * kHour).completion == usd("0.000009"));
    CHECK(pricing_at(pricing, 200'001, kMidnight + 12 * kHour).known);
    CHECK_FALSE(pricing_at(PriceTable{}, 1, 1).known);
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    CHECK(pricing_at(pricing, kMost, kMost).completion == usd("0.000009"));
    CHECK(pricing_at(pricing, -1, std::numeric_limits<std::int64_t>::min()).completion ==
          usd("0.000006"));
  }
}

}  // namespace arouter
