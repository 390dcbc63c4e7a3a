// What a request says of how it is to be routed: the `provider` object and what stands beside it.
//
// Source: ARouter's API, "provider routing", "model fallbacks" and "plugins"; where those are
// silent, OpenRouter's documentation of the same fields. Prices are USD per million tokens there,
// throughput tokens per second, latency seconds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/money.hpp"

namespace arouter::routing {

enum class SortBy : std::uint8_t { none, price, throughput, latency };

/// Percentiles, in the order of their arrays.
inline constexpr std::array<std::string_view, 4> kPercentiles{"p50", "p75", "p90", "p99"};
/// A bound for each of kPercentiles that has one: milli-tokens per second, or milliseconds.
using Cutoffs = std::array<std::optional<std::int64_t>, 4>;

struct MaxPrice {
  std::optional<Money> prompt{}, completion{};  // for a million tokens
  std::optional<Money> request{}, image{};      // for one
};

struct Preferences {
  // The `provider` object. Names of providers are in lower case.
  std::vector<std::string> order{}, only{}, ignore{};
  bool allow_fallbacks = true;
  bool require_parameters = false;
  bool deny_collection = false;  // data_collection = "deny"
  bool zdr = false;
  std::vector<std::string> quantizations{};
  SortBy sort = SortBy::none;
  bool sort_across_models = false;  // sort.partition = "none"
  MaxPrice max_price{};
  Cutoffs min_throughput{};  // preferred_min_throughput: a miss moves an endpoint back
  Cutoffs max_latency{};     // preferred_max_latency: likewise

  // Beside it.
  std::vector<std::string> models{};          // to try in order, behind `model`
  std::vector<std::string> allowed_models{};  // patterns for "auto"; empty: the configuration's
  std::vector<std::string> excluded_models{};
};

/// Reads what `fields` found in `body`. Errors: bad_request with `param` ("provider.sort"): a wrong
/// type, a value that is none of the known ones, a field of `provider` that is not known (a filter
/// that silently does not filter would be worse).
Result<Preferences> decode_preferences(std::string_view body, const RoutingFields& fields);

}  // namespace arouter::routing
