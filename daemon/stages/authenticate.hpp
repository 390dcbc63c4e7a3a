// Credentials → key: who calls.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills exchange.caller.key, and sees whether it may use the route. Every credential header is
/// taken on every route: Authorization with Bearer, X-Api-Key, api-key and x-goog-api-key, and on
/// Gemini's routes `key` in the query; two that differ are refused.
/// Errors: unauthorized (code "missing_api_key", "invalid_api_key", "key_disabled" or
/// "key_expired"), forbidden (code "management_key_required", "model_key_required" or
/// "local_key_required"), bad_request (code "ambiguous_credentials"), overloaded
/// ("auth_unavailable").
Result<void> authenticate(Exchange& exchange, Services& services);

/// Fills exchange.caller_keys, for routes that call a provider. Errors: bad_request (code
/// "invalid_provider_key").
Result<void> read_caller_keys(Exchange& exchange);

}  // namespace arouter::daemon
