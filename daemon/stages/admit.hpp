// Plan → reservation: from here on the exchange ends in exactly one ledger row.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors: ledger_unavailable when the ledger has no room for another row.
Result<void> admit(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
