// The keys that clients are given: GET and POST /api/v1/keys; GET, PATCH and DELETE of one by its
// hash, POST …/rotate; and GET /api/v1/key, what a key may know of itself.
//
// Source: ARouter's API, "key management" and "limits"; `rotate` is our own.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors: bad_request with `param`, not_found (code "key_not_found"), method_not_allowed,
/// ledger_unavailable, overloaded (code "auth_unavailable").
Awaitable<Result<void>> answer_keys(Exchange& exchange, Services& services);

Awaitable<Result<void>> answer_own_key(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
