// When a provider's key may be used again: benched by a 429 until its
// Retry-After is over, or, when the provider says that it is no good (401, 402,
// 403), until it is reset.
//
// Threads: none; the owner guards it.
#pragma once

#include <algorithm>
#include <chrono>

#include "shared/health/steady_time.hpp"

namespace arouter {

class Cooling {
 public:
  static constexpr std::chrono::seconds kShortest{1};  // also when no time was said
  static constexpr std::chrono::seconds kLongest{300};

  /// Benches for `retry_after`, any value, brought within kShortest and
  /// kLongest. Never ends earlier what is under way: of several answers that
  /// crossed, the longest wait counts.
  void cool(std::chrono::seconds retry_after, SteadyTime now) {
    until_ = std::max(until_, now + std::clamp(retry_after, kShortest, kLongest));
  }

  void revoke() { revoked_ = true; }
  /// For a reload of the configuration: a revoked key has another chance. A
  /// wait goes on.
  void reset() { revoked_ = false; }

  bool ready(SteadyTime now) const { return !revoked_ && now >= until_; }
  bool revoked() const { return revoked_; }
  /// End of the wait, perhaps past; a revoked key is not ready then either.
  SteadyTime until() const { return until_; }

 private:
  SteadyTime until_{};
  bool revoked_ = false;
};

}  // namespace arouter
