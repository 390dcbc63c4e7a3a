#include "daemon/ledger/day_totals.hpp"

#include <algorithm>
#include <limits>

namespace arouter {

namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

/// Counts are what providers report: any number may come.
void add_to(std::int64_t& sum, std::int64_t count) {
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() - sum;
  sum += std::clamp<std::int64_t>(count, 0, room);
}

Result<void> read_rows(Statement& select, std::vector<DaySum>& sums) {
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return {};
    // Providers and models of one day stand side by side.
    const std::string_view key = select.text(0), user = select.text(1);
    const auto day = static_cast<std::int32_t>(select.integer(2));
    const Money cost{select.integer(3)};
    if (!sums.empty() && sums.back().key_hash == key && sums.back().user == user &&
        sums.back().day == day) {
      sums.back().cost = add(sums.back().cost, cost);
    } else {
      sums.push_back({std::string(key), std::string(user), day, cost});
    }
  }
}

constexpr std::string_view kSelect = "SELECT key_hash, user, day, cost_pico_usd FROM days WHERE ";
constexpr std::string_view kOrder = " ORDER BY key_hash, day, user";

}  // namespace

void DayTotals::add(const LedgerRow& row) {
  Total& total = totals_[{std::string(row.key_hash), row.started_us / kDayUs, std::string(row.user),
                          std::string(row.provider), std::string(row.model)}];
  total.requests += 1;
  total.failures += row.outcome == Outcome::error || row.outcome == Outcome::truncated ? 1 : 0;
  add_to(total.input_tokens, row.usage.input_tokens);
  add_to(total.output_tokens, row.usage.output_tokens);
  Money& cost = row.cost.is_byok ? total.byok_cost : total.cost;
  cost = arouter::add(cost, row.cost.total);
}

Result<void> DayTotals::write(Statement& add_to_day) const {
  for (const auto& [group, total] : totals_) {
    const auto& [key_hash, day, user, provider, model] = group;
    add_to_day.bind(1, key_hash);
    add_to_day.bind(2, day);
    add_to_day.bind(3, user);
    add_to_day.bind(4, provider);
    add_to_day.bind(5, model);
    add_to_day.bind(6, total.requests);
    add_to_day.bind(7, total.failures);
    add_to_day.bind(8, total.input_tokens);
    add_to_day.bind(9, total.output_tokens);
    add_to_day.bind(10, total.cost.pico_usd);
    add_to_day.bind(11, total.byok_cost.pico_usd);
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
  const bool is_of_keys = !query.keys.empty();
  const std::string condition = is_of_keys ? "day >= ?1 AND key_hash = ?2" : "day >= ?1";
  Result<Statement> select =
      database->prepare(std::string(kSelect) + condition + std::string(kOrder));
  if (!select) return select.error();
  select->bind(1, std::int64_t{query.first_day});
  if (!is_of_keys) {
    if (Result<void> read = read_rows(*select, sums); !read) return read.error();
    return sums;
  }
  for (const std::string& key : query.keys) {
    select->bind(2, key);
    if (Result<void> read = read_rows(*select, sums); !read) return read.error();
    select->reset();
  }
  return sums;
}

}  // namespace arouter
