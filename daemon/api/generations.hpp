// Single requests out of the ledger: GET /api/v1/generation?id=, and GET /api/v1/activity, the
// youngest first.
//
// Source: ARouter's API, "get generation" (a flat object) and "user tracking" for `user` and
// `limit`; the names of further members are OpenRouter's.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors: bad_request with `param`, not_found (code "generation_not_found"; also for another key's
/// request), ledger_unavailable.
Awaitable<Result<void>> answer_generation(Exchange& exchange, Services& services);

/// Errors: bad_request with `param`, ledger_unavailable.
Awaitable<Result<void>> answer_activity(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
