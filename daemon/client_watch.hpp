// What becomes of a running call when its client leaves: it is cancelled, or read on for its usage
// where the provider bills it to the end anyway.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "daemon/upstream/answer.hpp"

namespace arouter::daemon {

/// From here on a client that leaves ends the call, or begins exchange.drain.
void watch_client(Exchange& exchange, Services& services);
/// Ends the watch; what we broke off ourselves is no fault of the provider's, and what was read to
/// its end for nobody has reached nobody.
Result<void> end_attempts(Exchange& exchange, Result<void> outcome);

/// An answer while it is relayed: it can be broken off, and cut short by a drain.
class OpenAnswer {
 public:
  OpenAnswer(Exchange& exchange, UpstreamAnswer& answer);
  ~OpenAnswer();
  OpenAnswer(const OpenAnswer&) = delete;
  OpenAnswer& operator=(const OpenAnswer&) = delete;

 private:
  Exchange& exchange_;
};

}  // namespace arouter::daemon
