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

/// GET /api/usage/summary: of the requests that usage_query.hpp reads, by=endpoint, the default,
/// provider, model, key, user or day; with what_if= a model, what they would cost there.
/// Source: ARouter's API, "analytics"; `data`, `total`, `by` and `what_if` are our own.
/// Errors: bad_request with `param`, model_not_found, ledger_unavailable.
Awaitable<Result<void>> answer_usage_summary(Exchange& exchange, Services& services);
/// GET /api/usage/timeseries: granularity=daily, the default, hourly or monthly, in UTC. Times
/// without requests have no point. Errors: as above.
Awaitable<Result<void>> answer_usage_timeseries(Exchange& exchange, Services& services);

/// GET /metrics, in Prometheus's text format.
void answer_metrics(Exchange& exchange, const Services& services);

}  // namespace arouter::daemon
