// Exchange and endpoint → the request for the provider.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "daemon/stages/upstream_head.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// For exchange.endpoint, in upstream_format, with the key of exchange.turn.
/// The head is built anew: framing, Host and credential are ours, and of the client's fields only
/// those on a short list travel. The body passes when client and provider speak one format, but
/// for the model's name; else it goes through the neutral chat, and what that cannot carry is
/// noted in exchange.losses.
/// Errors: bad_request; one with code "unsupported_parameters" when something would be lost and
/// the request forbids it: another endpoint may carry it all.
Result<UpstreamRequest> translate(Exchange& exchange);

}  // namespace arouter::daemon
