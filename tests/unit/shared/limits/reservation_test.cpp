#include "shared/limits/reservation.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

namespace arouter::limits {

namespace {

constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

Money usd(const char* text) {
  const Result<Money> amount = decode_money(text);
  REQUIRE(amount.has_value());
  return *amount;
}

/// 2 and 6 USD for a million tokens; double for prompts above 200,000.
PriceTable tiered() {
  PriceTable table;
  table.known = true;
  table.prompt = usd("0.000002");
  table.completion = usd("0.000006");
  table.overrides = {
      {.min_prompt_tokens = 200'000, .prompt = usd("0.000004"), .completion = usd("0.000012")}};
  return table;
}

std::int64_t pick(std::mt19937_64& random, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(0, most)(random);
}

/// Any prices in any tiers, also such that fall with the length.
PriceTable random_table(std::mt19937_64& random) {
  PriceTable table;
  table.known = true;
  const auto price = [&] { return Money{pick(random, 50'000'000)}; };
  table.prompt = price();
  table.completion = price();
  table.request = price();
  table.has_cache_read = pick(random, 1) == 0;
  table.has_cache_write = pick(random, 1) == 0;
  table.input_cache_read = price();
  table.input_cache_write = price();
  for (std::int64_t i = pick(random, 3); i > 0; --i) {
    PriceOverride entry;
    if (pick(random, 2) > 0) entry.min_prompt_tokens = pick(random, 60'000);
    if (pick(random, 2) == 0) {
      entry.utc_start = static_cast<std::int32_t>(pick(random, 1'439));
      entry.utc_end = static_cast<std::int32_t>(pick(random, 1'439));
    }
    if (pick(random, 1) == 0) entry.prompt = price();
    if (pick(random, 1) == 0) entry.completion = price();
    if (pick(random, 2) == 0) entry.request = price();
    if (pick(random, 2) == 0) entry.input_cache_write = price();
    if (pick(random, 2) == 0) entry.input_cache_read = price();
    table.overrides.push_back(entry);
  }
  return table;
}

}  // namespace

TEST_SUITE("limits.reservation") {
  TEST_CASE("a bound counts a token for each byte, and what templates add") {
    const PriceTable table = tiered();
    const Reservation held =
        reserve({.body_bytes = 1'000, .messages = 3, .max_tokens = 500}, {.pricing = &table});
    CHECK(held.input_tokens == 1'000 + 3 * 16 + 1'024);
    CHECK(held.output_tokens == 500);
    CHECK(encode_money(held.most) == "0.007144");  // 2072 at 2 and 500 at 6 millionths
    CHECK(held.estimated_tokens == 1'000 * 2 / 7 + 1 + 125);
    CHECK(encode_money(held.estimate) == "0.001322");
    CHECK(held.cap_to_send == 0);
    CHECK(held.is_priced);
  }

  TEST_CASE("a client that names no cap is given the model's most, or the configured one") {
    const PriceTable table = tiered();
    const Ask ask{.body_bytes = 100};
    const Reservation known = reserve(ask, {.pricing = &table, .max_completion_tokens = 8'192});
    CHECK(known.cap_to_send == 8'192);
    CHECK(known.output_tokens == 8'192);
    const Reservation unknown = reserve(ask, {.pricing = &table});
    CHECK(unknown.cap_to_send == 4'096);
    CHECK(reserve(ask, {.pricing = &table}, {.output_cap = 50}).output_tokens == 50);
    const Reservation embeddings =
        reserve({.body_bytes = 100, .has_output = false}, {.pricing = &table});
    CHECK(embeddings.output_tokens == 0);
    CHECK(embeddings.cap_to_send == 0);
  }

  TEST_CASE("each choice is an answer of its own") {
    const PriceTable table = tiered();
    const Offer offer{.pricing = &table, .max_completion_tokens = 100};
    CHECK(reserve({.choices = 5}, offer).output_tokens == 500);
    CHECK(reserve({.choices = 5}, offer).cap_to_send == 100);
    CHECK(reserve({.choices = 0}, offer).output_tokens == 100);
  }

  TEST_CASE("the dearest tier counts that the prompt can reach, and none beyond it") {
    const PriceTable table = tiered();
    const Offer offer{.pricing = &table};
    const ReservationRules bare{.tokens_per_message = 0, .template_tokens = 0};
    CHECK(encode_money(reserve({.body_bytes = 200'000, .max_tokens = 1}, offer, bare).most) ==
          "0.400006");
    CHECK(encode_money(reserve({.body_bytes = 200'001, .max_tokens = 1}, offer, bare).most) ==
          "0.800016");
    // A tier that is cheaper: the dearest prompt is the last one before it.
    PriceTable falling = tiered();
    falling.overrides[0].prompt = usd("0.000001");
    falling.overrides[0].completion = usd("0.000001");
    CHECK(
        encode_money(
            reserve({.body_bytes = 200'001, .max_tokens = 1}, {.pricing = &falling}, bare).most) ==
        "0.400006");
  }

  TEST_CASE("writing to the cache, pictures and the request itself are in the bound") {
    PriceTable table = tiered();
    table.overrides.clear();
    table.has_cache_write = true;
    table.input_cache_write = usd("0.0000025");
    table.request = usd("0.01");
    table.image = usd("0.1");
    const ReservationRules rules{
        .tokens_per_message = 0, .template_tokens = 0, .tokens_per_media = 1'000};
    const Reservation held =
        reserve({.body_bytes = 1'000, .media = 2, .max_tokens = 1}, {.pricing = &table}, rules);
    CHECK(held.input_tokens == 3'000);
    CHECK(encode_money(held.most) == "0.217506");
  }

  TEST_CASE("no usage within the bound costs more than is held, at any prices") {
    constexpr unsigned kSeed = 20'261'130;
    CAPTURE(kSeed);
    std::mt19937_64 random(kSeed);
    for (int i = 0; i < 60'000; ++i) {
      CAPTURE(i);
      const PriceTable table = random_table(random);
      const Ask ask{.body_bytes = pick(random, 70'000),
                    .messages = pick(random, 50),
                    .max_tokens = pick(random, 1) * pick(random, 9'000),
                    .choices = pick(random, 4),
                    .began_s = pick(random, 2'000'000'000)};
      const Reservation held =
          reserve(ask, {.pricing = &table, .max_completion_tokens = pick(random, 5'000)});
      const std::int64_t input = i % 4 == 0 ? held.input_tokens : pick(random, held.input_tokens);
      const std::int64_t cached = pick(random, input);
      const Usage usage{.input_tokens = input,
                        .output_tokens = pick(random, held.output_tokens),
                        .cached_input_tokens = cached,
                        .cache_write_tokens = pick(random, input - cached)};
      REQUIRE(cost_of(usage, table, ask.began_s).total <= held.most);
      REQUIRE(held.estimate <= held.most);
    }
  }

  TEST_CASE("a request that several may serve is held for at its dearest") {
    const PriceTable cheap = [] {
      PriceTable table;
      table.known = true;
      return table;
    }();
    const PriceTable dear = tiered();
    const PriceTable unknown{};
    const Ask ask{.body_bytes = 400};
    const Reservation one = reserve(ask, {.pricing = &dear, .max_completion_tokens = 100});
    Reservation all = reserve(ask, {.pricing = &cheap, .max_completion_tokens = 700});
    CHECK(all.most == Money{});
    widen(all, one);
    CHECK(all.most == one.most);
    CHECK(all.output_tokens == 700);
    CHECK(demand_of(all).is_priced);
    widen(all, reserve(ask, {.pricing = &unknown}));
    CHECK_FALSE(demand_of(all).is_priced);
    CHECK(demand_of(all).most == one.most);
    CHECK(demand_of(all).tokens == all.estimated_tokens);
  }

  TEST_CASE("absurd counts saturate and are never negative") {
    const PriceTable table = tiered();
    const Reservation most = reserve({.body_bytes = kMost,
                                      .messages = kMost,
                                      .media = kMost,
                                      .max_tokens = kMost,
                                      .choices = kMost},
                                     {.pricing = &table});
    CHECK(most.input_tokens == kMost);
    CHECK(most.output_tokens == kMost);
    CHECK(most.estimated_tokens == kMost);
    CHECK(most.most == Money{kMost});
    const Reservation least =
        reserve({.body_bytes = -5, .messages = -5, .media = -5, .max_tokens = -5, .choices = -5},
                {.pricing = &table, .max_completion_tokens = -5});
    CHECK(least.input_tokens == 1'024);
    CHECK(least.output_tokens == 4'096);
  }
}

}  // namespace arouter::limits
