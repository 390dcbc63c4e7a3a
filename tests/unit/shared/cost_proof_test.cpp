// The proof that money is exact: what many random usages cost, against arithmetic of another kind,
// and what answers of real providers cost, against sums done by hand.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "shared/formats/registry.hpp"
#include "shared/price_table.hpp"

namespace arouter {

namespace {

// Arithmetic as on paper, six decimal digits at a time, the lowest first: no binary number is ever
// larger than a product of two of them with its carry.

constexpr std::uint64_t kSix = 1'000'000;
using Paper = std::array<std::uint64_t, 6>;

Paper plus(const Paper& a, const Paper& b) {
  Paper sum{};
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += a[i] + b[i];
    sum[i] = carry % kSix;
    carry /= kSix;
  }
  return sum;
}

/// `count` has at most twelve digits.
Paper times(const Paper& a, std::uint64_t count) {
  const std::array<std::uint64_t, 2> sixes{count % kSix, count / kSix};
  Paper product{};
  for (std::size_t k = 0; k < sixes.size(); ++k) {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i + k < product.size(); ++i) {
      carry += product[i + k] + a[i] * sixes[k];
      product[i + k] = carry % kSix;
      carry /= kSix;
    }
  }
  return product;
}

/// Sums beyond what Money holds stay at its most, 9,223,372.036854775807.
Paper at_most(const Paper& sum) {
  constexpr Paper kMost{775'807, 36'854, 223'372, 9, 0, 0};
  const bool is_less =
      std::lexicographical_compare(sum.rbegin(), sum.rend(), kMost.rbegin(), kMost.rend());
  return is_less ? sum : kMost;
}

std::string six_digits(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

/// "0.000132" of a count of 10^-12.
std::string amount_of(const Paper& count) {
  std::string text = std::to_string(count[2] + count[3] * kSix);
  text += '.' + six_digits(count[1]) + six_digits(count[0]);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

/// A price of USD per token with up to 12 places.
struct Price {
  Paper paper{};
  Money money{};
};

Price random_price(std::mt19937_64& random) {
  Price price;
  price.paper[0] = random() % 4 == 0 ? 0 : random() % kSix;
  price.paper[1] = random() % 2 == 0 ? 0 : random() % (random() % 2 == 0 ? 100 : kSix);
  price.paper[2] = random() % 50 == 0 ? random() % 8 : 0;
  const Result<Money> money = decode_money(amount_of(price.paper));
  if (money) price.money = *money;
  return price;
}

std::int64_t random_tokens(std::mt19937_64& random) {
  // Of every size up to ten millions.
  constexpr std::int64_t kMost[] = {1, 10, 1'000, 100'000, 10'000'000};
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kMost[random() % 5] + 1));
}

Money usd(std::string_view text) {
  const Result<Money> amount = decode_money(text);
  REQUIRE(amount.has_value());
  return *amount;
}

/// How many are tried, unless the environment asks for more.
long rounds() {
  const char* wanted = std::getenv("AROUTER_COST_ROUNDS");
  return wanted == nullptr ? 1'000'000 : std::atol(wanted);
}

}  // namespace

TEST_SUITE("cost_proof") {
  TEST_CASE("tokens times prices are the digits that paper gives, to the last") {
    constexpr unsigned kSeed = 20'261'201;
    CAPTURE(kSeed);
    std::mt19937_64 random(kSeed);
    for (long i = 0; i < rounds(); ++i) {
      const Price prompt = random_price(random), completion = random_price(random);
      const Price read = random_price(random), write = random_price(random);
      const std::int64_t plain = random_tokens(random), cached = random_tokens(random);
      const std::int64_t written = random_tokens(random), output = random_tokens(random);
      Pricing pricing;
      pricing.prompt = prompt.money;
      pricing.completion = completion.money;
      pricing.has_cache_read = random() % 2 == 0;
      pricing.has_cache_write = random() % 2 == 0;
      pricing.input_cache_read = read.money;
      pricing.input_cache_write = write.money;
      const Usage usage{.input_tokens = plain + cached + written,
                        .output_tokens = output,
                        .cached_input_tokens = cached,
                        .cache_write_tokens = written};

      const auto part = [](const Price& price, std::int64_t tokens) {
        return times(price.paper, static_cast<std::uint64_t>(tokens));
      };
      Paper sum = plus(part(prompt, plain), part(completion, output));
      sum = plus(sum, part(pricing.has_cache_read ? read : prompt, cached));
      sum = plus(sum, part(pricing.has_cache_write ? write : prompt, written));
      const std::string paper = amount_of(at_most(sum));
      const std::string cost = encode_money(cost_of(usage, pricing).total);
      if (cost == paper) continue;
      CAPTURE(i);
      REQUIRE(cost == paper);
    }
  }

  TEST_CASE("answers as providers write them cost what their price lists say") {
    struct Case {
      std::string provider;
      const char* format;
      const char* answer;
      const char *prompt, *completion, *cache_read, *cache_write;  // USD per token; null: none
      std::string cost;
    };
    const std::vector<Case> cases{
        // 86 at 2, 1,920 at 0.5 and 300 at 8 USD a million: 172 + 960 + 2,400.
        {"openai", "openai",
         R"({"id":"chatcmpl-1","object":"chat.completion","choices":[],"usage":{
             "prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,
             "prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},
             "completion_tokens_details":{"reasoning_tokens":120,"audio_tokens":0}}})",
         "0.000002", "0.000008", "0.0000005", nullptr, "0.003532"},
        // 328 at 1.25 and 52 at 10: 410 + 520.
        {"openai responses", "responses",
         R"({"id":"resp_1","object":"response","status":"completed","output":[],"usage":{
             "input_tokens":328,"input_tokens_details":{"cached_tokens":0},"output_tokens":52,
             "output_tokens_details":{"reasoning_tokens":12},"total_tokens":380}})",
         "0.00000125", "0.00001", "0.000000125", nullptr, "0.00093"},
        // What is read and written is beside input_tokens. 21 at 3, 188,086 at 3.75, 100 at 0.3 and
        // 393 at 15: 63 + 705,322.5 + 30 + 5,895.
        {"anthropic", "anthropic",
         R"({"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{
             "input_tokens":21,"cache_creation_input_tokens":188086,"cache_read_input_tokens":100,
             "output_tokens":393,"service_tier":"standard"}})",
         "0.000003", "0.000015", "0.0000003", "0.00000375", "0.7113105"},
        // Thoughts are beside candidates. 600 at 1.25, 400 at 0.3125 and 120 at 10:
        // 750 + 125 + 1,200.
        {"google", "gemini",
         R"({"candidates":[],"usageMetadata":{"promptTokenCount":1000,
             "cachedContentTokenCount":400,"candidatesTokenCount":50,"thoughtsTokenCount":70,
             "totalTokenCount":1120},"responseId":"r"})",
         "0.00000125", "0.00001", "0.0000003125", nullptr, "0.002075"},
        // 9 at 0.27, 8 at 0.07 and 10 at 1.1: 2.43 + 0.56 + 11.
        {"deepseek", "openai",
         R"({"id":"1","object":"chat.completion","choices":[],"usage":{"prompt_tokens":17,
             "completion_tokens":10,"total_tokens":27,"prompt_cache_hit_tokens":8,
             "prompt_cache_miss_tokens":9}})",
         "0.00000027", "0.0000011", "0.00000007", nullptr, "0.00001399"},
        // Thoughts are beside completion_tokens, which the total tells. 26 at 3, 6 at 0.75 and
        // 9 + 94 at 15: 78 + 4.5 + 1,545.
        {"xai", "openai",
         R"({"id":"1","object":"chat.completion","choices":[],"usage":{"prompt_tokens":32,
             "completion_tokens":9,"total_tokens":135,
             "prompt_tokens_details":{"text_tokens":32,"cached_tokens":6},
             "completion_tokens_details":{"reasoning_tokens":94}}})",
         "0.000003", "0.000015", "0.00000075", nullptr, "0.0016275"},
        // Times beside the counts are none of ours. 24 at 0.05 and 377 at 0.08: 1.2 + 30.16.
        {"groq", "openai",
         R"({"id":"1","object":"chat.completion","choices":[],"usage":{"queue_time":0.037493756,
             "prompt_tokens":24,"prompt_time":0.000680594,"completion_tokens":377,
             "completion_time":0.464583333,"total_tokens":401,"total_time":0.465263927}})",
         "0.00000005", "0.00000008", nullptr, nullptr, "0.00003136"},
        // 194 at 0.0000000375 and 2 at 0.00000015: 7.275 + 0.3.
        {"openrouter", "openai",
         R"({"id":"gen-1","object":"chat.completion","choices":[],"usage":{"prompt_tokens":194,
             "completion_tokens":2,"total_tokens":196,"cost":0.95,
             "prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},
             "completion_tokens_details":{"reasoning_tokens":0}}})",
         "0.0000000375", "0.00000015", nullptr, nullptr, "0.000007575"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.provider);
      const Format* format = find_format(each.format);
      REQUIRE(format != nullptr);
      const Result<ReplyFacts> facts = format->read_reply(CallKind::chat, each.answer);
      REQUIRE(facts.has_value());
      REQUIRE(facts->usage.has_value());
      PriceTable prices;
      prices.prompt = usd(each.prompt);
      prices.completion = usd(each.completion);
      prices.has_cache_read = each.cache_read != nullptr;
      if (prices.has_cache_read) prices.input_cache_read = usd(each.cache_read);
      prices.has_cache_write = each.cache_write != nullptr;
      if (prices.has_cache_write) prices.input_cache_write = usd(each.cache_write);
      CHECK(encode_money(cost_of(*facts->usage, prices, 0).total) == each.cost);
    }
  }
}

}  // namespace arouter
