// When a token is used, renewed, fetched and given up: a pure state machine, told the time.
//
// Renewed after four fifths of its life, in the background; used for nine tenths of it, since
// clocks differ and requests take time. A failed fetch is not repeated at once: the pauses double
// from one second to a minute, or are as long as the endpoint asks for, up to five minutes.
// A token that the provider refuses is dropped, at most once a minute: when the next one is refused
// too, the tokens are not what is wrong.
//
// Threads: none; the owner guards it.
#pragma once

#include <chrono>
#include <cstdint>

#include "shared/health/steady_time.hpp"

namespace arouter {

enum class TokenStep : std::uint8_t {
  use,     // the token that is there
  renew,   // the same, and fetching the next one is the caller's task
  fetch,   // there is none: fetching it is the caller's task
  wait,    // there is none, and it is being fetched
  refuse,  // there is none, and the last fetch failed: not before retry_at()
};

class TokenCycle {
 public:
  static constexpr std::chrono::seconds kShortestPause{1};
  static constexpr std::chrono::seconds kLongestPause{60};
  static constexpr std::chrono::seconds kLongestAsked{300};
  static constexpr std::chrono::seconds kRefusalPause{60};
  static constexpr std::chrono::seconds kFetchLimit{120};  // a fetch not heard of is given up

  /// What is to be done now. After `renew` and `fetch` nobody else is told to until the caller has
  /// reported how it went.
  TokenStep ask(SteadyTime now);

  void fetched(std::chrono::seconds lifetime, SteadyTime now);
  /// `retry_after` 0: the endpoint did not say.
  void failed(std::chrono::seconds retry_after, SteadyTime now);
  /// The fetch was broken off: nothing was learned of the endpoint.
  void abandoned() { fetching_ = false; }

  /// The provider refused the token. True when it is dropped by that.
  bool refused(SteadyTime now);
  /// For a reload of the configuration: a failure has no consequences any more.
  void forgive();

  SteadyTime retry_at() const { return retry_at_; }

 private:
  bool has_token_ = false;
  bool fetching_ = false;
  std::uint8_t failures_ = 0;  // in a row
  SteadyTime renew_at_{}, used_until_{};
  SteadyTime began_{};  // of the fetch under way
  SteadyTime retry_at_{};
  SteadyTime may_drop_at_{};
};

}  // namespace arouter
