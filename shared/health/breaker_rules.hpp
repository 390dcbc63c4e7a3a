// When a circuit breaker opens and closes.
//
// Source: parameters as in Envoy's outlier detection, tuned for few hosts and long answers.
#pragma once

#include <chrono>
#include <cstdint>

namespace arouter {

struct BreakerRules {
  using Duration = std::chrono::milliseconds;
  std::uint32_t consecutive = 5;       // failures in a row that open it; 0: not looked at
  std::uint32_t failure_percent = 50;  // or this share of the window's requests, 1..100
  std::uint32_t min_requests = 20;     // that are in the window at least; 0: share not looked at
  std::uint32_t trial_places = 3;      // requests at once on trial; one more by each success
  std::uint32_t jitter_percent = 20;   // open times vary by this much either way, 0..100
  Duration window{10'000};             // in ten steps: the last nine to ten tenths of it count
  Duration open{5'000};                // first open time; doubled by each relapse
  Duration open_cap{300'000};          // jitter included
  Duration proof{5'000};               // good conduct before it closes
  Duration forget{30'000};             // closed this long takes one doubling back
  Duration probe_limit{600'000};       // a probe not heard of for so long is given up
  Duration panic_interval{1'000};      // between two passes of ask_anyway()
};

}  // namespace arouter
