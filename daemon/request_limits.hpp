// The limits that a request is subject to: whether key, user, model and everybody together still
// have room for it, and what it may use of them.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Holds what the request may use in exchange.caller; settle_limits() gives back what it did not.
/// Errors: rate_limited with the exact wait, payment_required, bad_request for what no wait helps.
/// A refusal uses nothing up.
Result<void> hold_limits(Exchange& exchange, Services& services);

/// Once, with what the request has used; tells the operator of budgets that run low.
void settle_limits(Exchange& exchange);

/// The greatest answer, in tokens, that the endpoint may give for a hard budget to hold; 0: as the
/// request says itself, or any.
std::int64_t output_cap(const Exchange& exchange, const Endpoint& endpoint);

}  // namespace arouter::daemon
