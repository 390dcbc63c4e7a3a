// Model name → plan: the endpoints to try, in order.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills exchange.model and exchange.plan, which is never empty afterwards.
/// Errors: model_not_found, with the nearest names.
Result<void> route(Exchange& exchange);

}  // namespace arouter::daemon
