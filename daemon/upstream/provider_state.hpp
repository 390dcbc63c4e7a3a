// What arouter knows of a provider while it runs, beside its configuration: shared by all loops,
// and carried over a reload as long as the provider stays at the same place.
#pragma once

#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/upstream/endpoint_health.hpp"
#include "daemon/upstream/provider_health.hpp"
#include "shared/catalog.hpp"
#include "shared/model_endpoints.hpp"

namespace arouter::daemon {

class TokenSource;

struct ProviderState {
  std::uint64_t id = 0;  // never used twice in a process
  std::string place;     // see place_of(): what a connection depends on
  std::shared_ptr<boost::asio::ssl::context> tls_context;  // null for plain http
  std::atomic<std::uint32_t> running{0};                   // attempts under way, for `concurrency`
  EndpointCounters unlisted{};                             // of models that no list has
};

/// A place among the attempts that a provider may have running at once; given back at its end.
class ProviderLease {
 public:
  ProviderLease() = default;
  /// `limit` 0: none.
  ProviderLease(ProviderState& state, std::uint32_t limit);
  ~ProviderLease() { give_back(); }
  ProviderLease(ProviderLease&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  ProviderLease& operator=(ProviderLease&& other) noexcept;
  ProviderLease(const ProviderLease&) = delete;
  ProviderLease& operator=(const ProviderLease&) = delete;
  bool granted() const { return state_ != nullptr; }

 private:
  void give_back() noexcept;
  ProviderState* state_ = nullptr;
};

/// A catalogue with what is known of its providers (by Provider::index) and endpoints (by
/// Endpoint::index) while it runs. The lists are immutable, what they hold guards itself; an
/// exchange keeps the one it began with.
struct Runtime {
  std::shared_ptr<const Catalog> catalog;
  std::vector<std::shared_ptr<ProviderState>> states;
  std::vector<std::shared_ptr<ProviderHealth>> providers;
  std::vector<std::shared_ptr<EndpointHealth>> endpoints;
  std::vector<std::shared_ptr<TokenSource>> tokens;  // null where none are fetched
  ProviderState& state_of(const Provider& provider) const { return *states[provider.index]; }
  ProviderHealth& health_of(const Provider& provider) const { return *providers[provider.index]; }
  const std::shared_ptr<TokenSource>& tokens_of(const Provider& provider) const {
    return tokens[provider.index];
  }
  EndpointHealth& health_of(const Endpoint& endpoint) const { return *endpoints[endpoint.index]; }
  /// Where calls of an endpoint are counted; of one that no list has, with its provider.
  EndpointCounters& counters_of(const Endpoint& endpoint, bool is_listed) const {
    return is_listed ? health_of(endpoint).counters : state_of(*endpoint.provider).unlisted;
  }
  /// How it fares, for people.
  EndpointFare fare_of(const Endpoint& endpoint, SteadyTime now) const;
};

struct RuntimeOutcome {
  std::shared_ptr<const Runtime> runtime;  // null when there are faults
  std::vector<ConfigFault> faults;         // certificates and keys that are no good
};

/// Takes over the states that `previous` (may be null) has for the same places, the health of
/// providers whose base URL is still the same, and tokens of the same source.
RuntimeOutcome build_runtime(std::shared_ptr<const Catalog> catalog, const Runtime* previous);

}  // namespace arouter::daemon
