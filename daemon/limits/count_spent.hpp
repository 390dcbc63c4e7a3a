// What budgets begin with: what the ledger knows to have been spent in their periods.
#pragma once

#include <cstdint>

#include "daemon/keys/built_in_keys.hpp"
#include "daemon/keys/key_store.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/limits/limiter.hpp"
#include "shared/config.hpp"

namespace arouter::daemon {

struct BudgetKeepers {
  Ledger& ledger;
  KeyStore& keys;
  const BuiltInKeys& built_in;
  Limiter& limiter;
};

/// Tells the limiter of every budget that `now` has and `before`, null at the start, had not kept
/// for the same period; what is kept already knows better. Blocks: at the start, and for a reload.
/// Errors: ledger_unavailable, overloaded (code "auth_unavailable").
Result<void> count_spent(const BudgetKeepers& keepers, const LimitsConfig* before,
                         const LimitsConfig& now, std::int64_t unix_s);

}  // namespace arouter::daemon
