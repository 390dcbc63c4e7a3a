#include "daemon/ledger/usage_reader.hpp"

#include <algorithm>
#include <limits>

#include "daemon/ledger/row_id.hpp"

namespace arouter {

namespace {

/// The two columns that make a group.
const char* columns_of(UsageGroup by) {
  switch (by) {
    case UsageGroup::endpoint:
      return "provider, model";
    case UsageGroup::provider:
      return "provider, ''";
    case UsageGroup::model:
      return "'', model";
    case UsageGroup::key:
      return "key_hash, ''";
    case UsageGroup::user:
      return "user, ''";
    case UsageGroup::hour:
      return "strftime('%Y-%m-%dT%H:00:00Z', started_us / 1000000, 'unixepoch'), ''";
    case UsageGroup::day:
      return "strftime('%Y-%m-%dT00:00:00Z', started_us / 1000000, 'unixepoch'), ''";
    case UsageGroup::month:
      break;
  }
  return "strftime('%Y-%m-01T00:00:00Z', started_us / 1000000, 'unixepoch'), ''";
}

constexpr std::string_view kRest =
    ", outcome IN ('error', 'truncated'), input_tokens, output_tokens, cost_pico_usd,"
    " cached_input_tokens, cache_write_tokens, reasoning_tokens, started_us / 1000000"
    " FROM requests WHERE id >= ?1 AND started_us >= ?2 AND started_us < ?3"
    " AND (?4 = '' OR key_hash = ?4) AND (?5 = '' OR provider = ?5) AND (?6 = '' OR model = ?6)";

/// What the first column says.
std::string& name_of(UsageSum& sum, UsageGroup by) {
  switch (by) {
    case UsageGroup::key:
      return sum.key_hash;
    case UsageGroup::user:
      return sum.user;
    case UsageGroup::hour:
    case UsageGroup::day:
    case UsageGroup::month:
      return sum.time;
    default:
      return sum.provider;
  }
}

// An id is taken at the start of its request or just before it, and holds that time.
constexpr std::int64_t kSlackUs = 1'000'000;

}  // namespace

Result<UsageReader> UsageReader::open(const std::filesystem::path& path, const SumQuery& query) {
  Result<Database> database = Database::open(path);
  if (!database) return database.error();
  Result<Statement> select =
      database->prepare("SELECT " + std::string(columns_of(query.by)) + std::string(kRest));
  if (!select) return select.error();
  select->bind(1, first_row_id(std::max<std::int64_t>(query.since_us - kSlackUs, 0)));
  select->bind(2, query.since_us);
  select->bind(3, query.until_us);
  select->bind(4, query.key_hash);
  select->bind(5, query.provider);
  select->bind(6, query.model);
  return UsageReader(std::move(*database), std::move(*select), query);
}

Result<bool> UsageReader::read(std::size_t rows) {
  for (std::size_t count = 0; count < rows; ++count) {
    const Result<bool> row = select_.step();
    if (!row || !*row) return row;
    count_row();
  }
  return true;
}

void UsageReader::count_row() {
  WideSum& group = groups_[{std::string(select_.text(0)), std::string(select_.text(1))}];
  group.requests += 1;
  group.failures += select_.integer(2);
  group.input_tokens += select_.integer(3);
  group.output_tokens += select_.integer(4);
  group.cost += select_.integer(5);
  if (!query_->reprice) return;
  const Usage usage{.input_tokens = select_.integer(3),
                    .output_tokens = select_.integer(4),
                    .cached_input_tokens = select_.integer(6),
                    .cache_write_tokens = select_.integer(7),
                    .reasoning_tokens = select_.integer(8)};
  group.repriced += query_->reprice(usage, select_.integer(9)).pico_usd;
}

std::vector<UsageSum> UsageReader::sums() const {
  using Limits = std::numeric_limits<std::int64_t>;
  const auto narrow = [](Wide sum) {
    return static_cast<std::int64_t>(std::clamp<Wide>(sum, Limits::min(), Limits::max()));
  };
  std::vector<UsageSum> sums;
  sums.reserve(groups_.size());
  for (const auto& [names, group] : groups_) {
    UsageSum& sum = sums.emplace_back();
    sum.model = names.second;
    name_of(sum, query_->by) = names.first;
    sum.requests = group.requests;
    sum.failures = group.failures;
    sum.input_tokens = narrow(group.input_tokens);
    sum.output_tokens = narrow(group.output_tokens);
    sum.cost = Money{narrow(group.cost)};
    sum.repriced = Money{narrow(group.repriced)};
  }
  return sums;
}

}  // namespace arouter
