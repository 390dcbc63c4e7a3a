#include "shared/usage.hpp"

#include <algorithm>

namespace arouter {

std::string_view usage_origin_name(UsageOrigin origin) noexcept {
  switch (origin) {
    case UsageOrigin::reported:
      return "reported";
    case UsageOrigin::counted:
      return "counted";
    case UsageOrigin::estimated:
      return "estimated";
    case UsageOrigin::none:
      break;
  }
  return "none";
}

Usage estimate_usage(std::size_t request_bytes, std::size_t content_bytes) {
  const auto tokens = [](std::size_t bytes) { return static_cast<std::int64_t>((bytes + 3) / 4); };
  Usage usage;
  usage.origin = UsageOrigin::estimated;
  usage.input_tokens = tokens(request_bytes);
  usage.output_tokens = tokens(content_bytes);
  return usage;
}

Cost cost_of(const Usage& usage, const Pricing& pricing) noexcept {
  const std::int64_t input = std::max<std::int64_t>(usage.input_tokens, 0);
  const std::int64_t cached = std::clamp<std::int64_t>(usage.cached_input_tokens, 0, input);
  const std::int64_t written =
      std::clamp<std::int64_t>(usage.cache_write_tokens, 0, input - cached);

  Cost cost;
  cost.prompt = cost_of(pricing.prompt, input - cached - written);
  cost.prompt =
      add(cost.prompt,
          cost_of(pricing.has_cache_read ? pricing.input_cache_read : pricing.prompt, cached));
  cost.prompt =
      add(cost.prompt,
          cost_of(pricing.has_cache_write ? pricing.input_cache_write : pricing.prompt, written));
  cost.prompt = add(cost.prompt, pricing.request);
  cost.completion = cost_of(pricing.completion, usage.output_tokens);
  cost.total = add(cost.prompt, cost.completion);
  return cost;
}

}  // namespace arouter
