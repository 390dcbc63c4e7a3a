// The provider proxy: "/{provider}/{path}", any method, in the provider's own words both ways.
//
// Nothing is translated and nobody else is tried. The credential is swapped, and calls that we know
// (chat, completions, embeddings, Messages, generateContent, Responses) are accounted for as if
// they had been routed, their streams included.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "daemon/stages/upstream_head.hpp"
#include "daemon/upstream/answer.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills what accounting needs: the call that the path means, when it is one we know, and its
/// model. exchange.proxied is set. Errors: bad_request (code "bad_path").
Result<void> route_proxied(Exchange& exchange);

/// The request as it goes to the provider: the client's method, path, query and body; of its
/// fields those that describe the body or the wish, none that carry a credential or a place.
UpstreamRequest proxied_request(Exchange& exchange);

/// Passes the answer on, whatever its status. Errors as of relay(); upstream_refused for a
/// redirect, which is neither followed nor shown, since it would lead the client past the proxy.
Awaitable<Result<void>> relay_proxied(Exchange& exchange, UpstreamAnswer& answer);

}  // namespace arouter::daemon
