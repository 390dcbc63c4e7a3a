// Asks providers, now and then, whether they are there: those whose configuration says so.
//
// A check is a GET without a credential. What comes of it goes to the provider's circuit breakers;
// an answer that is neither 2xx nor 5xx says nothing.
//
// Threads: one loop's. One check of a provider at a time.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "daemon/upstream/fetch.hpp"

namespace arouter::daemon {

class HealthChecks {
 public:
  explicit HealthChecks(const FetchMeans& means) : means_(means) {}
  ~HealthChecks() { stop(); }
  HealthChecks(const HealthChecks&) = delete;
  HealthChecks& operator=(const HealthChecks&) = delete;

  /// Checks the providers of `runtime` instead of those before; each for the first time within a
  /// second.
  void begin(const std::shared_ptr<const Runtime>& runtime);
  /// Breaks off what is under way.
  void stop();

 private:
  /// One provider's.
  struct Watch {
    Watch(std::shared_ptr<const Runtime> its_runtime, const Provider& its_provider)
        : runtime(std::move(its_runtime)), provider(its_provider) {}
    const std::shared_ptr<const Runtime> runtime;
    const Provider& provider;
    std::optional<Deadlines::Entry> timer;
    Fetch* running = nullptr;
    bool stopped = false;
  };
  void start(const std::shared_ptr<Watch>& watch);
  Awaitable<void> check(std::shared_ptr<Watch> watch);
  std::chrono::milliseconds spread(std::chrono::milliseconds interval);

  FetchMeans means_;
  std::vector<std::shared_ptr<Watch>> watches_;
  std::mt19937 random_{std::random_device{}()};  // spreads checks; guards no secret
};

}  // namespace arouter::daemon
