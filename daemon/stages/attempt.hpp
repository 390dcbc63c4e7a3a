// Upstream request → the head of an answer, its body still open.
#pragma once

#include <memory>

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "daemon/stages/upstream_head.hpp"
#include "daemon/upstream/answer.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// One try of one endpoint. A pooled connection that turns out dead is replaced once, by a new one.
/// While it runs, exchange.cancel_upstream ends it.
/// Errors (retryable ones say so, and each whom it counts against): upstream_unreachable,
/// upstream_timeout, upstream_truncated, upstream_malformed, overloaded where the provider has as
/// many requests as allowed, and those of provider_error(). To a proxied call refusals are answers
/// like others.
Awaitable<Result<std::unique_ptr<UpstreamAnswer>>> attempt(Exchange& exchange,
                                                           const UpstreamRequest& request,
                                                           Services& services);

}  // namespace arouter::daemon
