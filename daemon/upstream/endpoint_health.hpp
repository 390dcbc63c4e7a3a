// What was measured of one endpoint, for routing and for people.
//
// Threads: any. One lock per endpoint, held for less than a microsecond.
#pragma once

#include <mutex>

#include "shared/health/health_window.hpp"
#include "shared/routing/plan.hpp"

namespace arouter::daemon {

class EndpointHealth {
 public:
  void count(HealthEvent event, SteadyTime now);
  /// Of an answer that went well. Nothing is noted of what is not known: a negative `first_token`,
  /// no `tokens`.
  void measure(std::chrono::milliseconds first_token, std::int64_t tokens,
               std::chrono::milliseconds took, SteadyTime now);
  /// How it fares; its speed too where `with_speed`. `open` is the provider's to say.
  routing::Condition condition(bool with_speed, SteadyTime now) const;

 private:
  mutable std::mutex mutex_;  // guards what follows
  HealthWindow window_;
};

}  // namespace arouter::daemon
