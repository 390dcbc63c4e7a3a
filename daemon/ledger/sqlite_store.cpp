#include "daemon/ledger/sqlite_store.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "daemon/ledger/schema.hpp"
#include "daemon/private_files.hpp"

namespace arouter {

namespace {

__extension__ typedef __int128 Wide;

// mmap_size 0: SQLite reads through the mapping only when asked to, and a file cut short by someone
// would end the process. cache_size in KiB: the daemon inserts, it has no use for a large cache.
constexpr const char* kSettings =
    "PRAGMA mmap_size = 0; PRAGMA cache_size = -1024; PRAGMA journal_size_limit = 4194304;"
    "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";

constexpr std::string_view kSumSql =
    "SELECT provider, model, outcome IN ('error', 'truncated'), input_tokens, output_tokens,"
    " cost_pico_usd FROM requests WHERE started_us >= ?";

struct WideSum {
  std::int64_t requests = 0, failures = 0;
  Wide input_tokens = 0, output_tokens = 0, cost = 0;
};

std::int64_t narrow(Wide sum) {
  using Limits = std::numeric_limits<std::int64_t>;
  return static_cast<std::int64_t>(std::clamp<Wide>(sum, Limits::min(), Limits::max()));
}

Result<void> run_settings(Database& database, Durability durability) {
  const char* synchronous =
      durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  for (const char* sql : {"PRAGMA journal_mode = WAL", synchronous, kSettings}) {
    if (Result<void> done = database.run(sql); !done) return done.error();
  }
  return {};
}

}  // namespace

Result<SqliteStore> SqliteStore::open(const std::filesystem::path& path, Durability durability) {
  // Made here, as SQLite gives its side files the mode of the main one.
  if (Result<FileHandle> file = open_private_file(path); !file) return file.error();
  Result<Database> database = Database::open(path);
  if (!database) return database.error();
  if (Result<void> set = run_settings(*database, durability); !set) return set.error();
  if (Result<void> prepared = prepare_schema(*database); !prepared) return prepared.error();

  Result<Statement> begin = database->prepare("BEGIN IMMEDIATE");
  if (!begin) return begin.error();
  Result<Statement> insert = database->prepare(insert_row_sql());
  if (!insert) return insert.error();
  Result<Statement> commit = database->prepare("COMMIT");
  if (!commit) return commit.error();
  return SqliteStore(std::move(*database), std::move(*begin), std::move(*insert),
                     std::move(*commit));
}

SqliteStore::SqliteStore(Database database, Statement begin, Statement insert, Statement commit)
    : database_(std::move(database)),
      begin_(std::move(begin)),
      insert_(std::move(insert)),
      commit_(std::move(commit)) {}

Result<void> SqliteStore::insert(std::span<const LedgerRow> rows) {
  const Result<void> inserted = insert_all(rows);
  begin_.reset();
  insert_.reset();
  commit_.reset();
  // SQLite rolls some errors back by itself, others not.
  if (!inserted && database_.in_transaction()) (void)database_.run("ROLLBACK");
  return inserted;
}

Result<void> SqliteStore::insert_all(std::span<const LedgerRow> rows) {
  if (Result<bool> begun = begin_.step(); !begun) return begun.error();
  for (const LedgerRow& row : rows) {
    bind_row(insert_, row);
    if (Result<bool> inserted = insert_.step(); !inserted) return inserted.error();
    insert_.reset();
  }
  if (Result<bool> committed = commit_.step(); !committed) return committed.error();
  return {};
}

// Added up here and not by SQL: SQLite's sum() fails on overflow, and total() is a double.
Result<std::vector<UsageSum>> SqliteStore::sum(std::int64_t since_us) {
  Result<Statement> select = database_.prepare(kSumSql);
  if (!select) return select.error();
  select->bind(1, since_us);

  std::map<std::pair<std::string, std::string>, WideSum> groups;
  for (;;) {
    const Result<bool> row = select->step();
    if (!row) return row.error();
    if (!*row) break;
    WideSum& group = groups[{std::string(select->text(0)), std::string(select->text(1))}];
    group.requests += 1;
    group.failures += select->integer(2);
    group.input_tokens += select->integer(3);
    group.output_tokens += select->integer(4);
    group.cost += select->integer(5);
  }
  std::vector<UsageSum> sums;
  sums.reserve(groups.size());
  for (const auto& [names, group] : groups) {
    sums.push_back({names.first, names.second, group.requests, group.failures,
                    narrow(group.input_tokens), narrow(group.output_tokens),
                    Money{narrow(group.cost)}});
  }
  return sums;
}

Result<std::int64_t> SqliteStore::greatest_id() {
  return database_.number("SELECT max(id) FROM requests");
}

}  // namespace arouter
