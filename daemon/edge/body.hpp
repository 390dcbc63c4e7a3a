// The request's body: whole, under its caps and deadlines, before anything is decided by it.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Reads the body into exchange.body. It must be uncompressed JSON of at most
/// [server] max_body_bytes.
/// Errors: unsupported_media_type, body_too_large, request_timeout, bad_request, overloaded (all
/// bodies together are capped). After an error the connection is not reused.
Awaitable<Result<void>> read_body(Exchange& exchange, Services& services);

/// Frees the body and gives its bytes back to the common allowance.
void drop_body(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
