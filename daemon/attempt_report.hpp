// What the end of an attempt says of the key and the endpoint that it was made with.
#pragma once

#include "daemon/exchange.hpp"

namespace arouter::daemon {

/// Reports it to the health of the provider and of the endpoint, counts it, and logs what changed.
/// Called once for each attempt; gives back exchange.turn, where one is lent.
void report_attempt(Exchange& exchange, const Result<void>& outcome);

}  // namespace arouter::daemon
