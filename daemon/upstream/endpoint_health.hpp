// What was measured of one endpoint, for routing and for people.
//
// Threads: any. One lock per endpoint, held for less than a microsecond.
#pragma once

#include <atomic>
#include <mutex>

#include "daemon/counters.hpp"
#include "shared/health/health_window.hpp"
#include "shared/routing/plan.hpp"

namespace arouter::daemon {

/// How an endpoint fares by what a window holds; its speed too where `with_speed`. `open` is not
/// known here.
routing::Condition condition_of(const HealthWindow& window, bool with_speed, SteadyTime now);

class EndpointHealth {
 public:
  void count(HealthEvent event, SteadyTime now);
  /// Of an answer that went well. Nothing is noted of what is not known: a negative `first_token`,
  /// no `tokens`.
  void measure(std::chrono::milliseconds first_token, std::int64_t tokens,
               std::chrono::milliseconds took, SteadyTime now);
  routing::Condition condition(bool with_speed, SteadyTime now) const;
  /// A copy of all that was measured.
  HealthWindow window() const;

  /// Whether nobody has been told yet that it is served only for so long.
  bool is_new_expiry() { return !expiry_told_.exchange(true, std::memory_order_relaxed); }

  EndpointCounters counters;  // for GET /metrics

 private:
  std::atomic<bool> expiry_told_{false};
  mutable std::mutex mutex_;  // guards what follows
  HealthWindow window_;
};

}  // namespace arouter::daemon
