// Who may speak to a local daemon at all: rules on Host, Origin and Sec-Fetch-Site, before any key
// is looked at. They keep web pages out that reach the port by rebinding a name or by a plain
// cross-site request.
//
// Source: Fetch Metadata (W3C), RFC 9110 section 7.2; what rebinding attacks on local servers used.
#pragma once

#include <cstdint>

#include "shared/config.hpp"
#include "shared/error.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

/// Errors: forbidden with code "host_forbidden" or "origin_forbidden".
/// `port`: the one the request came in by.
Result<void> check_caller(const RequestHead& head, const ServerConfig& server, std::uint16_t port);

/// The Origin value when it is one of [server] allowed_origins; "" when there is none.
std::string_view allowed_origin(const RequestHead& head, const ServerConfig& server);

}  // namespace arouter::daemon
