// The answer of GET /api/v1/providers: read and shown. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "shared/error.hpp"

namespace arouter {

struct ListedKey {
  std::string name;           // "" where the provider has no keys
  std::string state;          // "closed", "cooling"
  std::int64_t ready_in = 0;  // seconds; 0: now, or nobody knows
};

/// One entry; what was not measured is "".
struct ListedProvider {
  std::string id, status;
  std::int64_t models = 0;
  std::vector<ListedKey> keys;
  std::string latency, throughput, uptime;  // ms, tokens per second, percent: decimals
};

/// Errors: upstream_malformed when `body` is no list of providers.
Result<std::vector<ListedProvider>> decode_providers(std::string_view body);

/// In a pipe numbers stand without their units.
Table provider_table(const std::vector<ListedProvider>& providers, bool for_people);

}  // namespace arouter
