// The life of a request.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

/// Serves one request whose head was read: the client has its whole answer, or as much of it as it
/// took, when this returns. Never throws.
Awaitable<void> serve(Exchange& exchange, Services& services);

/// The answer to a request whose head could not be read; the connection closes after it.
std::string encode_head_error(const Error& error, std::string_view request_id);

}  // namespace arouter::daemon
