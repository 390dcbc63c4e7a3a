// The loop over endpoints and their keys.
//
// A key that the provider refuses or limits gives way to the next key of the same endpoint; an
// endpoint that fails, to the next endpoint of the plan. It ends with an answer, with a failure
// that another endpoint would share, with the first byte that the client has seen, or when
// max_attempts, the deadline or the failing provider's retry budget is used up.
//
// A request that was sent whole and got no answer may have been worked on, and billed: it is tried
// elsewhere once, unless the configuration says retry_ambiguous = false.
//
// Source of the rules and their numbers: Envoy's and gRPC's retry budgets, RFC 9110 9.2.2.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

/// Tries exchange.plan, which keeps at least one candidate. Errors: of the last attempt; when
/// nobody could be asked, overloaded with the code "no_healthy_upstream", or what benches the keys.
Awaitable<Result<void>> try_plan(Exchange& exchange, Services& services);

/// Calls exchange.proxied in its own words, once. Errors: of the attempt; what benches the keys.
Awaitable<Result<void>> try_proxied(Exchange& exchange, Services& services);

}  // namespace arouter::daemon
