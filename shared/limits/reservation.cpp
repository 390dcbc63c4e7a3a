#include "shared/limits/reservation.hpp"

#include <algorithm>
#include <limits>

namespace arouter::limits {

namespace {

__extension__ typedef __int128 Wide;

std::int64_t narrow(Wide value) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return value > kMost ? kMost : static_cast<std::int64_t>(value);
}

std::int64_t counted(std::int64_t count) {
  return std::max<std::int64_t>(count, 0);
}

std::int64_t product(std::int64_t a, std::int64_t b) {
  return narrow(static_cast<Wide>(a) * b);
}

std::int64_t sum(std::int64_t a, std::int64_t b) {
  return narrow(static_cast<Wide>(a) + b);
}

Money dearest(const Money& a, const Money& b) {
  return std::max(a, b);
}

/// What so many tokens cost at `pricing` when each is of the dearest kind.
Money bound(const Pricing& pricing, const Reservation& tokens, std::int64_t input,
            std::int64_t media) {
  Money prompt = pricing.prompt;
  if (pricing.has_cache_write) prompt = dearest(prompt, pricing.input_cache_write);
  if (pricing.has_cache_read) prompt = dearest(prompt, pricing.input_cache_read);
  const Money completion = dearest(pricing.completion, pricing.internal_reasoning);
  Money total = add(cost_of(prompt, input), cost_of(completion, tokens.output_tokens));
  total = add(total, cost_of(pricing.image, media));
  return add(total, pricing.request);
}

/// Over all lengths that the prompt may have: within one tier the longest is the dearest, and a
/// tier ends where the next begins.
Money bound_over_tiers(const PriceTable& table, const Reservation& tokens, const Ask& ask) {
  const auto at = [&](std::int64_t input) {
    return bound(pricing_at(table, input, ask.began_s), tokens, input, counted(ask.media));
  };
  Money most = at(tokens.input_tokens);
  for (const PriceOverride& entry : table.overrides) {
    if (!entry.min_prompt_tokens || *entry.min_prompt_tokens >= tokens.input_tokens) continue;
    most = dearest(most, at(counted(*entry.min_prompt_tokens)));
  }
  return most;
}

}  // namespace

Reservation reserve(const Ask& ask, const Offer& offer, const ReservationRules& rules) {
  Reservation result;
  const std::int64_t media = counted(ask.media);
  const std::int64_t around =
      sum(rules.template_tokens, product(rules.tokens_per_message, counted(ask.messages)));
  result.input_tokens =
      sum(sum(counted(ask.body_bytes), around), product(rules.tokens_per_media, media));

  std::int64_t cap = 0;
  if (ask.has_output) {
    cap = counted(ask.max_tokens);
    if (cap == 0) {
      cap = offer.max_completion_tokens > 0 ? offer.max_completion_tokens : rules.output_cap;
      result.cap_to_send = cap;
    }
  }
  const std::int64_t choices = std::max<std::int64_t>(ask.choices, 1);
  result.output_tokens = product(cap, choices);

  const std::int64_t input_guess = narrow(static_cast<Wide>(counted(ask.body_bytes)) * 2 / 7 + 1);
  const std::int64_t output_guess = product(cap / 4, choices);
  result.estimated_tokens = sum(input_guess, output_guess);

  const PriceTable& table = *offer.pricing;
  result.is_priced = table.known;
  result.most = bound_over_tiers(table, result, ask);
  const Usage guess{.input_tokens = input_guess, .output_tokens = output_guess};
  // A guess may be above the bound where a model's most is little.
  result.estimate = std::min(cost_of(guess, table, ask.began_s).total, result.most);
  return result;
}

void widen(Reservation& all, const Reservation& other) {
  all.input_tokens = std::max(all.input_tokens, other.input_tokens);
  all.output_tokens = std::max(all.output_tokens, other.output_tokens);
  all.estimated_tokens = std::max(all.estimated_tokens, other.estimated_tokens);
  all.most = dearest(all.most, other.most);
  all.estimate = dearest(all.estimate, other.estimate);
  all.is_priced = all.is_priced && other.is_priced;
  all.cap_to_send = std::max(all.cap_to_send, other.cap_to_send);
}

Demand demand_of(const Reservation& reservation) {
  return {.tokens = reservation.estimated_tokens,
          .most = reservation.most,
          .estimate = reservation.estimate,
          .is_priced = reservation.is_priced};
}

}  // namespace arouter::limits
