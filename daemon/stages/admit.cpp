#include "daemon/stages/admit.hpp"

#include "daemon/request_limits.hpp"

namespace arouter::daemon {

Result<void> admit(Exchange& exchange, Services& services) {
  if (Result<void> held = hold_limits(exchange, services); !held) return held;
  if (services.shared.ledger.reserve()) {
    exchange.admitted = true;
    return {};
  }
  Error error = client_error(ErrorKind::ledger_unavailable,
                             "usage cannot be recorded now, so nothing new is served");
  error.source = ErrorSource::internal;
  error.detail = services.shared.ledger.trouble();
  error.retry_after_s = 5;
  return error;
}

}  // namespace arouter::daemon
