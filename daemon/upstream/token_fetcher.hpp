// A loop's way to the tokens of providers.
//
// Threads: its loop's.
#pragma once

#include <functional>
#include <memory>
#include <unordered_set>

#include "daemon/upstream/fetch.hpp"
#include "daemon/upstream/token_source.hpp"

namespace arouter::daemon {

class TokenFetcher {
 public:
  explicit TokenFetcher(const FetchMeans& means) : means_(means) {}

  /// A token of `source`, fetched when there is none. Waits as long as `timeouts` leave to connect
  /// and for TLS together. `cancel` is set while it waits; whoever calls it ends the wait.
  /// Errors: upstream_auth, nothing was sent to the provider; upstream_truncated with the code
  /// kCancelledCode after a call of `cancel`.
  Awaitable<Result<Token>> token(std::shared_ptr<TokenSource> source, Timeouts timeouts,
                                 std::function<void()>& cancel);
  /// Breaks off every fetch; to those who wait for one on other loops it is as if nobody had tried.
  void stop();

 private:
  struct Asked {
    Result<FetchedToken> token;
    std::chrono::seconds retry_after{0};
    int status = 0;  // 0: there was no answer
    bool cancelled = false;
  };
  void begin(std::shared_ptr<TokenSource> source, const Timeouts& timeouts);
  Awaitable<void> fetch(std::shared_ptr<TokenSource> source, TimePoint deadline);
  Awaitable<Asked> ask_endpoint(const TokenSource& source, ClientAuth auth, TimePoint deadline);

  FetchMeans means_;
  std::unordered_set<Fetch*> running_;
};

}  // namespace arouter::daemon
