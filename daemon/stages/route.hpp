// Model name → plan: the endpoints to try, in order.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills exchange.model and exchange.plan, which is not empty afterwards, but for a count of tokens
/// that no provider of the model makes: that one is estimated.
/// Errors: model_not_found, with the nearest names.
Result<void> route(Exchange& exchange);

}  // namespace arouter::daemon
