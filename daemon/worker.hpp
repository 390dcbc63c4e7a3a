// One event loop and all it owns: its listeners, its connections, its pool of provider connections.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <unordered_set>
#include <vector>

#include "daemon/edge/connection.hpp"
#include "daemon/edge/listener.hpp"
#include "daemon/health_checks.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

class Worker {
 public:
  Worker(Shared& shared, std::shared_ptr<const Runtime> runtime);
  ~Worker();  // stop() or drain() came before
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Before start(). Errors: internal, with a message for the terminal.
  Result<void> listen(const Endpoints& endpoints);
  /// Has this loop check the health of providers; one loop does. Before start().
  void check_providers();
  /// Runs the loop on a thread of its own; `ended` is called on it when the loop has run dry.
  void start(std::function<void()> ended);

  // From any thread.
  void set_runtime(std::shared_ptr<const Runtime> runtime);
  /// Accepts no more, closes what is idle; the loop ends when the last connection has.
  void drain();
  /// Breaks off what still runs.
  void abort();
  /// Stops the loop wherever it is; what still runs is lost to its clients, not to the ledger.
  void stop() { loop_.stop(); }
  void join();

 private:
  void accept(Socket socket, std::uint16_t port);
  Awaitable<void> run_connection(std::unique_ptr<Connection> connection);
  void end_when_empty();

  Loop loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  Services services_;
  std::optional<HealthChecks> checks_;
  Deadlines::Entry trim_;  // gives memory back once a wave of connections is over
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_set<Connection*> connections_;
  std::thread thread_;
};

}  // namespace arouter::daemon
