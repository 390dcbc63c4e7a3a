// GET /api/v1/providers: who is configured, with which keys, and how they fare.
//
// Sources (checked 2026-11-30): ARouter API, "list providers": id, name, model_count,
// is_byok_supported; OpenRouter API reference, "list all providers": slug and three URLs, of which
// nothing is known here. The rest is ours. No key is ever shown, only its name.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/exchange.hpp"

namespace arouter::daemon {

/// How a provider fares.
struct ProviderFare {
  std::vector<KeyStatus> keys;  // one without a name where it has none
  HealthWindow window{};        // of all its endpoints
  std::uint32_t running = 0;    // attempts under way
};

/// "unavailable": no key can be used; "degraded": some cannot, or are on trial, or it has failed
/// lately; else "healthy".
std::string_view status_of(const ProviderFare& fare, SteadyTime now);
/// "closed", "half_open", "open", "cooling", "revoked" or "busy".
std::string_view state_of(const KeyStatus& key);

std::string encode_providers(const Catalog& catalog,
                             const std::function<ProviderFare(const Provider&)>& fare_of,
                             const FareTime& time);

void answer_providers(Exchange& exchange);

}  // namespace arouter::daemon
