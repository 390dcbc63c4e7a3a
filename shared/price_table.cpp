#include "shared/price_table.hpp"

#include <algorithm>

namespace arouter {

namespace {

constexpr std::int64_t kDayS = 86'400;

bool applies(const PriceOverride& entry, std::int64_t prompt_tokens, std::int64_t minute) {
  if (entry.min_prompt_tokens && prompt_tokens <= *entry.min_prompt_tokens) return false;
  if (!entry.utc_start || !entry.utc_end) return true;
  const bool begun = minute >= *entry.utc_start;
  const bool ended = minute >= *entry.utc_end;
  return *entry.utc_start <= *entry.utc_end ? begun && !ended : begun || !ended;
}

void replace(Money& price, const std::optional<Money>& by) {
  if (by) price = *by;
}

}  // namespace

Pricing pricing_at(const PriceTable& table, std::int64_t prompt_tokens,
                   std::int64_t unix_s) noexcept {
  Pricing pricing = table;
  const std::int64_t minute = (unix_s % kDayS + kDayS) % kDayS / 60;
  for (const PriceOverride& entry : table.overrides) {
    if (!applies(entry, prompt_tokens, minute)) continue;
    replace(pricing.prompt, entry.prompt);
    replace(pricing.completion, entry.completion);
    replace(pricing.request, entry.request);
    replace(pricing.input_cache_read, entry.input_cache_read);
    replace(pricing.input_cache_write, entry.input_cache_write);
    replace(pricing.internal_reasoning, entry.internal_reasoning);
    replace(pricing.image, entry.image);
    replace(pricing.web_search, entry.web_search);
    if (entry.input_cache_read) pricing.has_cache_read = true;
    if (entry.input_cache_write) pricing.has_cache_write = true;
  }
  return pricing;
}

Cost cost_of(const Usage& usage, const PriceTable& table, std::int64_t unix_s) noexcept {
  const std::int64_t prompt_tokens = std::max<std::int64_t>(usage.input_tokens, 0);
  return cost_of(usage, pricing_at(table, prompt_tokens, unix_s));
}

}  // namespace arouter
