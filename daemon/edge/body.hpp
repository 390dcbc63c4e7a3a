// The request's body: whole, under its caps and deadlines, before anything is decided by it.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// What a body may be: JSON for calls that we read; anything, or nothing, for a provider's own.
enum class BodyRule : std::uint8_t { json, any };

/// Reads the body into exchange.body: uncompressed, of at most [server] max_body_bytes.
/// Errors: unsupported_media_type, body_too_large, request_timeout, bad_request, overloaded (all
/// bodies together are capped). After an error the connection is not reused.
Awaitable<Result<void>> read_body(Exchange& exchange, Services& services,
                                  BodyRule rule = BodyRule::json);

/// Frees the body and gives its bytes back to the common allowance.
void drop_body(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
