// One small call that is no client's: for a token, or to see whether a provider is there.
//
// On a connection of its own, so that it finds out whether one can be made. A redirect is an answer
// like any other: it is not followed.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/upstream/pool.hpp"

namespace arouter::daemon {

struct FetchRequest {
  std::string_view method;
  std::string_view target;    // path with query
  std::string_view fields{};  // of the head, each with its CRLF
  std::string_view body{};
};

struct FetchAnswer {
  int status = 0;  // 200..599
  std::string body;
  std::chrono::seconds retry_after{0};  // that it asks for; 0: it does not
};

/// What a loop has for its calls. Threads: its loop's.
struct FetchMeans {
  Loop& loop;
  Deadlines& deadlines;
  Resolver& resolver;
  UpstreamPool& pool;
};

/// Threads: its loop's. Outlives its run().
class Fetch {
 public:
  static constexpr std::size_t kMostBody = 64 * 1024;

  explicit Fetch(const FetchMeans& means) : means_(means) {}

  /// Once. The host is held to the same rules as a provider's.
  /// Errors: upstream_unreachable, upstream_timeout, upstream_truncated (also after cancel()),
  /// upstream_malformed (also for a body over kMostBody).
  Awaitable<Result<FetchAnswer>> run(const Provider& provider, const ProviderState& state,
                                     FetchRequest request, TimePoint deadline);
  /// Ends run() soon, though never inside this call.
  void cancel();
  bool cancelled() const { return cancelled_; }

 private:
  Awaitable<Result<FetchAnswer>> ask(std::unique_ptr<UpstreamConnection> connection,
                                     const Provider& provider, FetchRequest request,
                                     TimePoint deadline);

  FetchMeans means_;
  UpstreamConnection* wire_ = nullptr;  // while there is one
  bool cancelled_ = false;
};

}  // namespace arouter::daemon
