// What a loop offers to the stages of its exchanges.
#pragma once

#include <atomic>
#include <memory>
#include <random>
#include <utility>

#include "daemon/counters.hpp"
#include "daemon/deadlines.hpp"
#include "daemon/keys/built_in_keys.hpp"
#include "daemon/keys/key_cache.hpp"
#include "daemon/keys/key_store.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/limits/limiter.hpp"
#include "daemon/loop.hpp"
#include "daemon/upstream/pool.hpp"
#include "daemon/upstream/provider_state.hpp"
#include "daemon/upstream/resolver.hpp"
#include "daemon/upstream/token_fetcher.hpp"

namespace arouter::daemon {

/// Shared by all loops: what any thread may use, constants, and atomics.
struct Shared {
  Shared(Ledger& book, KeyStore& store, const BuiltInKeys& held);
  Ledger& ledger;
  KeyStore& keys;
  const BuiltInKeys built_in;
  Limiter limiter;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> body_bytes{0};  // request bodies held now
  EndpointCounters unrouted{};             // calls that were refused before anybody was asked
  const TimePoint started = Clock::now();
  std::atomic<std::size_t> drains{0};  // answers that are read on for nobody
  Lookups lookups{};
};

/// One per loop. Threads: its loop's.
struct Services {
  Loop& loop;
  Shared& shared;
  KeyCache keys{shared.keys, new_sip_key()};
  Deadlines deadlines{loop};
  Resolver resolver{loop, deadlines, shared.lookups};
  UpstreamPool pool{loop, deadlines};
  TokenFetcher tokens{fetch_means()};
  std::shared_ptr<const Runtime> runtime;
  bool draining = false;
  std::mt19937_64 random{std::random_device{}()};  // draws endpoints and keys; guards no secret

  FetchMeans fetch_means() { return {loop, deadlines, resolver, pool}; }
  const Config& config() const { return runtime->catalog->config; }
};

}  // namespace arouter::daemon
