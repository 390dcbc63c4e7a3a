// What one request used, in the field's one internal split, whatever the provider calls it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/money.hpp"

namespace arouter {

/// Where the counts come from; a ledger row always says which.
enum class UsageOrigin : std::uint8_t { none, reported, counted, estimated };

std::string_view usage_origin_name(UsageOrigin origin) noexcept;

struct Usage {
  std::int64_t input_tokens = 0;         // all of the prompt, cached tokens included
  std::int64_t output_tokens = 0;        // reasoning included
  std::int64_t cached_input_tokens = 0;  // read from the provider's cache, part of input
  std::int64_t cache_write_tokens = 0;   // written to it, part of input
  std::int64_t reasoning_tokens = 0;     // part of output
  UsageOrigin origin = UsageOrigin::none;
};

/// A guess for a provider that reports nothing: four bytes a token, rounded up.
Usage estimate_usage(std::size_t request_bytes, std::size_t content_bytes);

/// USD per unit; a price that is absent is not charged.
struct Pricing {
  bool known = false;  // stated at all; else what a request cost is unknown and counts as 0
  Money prompt{}, completion{}, request{};
  Money input_cache_read{}, input_cache_write{}, internal_reasoning{}, image{}, web_search{};
  bool has_cache_read = false;   // else cached tokens cost the prompt price
  bool has_cache_write = false;  // else written tokens cost the prompt price
};

struct Cost {
  Money total{}, prompt{}, completion{};  // prompt includes the per-request price
  bool is_byok = false;                   // on the account of the caller's own provider key
};

/// Exact cost of `usage`; counts are clamped into each other (cached <= input), never negative.
Cost cost_of(const Usage& usage, const Pricing& pricing) noexcept;

}  // namespace arouter
