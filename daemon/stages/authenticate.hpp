// Credentials → key: who calls.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills exchange.key_hash. Every credential header is taken on every route: Authorization with
/// Bearer, X-Api-Key, api-key and x-goog-api-key, and on Gemini's routes `key` in the query; two
/// that differ are refused.
/// Errors: unauthorized (code "missing_api_key" or "invalid_api_key"), bad_request (code
/// "ambiguous_credentials").
Result<void> authenticate(Exchange& exchange, const Services& services);

/// Fills exchange.caller_keys, for routes that call a provider. Errors: bad_request (code
/// "invalid_provider_key").
Result<void> read_caller_keys(Exchange& exchange);

}  // namespace arouter::daemon
