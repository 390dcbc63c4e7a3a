// Model name → plan: the endpoints to try, in order, each with its reason.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Fills exchange.model, plan and seed. The plan keeps at least one candidate afterwards, but for a
/// count of tokens that no provider of the model makes: that one is estimated.
/// Errors: model_not_found, with the nearest names, or with the rule that excluded each endpoint.
Result<void> route(Exchange& exchange, Services& services);

/// A client that asks with "X-ARouter-Explain: only" gets the plan in place of an answer.
bool wants_plan_only(const Exchange& exchange);
void answer_plan(Exchange& exchange);

}  // namespace arouter::daemon
