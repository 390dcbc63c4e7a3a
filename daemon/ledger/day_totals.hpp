// What keys and users spent by day: added up beside the rows, in the same transaction, and read
// back for budgets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/sqlite.hpp"

namespace arouter {

/// The rows of one batch.
class DayTotals {
 public:
  void add(const LedgerRow& row);
  /// `add_to_day`: add_to_day_sql(), prepared.
  Result<void> write(Statement& add_to_day) const;

 private:
  // Key, day, user.
  using Group = std::tuple<std::string, std::int64_t, std::string>;
  std::map<Group, Money> totals_;
};

/// Through a connection of its own. Errors: the message as Ledger::trouble() says it.
Result<std::vector<DaySum>> read_day_sums(const std::filesystem::path& database,
                                          const DayQuery& query);

}  // namespace arouter
