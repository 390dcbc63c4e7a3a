// How many retries the failures of one upstream are worth: a share of what it was asked, so that an
// outage is not multiplied by those who retry.
//
// So many may be under way at once for nothing: 20 % of the upstream's requests under way, or 3
// where that is more. Beyond them each costs a token. Each request earns a tenth of one, ten are
// kept at most, and it starts full: room for the failures that come before a breaker opens.
//
// The free ones come first because tokens alone starve whoever asks little: an upstream that fails
// every other time uses up five for each that it earns, and requests would fail beside a healthy
// upstream that could have served them.
//
// Count a request, and the retries that its failure asks for, with the upstream that failed: one
// that only others fall back to has no requests of its own, and would allow none.
//
// Source: SRE book, "Handling overload" (10 %); Envoy's retry budget (20 %, 3); gRPC A6 (0.1).
// Units: tenths of tokens, whole requests. Threads: none; the owner guards it.
#pragma once

#include <cstdint>

namespace arouter {

struct RetryRules {
  std::uint32_t earned_tenths = 1;  // by each request
  std::uint32_t cap_tenths = 100;
  std::uint32_t percent_of_active = 20;
  std::uint32_t min_at_once = 3;
};

class RetryBudget {
 public:
  explicit RetryBudget(const RetryRules& rules = {}) : rules_(rules), tenths_(rules.cap_tenths) {}

  void request_began();
  void request_ended();  // with its retries

  /// Takes a place for one retry, with a token where that is needed; false when there is none. Then
  /// retry_ended() is not called.
  bool retry_began();
  void retry_ended();

  std::uint32_t tenths() const { return tenths_; }
  std::uint32_t active() const { return active_; }      // requests under way
  std::uint32_t retrying() const { return retrying_; }  // retries under way

 private:
  RetryRules rules_;
  std::uint32_t tenths_;
  std::uint32_t active_ = 0;
  std::uint32_t retrying_ = 0;
};

}  // namespace arouter
