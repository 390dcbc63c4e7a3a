// Endpoints that are not a model call.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Answers into exchange.tail. Errors: model_not_found, bad_request, internal.
Awaitable<Result<void>> answer_api(Exchange& exchange, Services& services);

/// Puts an answer into exchange.tail.
void answer_with(Exchange& exchange, std::string_view body, std::string_view content_type,
                 std::uint16_t status = 200);
inline void answer_json(Exchange& exchange, std::string_view body, std::uint16_t status = 200) {
  answer_with(exchange, body, "application/json", status);
}

/// GET /api/usage/summary?since=UNIX_SECONDS&by=endpoint, the default, provider, model, key, user
/// or day. Errors: bad_request with `param`, ledger_unavailable.
Awaitable<Result<void>> answer_usage_summary(Exchange& exchange, Services& services);

/// GET /metrics, in Prometheus's text format.
void answer_metrics(Exchange& exchange, const Services& services);

}  // namespace arouter::daemon
