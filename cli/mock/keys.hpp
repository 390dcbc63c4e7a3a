// Where each provider looks for a client's key, and what it says without the right one.
#pragma once

#include <span>

#include "cli/mock/routes.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter::mock {

/// Errors: what the dialect's provider answers when the key is missing or not among `keys`, none of
/// which it ever says.
Result<void> check_key(const RequestHead& head, Dialect dialect, std::span<const Secret> keys);

}  // namespace arouter::mock
