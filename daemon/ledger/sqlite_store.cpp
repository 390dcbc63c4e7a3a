#include "daemon/ledger/sqlite_store.hpp"

#include <utility>

#include "daemon/ledger/day_totals.hpp"
#include "daemon/ledger/schema.hpp"
#include "daemon/private_files.hpp"

namespace arouter {

namespace {

// mmap_size 0: SQLite reads through the mapping only when asked to, and a file cut short by someone
// would end the process. cache_size in KiB: the daemon inserts, it has no use for a large cache.
constexpr const char* kSettings =
    "PRAGMA mmap_size = 0; PRAGMA cache_size = -1024; PRAGMA journal_size_limit = 4194304;"
    "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;";

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
  Result<Statement> add = database->prepare(add_to_day_sql());
  if (!add) return add.error();
  Result<Statement> commit = database->prepare("COMMIT");
  if (!commit) return commit.error();
  return SqliteStore(std::move(*database),
                     {std::move(*begin), std::move(*insert), std::move(*add), std::move(*commit)});
}

SqliteStore::SqliteStore(Database database, Statements statements)
    : database_(std::move(database)), statements_(std::move(statements)) {}

Result<void> SqliteStore::insert(std::span<const LedgerRow> rows) {
  const Result<void> inserted = insert_all(rows);
  statements_.begin.reset();
  statements_.insert.reset();
  statements_.add_to_day.reset();
  statements_.commit.reset();
  // SQLite rolls some errors back by itself, others not.
  if (!inserted && database_.in_transaction()) (void)database_.run("ROLLBACK");
  return inserted;
}

Result<void> SqliteStore::insert_all(std::span<const LedgerRow> rows) {
  if (Result<bool> begun = statements_.begin.step(); !begun) return begun.error();
  DayTotals totals;
  Statement& insert = statements_.insert;
  for (const LedgerRow& row : rows) {
    bind_row(insert, row);
    if (Result<bool> inserted = insert.step(); !inserted) return inserted.error();
    // One that was there before is counted already.
    if (database_.changes() == 1) totals.add(row);
    insert.reset();
  }
  if (Result<void> added = totals.write(statements_.add_to_day); !added) return added;
  if (Result<bool> committed = statements_.commit.step(); !committed) return committed.error();
  return {};
}

Result<std::int64_t> SqliteStore::greatest_id() {
  return database_.number("SELECT max(id) FROM requests");
}

}  // namespace arouter
