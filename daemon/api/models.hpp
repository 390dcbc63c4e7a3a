// GET /v1/models and /v1/models/{id}, in the caller's dialect, and the offers of one model.
#pragma once

#include "daemon/exchange.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors: bad_request (a page that cannot be).
Result<void> answer_models(Exchange& exchange);

/// The id in the path may be raw or percent-encoded. Errors: model_not_found, bad_request.
Result<void> answer_model(Exchange& exchange);

/// GET /api/v1/models/{id}/endpoints. Errors: as for answer_model.
Result<void> answer_model_endpoints(Exchange& exchange);

}  // namespace arouter::daemon
