// Exchange → ledger row and log line. Runs exactly once for every exchange, whatever came before.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Books the row of an admitted exchange and logs a failure. A second call does nothing.
void settle(Exchange& exchange, Services& services, const Result<void>& outcome);

}  // namespace arouter::daemon
