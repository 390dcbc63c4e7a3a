// What a plan says: for people, and for machines. Pure; a number of keys is told, never their
// names.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/routing/plan.hpp"

namespace arouter::routing {

/// How the credentials of an endpoint's provider stand for its model: how many are in which state.
struct KeyPool {
  bool without_keys = false;  // the provider takes none: the one that is counted has no name
  std::int64_t ready = 0;
  std::int64_t busy = 0;         // as many requests as their limits allow
  std::int64_t cooling = 0;      // told to wait
  std::int64_t open = 0;         // circuit breaker
  std::int64_t revoked = 0;      // refused by the provider, until a reload
  std::int64_t foreign = 0;      // not for this model
  std::int64_t ready_in_ms = 0;  // until the first is ready; 0 when one is, or no time mends it
};

/// How an endpoint and the keys to it fare at this moment; its measured speed too.
struct Standing {
  Condition condition;
  KeyPool keys;
};
using StandingOf = std::function<Standing(const Endpoint&)>;

/// The error for a plan that keeps nothing: which rule excluded which endpoint.
/// model_not_found with a code of its own: "no_endpoints", "privacy_restricted",
/// "constraint_filtered", "model_deprecated".
Error nothing_left(const Plan& plan, std::string_view requested);

/// One sentence on a candidate: "the cheapest first".
std::string reason_of(const Plan& plan, std::size_t candidate);
/// {"requested", "strategy", "candidates": [{"position", "provider", "endpoint", "model",
/// "found_by", "verdict", "code", "is_byok", "reason"}], "left_out"}; for a field of a head: at
/// most 4 KiB, for which the last candidates are left out and counted.
std::string encode_plan(const Plan& plan, std::string_view requested);
/// The same for a body: each candidate with "upstream_model", "format" (null: none fits),
/// "context_length", "pricing" (USD per token as decimal texts; null: not known), "health" and
/// "keys". What was not measured is null.
std::string encode_whole_plan(const Plan& plan, std::string_view requested,
                              const StandingOf& standing_of);

}  // namespace arouter::routing
