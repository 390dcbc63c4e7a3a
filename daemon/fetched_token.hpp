// The token of an attempt whose provider gives out tokens.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

/// Whether the attempt needs a token before its request can be written.
bool needs_token(const Exchange& exchange);

/// Fills exchange.token. Errors: upstream_auth; nothing was sent to the provider.
Awaitable<Result<void>> fetch_token(Exchange& exchange, Services& services);

/// After an attempt. Whether it was refused for its token, and is to be made once more with another
/// one: the exchange is then as before it. Asked once for an attempt.
bool drop_refused_token(Exchange& exchange);

}  // namespace arouter::daemon
