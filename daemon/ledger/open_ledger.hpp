// Opening a ledger with other measures than the daemon's; for tests and measurements.
#pragma once

#include "daemon/ledger/ledger.hpp"

namespace arouter {

struct LedgerOptions {
  Durability durability = Durability::process;
  std::size_t journal_rows = 6552;       // 8 MiB
  std::size_t sum_slice = 2'000;         // rows summed between two looks at the journal
  std::chrono::milliseconds linger{40};  // rows gather so long: a page is written once, not often
  std::chrono::milliseconds retry{50};   // after a failure, doubled up to retry_limit
  std::chrono::milliseconds retry_limit{1'000};
};

Result<std::unique_ptr<Ledger>> open_ledger(const std::filesystem::path& state,
                                            const LedgerOptions& options);

}  // namespace arouter
