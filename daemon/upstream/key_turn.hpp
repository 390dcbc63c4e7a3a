// A provider's credential as it is lent, given back, and shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/errors/blame.hpp"
#include "shared/health/breaker.hpp"

namespace arouter::daemon {

/// What keeps a credential from being used.
enum class KeyHindrance : std::uint8_t {
  none,
  busy,     // as many requests as its limits allow
  cooling,  // told to wait
  open,     // its circuit breaker
  revoked,  // the provider refused it; until the next reload
  foreign,  // it does not serve the model
};

/// A credential lent for one attempt, or why none is. To be given back exactly once.
struct KeyTurn {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t key = kNone;  // of Provider::keys; 0 where the provider has none
  Permit permit{};
  // Of what stands in the way least: when nothing was lent.
  KeyHindrance hindrance = KeyHindrance::none;
  SteadyTime ready_at{};  // of busy, cooling and open
  bool granted() const { return key != kNone; }
};

/// How an attempt went for its key.
struct KeyReport {
  Verdict verdict = Verdict::neutral;
  Blame blame = Blame::nobody;
  std::chrono::seconds retry_after{0};
};

/// One credential as it fares.
struct KeyStatus {
  std::string_view name;  // "" where the provider has no keys
  KeyHindrance hindrance = KeyHindrance::none;
  BreakerState breaker = BreakerState::closed;
  std::chrono::milliseconds ready_in{0};  // 0: now, or nobody knows
  std::uint32_t running = 0;
  std::optional<SteadyTime> changed_at{};  // when its state last changed; nothing: never
};

}  // namespace arouter::daemon
