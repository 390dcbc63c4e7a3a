// The ledger's rows in SQLite: arouter.db in the state folder, WAL, one writer.
//
// Readers (the CLI, sqlite3 by hand) work beside it at any time. Source: sqlite.org, "Write-Ahead
// Logging" and "PRAGMA synchronous": with NORMAL a commit survives the process, with FULL also the
// power.
#pragma once

#include <filesystem>
#include <span>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/sqlite.hpp"

namespace arouter {

/// Used by one thread at a time. Errors: the message as Ledger::trouble() says it.
class SqliteStore {
 public:
  static Result<SqliteStore> open(const std::filesystem::path& path, Durability durability);

  /// All rows in one transaction; rows that are there already stay as they are. After an error
  /// it is unknown whether they arrived: insert them again.
  Result<void> insert(std::span<const LedgerRow> rows);
  /// The greatest row id, 0 when there is none.
  Result<std::int64_t> greatest_id();

 private:
  struct Statements {
    Statement begin, insert, add_to_day, commit;
  };
  SqliteStore(Database database, Statements statements);
  Result<void> insert_all(std::span<const LedgerRow> rows);

  Database database_;  // first, so that it is closed after the statements
  Statements statements_;
};

}  // namespace arouter
