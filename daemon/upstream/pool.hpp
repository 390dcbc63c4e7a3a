// Idle connections to providers, kept per loop for the next request.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "daemon/upstream/connection.hpp"
#include "shared/http/chunked.hpp"

namespace arouter::daemon {

/// Threads: its loop's.
class UpstreamPool {
 public:
  UpstreamPool(Loop& loop, Deadlines& deadlines);

  /// An idle connection to that provider that is still quiet, the latest used first; else null.
  std::unique_ptr<UpstreamConnection> take(const ProviderState& state);
  /// Keeps a connection whose answer was read to its end. At most 64 per provider.
  void keep(std::unique_ptr<UpstreamConnection> connection);
  /// Reads the rest of a chunked body that matters to nobody any more (its last chunk, after the
  /// stream's own end mark), for at most two seconds and 64 KiB, then keeps the connection.
  void finish(std::unique_ptr<UpstreamConnection> connection, ChunkedDecoder decoder);
  /// Closes what is idle and breaks off what is being finished.
  void close_all();

 private:
  struct Idle {
    std::unique_ptr<UpstreamConnection> connection;
    TimePoint since;
  };
  Awaitable<void> read_out(std::unique_ptr<UpstreamConnection> connection, ChunkedDecoder decoder);
  void forget(UpstreamConnection& connection);
  void drop_old();

  Loop& loop_;
  Deadlines::Entry sweep_;
  std::unordered_map<std::uint64_t, std::deque<Idle>> idle_;  // by ProviderState::id
  std::unordered_set<UpstreamConnection*> finishing_;
  bool closed_ = false;
};

}  // namespace arouter::daemon
