// Where a provider's tokens come from, and the one that is used now.
//
// Whatever the number of requests and loops that want a token, one fetch is under way: of those who
// ask, one is told to fetch, the others are woken when it is done.
//
// Threads: any. One lock per source, held for less than a microsecond.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/loop.hpp"
#include "daemon/upstream/provider_state.hpp"
#include "shared/tokens/token_answer.hpp"
#include "shared/tokens/token_cycle.hpp"
#include "shared/tokens/token_request.hpp"

namespace arouter::daemon {

using Token = std::shared_ptr<const Secret>;

/// Someone who waits for a token, on a loop of its own. Only that loop touches it.
struct TokenWaiter {
  explicit TokenWaiter(Loop& its_loop) : loop(its_loop) {}
  Loop& loop;
  Signal woken;
};

/// What is to be done; exactly one of the first three is set.
struct TokenTurn {
  Token token;
  std::shared_ptr<TokenWaiter> waiter;  // to be waited on; then ask again
  std::optional<Error> failure;
  bool fetches = false;  // whoever asked starts a fetch, and ends it with end_fetch()
};

class TokenSource {
 public:
  /// For a provider with `oauth2` or `service_account`. `state` is of the token endpoint.
  TokenSource(const Provider& provider, std::shared_ptr<ProviderState> state);

  /// A provider in name only: the token endpoint, as it is reached.
  static Provider endpoint_of(const Provider& provider);
  /// Whether `provider` would get the same tokens from here.
  bool serves(const Provider& provider) const;
  /// What went wrong before counts no more.
  void forgive();

  TokenTurn ask(Loop& loop, SteadyTime now);
  /// How the fetch went; what is worth telling of it, in words for the log, or "". `result` without
  /// a value is a failure, of which `retry_after` is what the endpoint asks for.
  std::string end_fetch(Result<FetchedToken> result, std::chrono::seconds retry_after,
                        SteadyTime now);
  /// The fetch was broken off: another one may try.
  void abandon_fetch();
  /// The provider refused `token`. Whether another one is to be had.
  bool refused(const Token& token, SteadyTime now);

  // What a fetch needs. Immutable, but for the way that the client proves itself.
  const Provider& endpoint() const { return endpoint_; }
  const ProviderState& state() const { return *state_; }
  const std::optional<OAuth2Client>& client() const { return client_; }
  const std::optional<ServiceAccount>& account() const { return account_; }
  ClientAuth auth() const { return auth_.load(std::memory_order_relaxed); }
  void set_auth(ClientAuth auth) { auth_.store(auth, std::memory_order_relaxed); }

 private:
  void wake(std::unique_lock<std::mutex> lock);

  const Provider endpoint_;
  const std::shared_ptr<ProviderState> state_;
  const std::optional<OAuth2Client> client_;
  const std::optional<ServiceAccount> account_;
  std::atomic<ClientAuth> auth_{ClientAuth::header};
  std::mutex mutex_;  // guards what follows
  TokenCycle cycle_;
  Token token_;
  Error failure_;
  bool failing_ = false;
  std::vector<std::shared_ptr<TokenWaiter>> waiters_;
};

}  // namespace arouter::daemon
