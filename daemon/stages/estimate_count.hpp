// A count of tokens for a model whose provider makes none: an estimate, and marked as one.
#pragma once

#include "daemon/exchange.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Answers a count_tokens call from the texts of the request, four bytes a token; the answer's
/// field X-ARouter-Usage says "estimated". Errors: bad_request.
Result<void> estimate_count(Exchange& exchange);

}  // namespace arouter::daemon
