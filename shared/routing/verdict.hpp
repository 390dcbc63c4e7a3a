// What the rules of routing say of an endpoint: why it is dropped, or set back behind others.
#pragma once

#include <cstdint>
#include <string_view>

namespace arouter::routing {

/// Why an endpoint is not asked.
enum class Drop : std::uint8_t {
  none,
  not_offered,           // it does not answer such calls
  ignored,               // provider.ignore
  not_in_only,           // provider.only
  not_in_order,          // provider.order with allow_fallbacks = false
  no_fallback,           // allow_fallbacks = false, and another one is first
  collects_data,         // data_collection = deny
  no_zdr,                // zdr
  quantization,          // provider.quantizations
  max_price,             // provider.max_price
  price_unknown,         // likewise, of an endpoint without a price
  parameter,             // require_parameters; detail: which
  not_free,              // ":free"
  short_context,         // ":extended"
  no_reasoning,          // ":thinking"
  no_tools,              // ":exacto"
  expired,               // its expiration_date is over
  provider_not_allowed,  // to the key that calls
  model_not_allowed,     // likewise
  no_caller_key,         // it is asked with the caller's own key, and the request brings none
};
/// "data_policy:training" and so on, for machines: OpenRouter's words where it has one.
std::string_view drop_name(Drop drop) noexcept;

/// What sets an endpoint back behind others of its model.
enum class Setback : std::uint8_t {
  none,
  slow,          // preferred_min_throughput
  late,          // preferred_max_latency
  short_answer,  // the request's max_tokens is above the endpoint's most
  degraded,      // uptime below 95 %
  outage,        // failures in the last 30 seconds
  down,          // uptime below 80 %
  open,          // circuit breaker
};
std::string_view setback_name(Setback setback) noexcept;

}  // namespace arouter::routing
