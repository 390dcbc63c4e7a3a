// The life of a request.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

/// Serves one request whose head was read: the client has its whole answer, or as much of it as it
/// took, when this returns. Never throws.
Awaitable<void> serve(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
