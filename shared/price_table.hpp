// Prices that depend on the request: on how long its prompt is, and on when it began.
//
// Source: OpenRouter API reference, models, `pricing.overrides` (checked 2026-11-30).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "shared/money.hpp"
#include "shared/usage.hpp"

namespace arouter {

/// Prices that stand in for others while each condition of theirs holds.
struct PriceOverride {
  std::optional<std::int64_t> min_prompt_tokens{};  // the prompt has more
  // Minutes of the UTC day: from the first to before the second, over midnight where that is less.
  // Both or neither.
  std::optional<std::int32_t> utc_start{}, utc_end{};
  std::optional<Money> prompt{}, completion{}, request{};
  std::optional<Money> input_cache_read{}, input_cache_write{};
  std::optional<Money> internal_reasoning{}, image{}, web_search{};
};

/// The prices that count where no override applies, and the overrides.
struct PriceTable : Pricing {
  std::vector<PriceOverride> overrides{};  // of those that apply, the last to state a price counts
};

/// What a request pays that has `prompt_tokens` and began at `unix_s`.
Pricing pricing_at(const PriceTable& table, std::int64_t prompt_tokens,
                   std::int64_t unix_s) noexcept;

/// Exact cost of `usage` by a request that began at `unix_s`.
Cost cost_of(const Usage& usage, const PriceTable& table, std::int64_t unix_s) noexcept;
/// The time decides: without it the overrides would be lost.
Cost cost_of(const Usage& usage, const PriceTable& table) = delete;

}  // namespace arouter
