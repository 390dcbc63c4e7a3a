// The tables of arouter.db, and the steps from one version of them to the next.
#pragma once

#include <string>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/sqlite.hpp"

namespace arouter {

/// Kept in SQLite's user_version.
inline constexpr std::int64_t kSchemaVersion = 2;

/// Makes the tables in a new database, or brings those of an older arouter up to date; refuses
/// those of a newer one.
Result<void> prepare_schema(Database& database);

/// "INSERT INTO requests … ON CONFLICT(id) DO NOTHING": a row that is there already stays.
std::string insert_row_sql();
/// Adds what rows of one key, day and user cost; sums saturate.
std::string add_to_day_sql();
/// Binds every column of `row`; its texts must stay until the statement is reset.
void bind_row(Statement& insert, const LedgerRow& row);

}  // namespace arouter
