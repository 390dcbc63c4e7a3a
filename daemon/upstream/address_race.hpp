// Which address of a host is tried when, as decisions: no socket, no clock.
//
// Source: RFC 8305 ("happy eyeballs"), sections 4, 5 and 8 (checked 2026-11-30). Addresses of both
// families are resolved in one go here, so its resolution delay (3) does not arise.
#pragma once

#include <cstddef>
#include <optional>

#include "shared/health/steady_time.hpp"

namespace arouter::daemon {

/// Told what happened and when, says what to do next. Addresses are known by their position, and
/// are tried in that order.
class AddressRace {
 public:
  struct Move {
    std::optional<std::size_t> start{};   // try this address now
    std::optional<SteadyTime> wake_at{};  // say then that it is time, unless told of more before
    bool lost = false;                    // every address has failed
  };

  explicit AddressRace(std::size_t addresses) : addresses_(addresses) {}

  /// Once, before anything else.
  Move begin(SteadyTime now) { return start_next(now); }
  /// The time that the last move named has come; earlier calls are forgiven.
  Move take_time(SteadyTime now);
  /// One of the running tries has failed.
  Move take_failure(SteadyTime now);

 private:
  Move start_next(SteadyTime now);

  std::size_t addresses_;
  std::size_t next_ = 0;
  std::size_t running_ = 0;
  SteadyTime due_{};  // of the next start
};

}  // namespace arouter::daemon
