#include "daemon/ledger/day_totals.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

Result<void> read_rows(Statement& select, std::vector<DaySum>& sums) {
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return {};
    sums.push_back({std::string(select.text(0)), std::string(select.text(1)),
                    static_cast<std::int32_t>(select.integer(2)), Money{select.integer(3)}});
  }
}

constexpr std::string_view kSelect = "SELECT key_hash, user, day, cost_pico_usd FROM days";
constexpr std::string_view kOrder = " ORDER BY key_hash, day, user";

}  // namespace

void DayTotals::add(const LedgerRow& row) {
  if (row.cost.is_byok || row.cost.total == Money{}) return;
  Money& total =
      totals_[{std::string(row.key_hash), row.started_us / kDayUs, std::string(row.user)}];
  total = arouter::add(total, row.cost.total);
}

Result<void> DayTotals::write(Statement& add_to_day) const {
  for (const auto& [group, total] : totals_) {
    const auto& [key_hash, day, user] = group;
    add_to_day.bind(1, key_hash);
    add_to_day.bind(2, day);
    add_to_day.bind(3, user);
    add_to_day.bind(4, total.pico_usd);
    if (Result<bool> added = add_to_day.step(); !added) return added.error();
    add_to_day.reset();
  }
  return {};
}

Result<std::vector<DaySum>> read_day_sums(const std::filesystem::path& path,
                                          const DayQuery& query) {
  Result<Database> database = Database::open(path);
  if (!database) return database.error();
  std::vector<DaySum> sums;
  const bool is_of_all = query.keys.empty();
  Result<Statement> select = database->prepare(
      std::string(kSelect) + (is_of_all ? "" : " WHERE key_hash = ?1") + std::string(kOrder));
  if (!select) return select.error();
  if (is_of_all) {
    if (Result<void> read = read_rows(*select, sums); !read) return read.error();
    return sums;
  }
  for (const std::string& key : query.keys) {
    select->bind(1, key);
    if (Result<void> read = read_rows(*select, sums); !read) return read.error();
    select->reset();
  }
  return sums;
}

}  // namespace arouter
