#include "daemon/ledger/schema.hpp"

#include <iterator>

namespace arouter {

namespace {

struct Column {
  const char* name;
  const char* type;
  void (*bind)(Statement& insert, int parameter, const LedgerRow& row);
};

constexpr const char* kInteger = "INTEGER NOT NULL";
constexpr const char* kText = "TEXT NOT NULL";

template <auto Field>
constexpr auto bind_field = [](Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, row.*Field);
};
template <auto Field>
constexpr auto bind_number = [](Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, static_cast<std::int64_t>(row.*Field));
};
template <auto Field>
constexpr auto bind_usage = [](Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, row.usage.*Field);
};
template <auto Field>
constexpr auto bind_cost = [](Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, (row.cost.*Field).pico_usd);
};

void bind_outcome(Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, outcome_name(row.outcome));
}
void bind_byok(Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, std::int64_t{row.cost.is_byok});
}
void bind_origin(Statement& insert, int parameter, const LedgerRow& row) {
  insert.bind(parameter, usage_origin_name(row.usage.origin));
}
void bind_first_byte(Statement& insert, int parameter, const LedgerRow& row) {
  // NULL, so that an average over the column leaves out what never answered.
  if (row.first_byte_us < 0) return insert.bind_null(parameter);
  insert.bind(parameter, row.first_byte_us);
}

// The table: its declaration, the insert and the binding are made from this list alone.
constexpr Column kColumns[] = {
    {"id", "INTEGER PRIMARY KEY", bind_field<&LedgerRow::id>},
    {"started_us", kInteger, bind_field<&LedgerRow::started_us>},
    {"key_hash", kText, bind_field<&LedgerRow::key_hash>},
    {"route", kText, bind_field<&LedgerRow::route>},
    {"model", kText, bind_field<&LedgerRow::model>},
    {"provider", kText, bind_field<&LedgerRow::provider>},
    {"upstream_model", kText, bind_field<&LedgerRow::upstream_model>},
    {"upstream_id", kText, bind_field<&LedgerRow::upstream_id>},
    {"user", kText, bind_field<&LedgerRow::user>},
    {"finish_reason", kText, bind_field<&LedgerRow::finish_reason>},
    {"error_code", kText, bind_field<&LedgerRow::error_code>},
    {"outcome", kText, bind_outcome},
    {"streamed", kInteger, bind_number<&LedgerRow::streamed>},
    {"is_byok", "INTEGER NOT NULL DEFAULT 0", bind_byok},
    {"status", kInteger, bind_number<&LedgerRow::status>},
    {"attempt", kInteger, bind_number<&LedgerRow::attempt>},
    {"input_tokens", kInteger, bind_usage<&Usage::input_tokens>},
    {"output_tokens", kInteger, bind_usage<&Usage::output_tokens>},
    {"cached_input_tokens", kInteger, bind_usage<&Usage::cached_input_tokens>},
    {"cache_write_tokens", kInteger, bind_usage<&Usage::cache_write_tokens>},
    {"reasoning_tokens", kInteger, bind_usage<&Usage::reasoning_tokens>},
    {"usage_origin", kText, bind_origin},
    {"cost_pico_usd", kInteger, bind_cost<&Cost::total>},
    {"prompt_cost_pico_usd", kInteger, bind_cost<&Cost::prompt>},
    {"completion_cost_pico_usd", kInteger, bind_cost<&Cost::completion>},
    {"first_byte_us", "INTEGER", bind_first_byte},
    {"total_us", kInteger, bind_field<&LedgerRow::total_us>},
};

// What keys and users spent, by days of UTC since 1970: what budgets and keys ask for must not read
// every row. What callers paid themselves, with keys of their own, is not in it.
constexpr const char* kCreateDays =
    "CREATE TABLE days (key_hash TEXT NOT NULL, day INTEGER NOT NULL, user TEXT NOT NULL,"
    " cost_pico_usd INTEGER NOT NULL, PRIMARY KEY (key_hash, day, user)) STRICT, WITHOUT ROWID;";

// Saturating: SQLite would go on in floating point.
constexpr const char* kAddToDay =
    " ON CONFLICT (key_hash, day, user) DO UPDATE SET cost_pico_usd ="
    " CASE WHEN cost_pico_usd > 9223372036854775807 - excluded.cost_pico_usd"
    " THEN 9223372036854775807 ELSE cost_pico_usd + excluded.cost_pico_usd END";

std::string set_version_sql() {
  return "PRAGMA user_version = " + std::to_string(kSchemaVersion) + "; COMMIT";
}

/// From version 1, which had requests only. One row at a time, so that sums saturate.
std::string upgrade_sql() {
  return std::string(
             "BEGIN IMMEDIATE; ALTER TABLE requests ADD COLUMN is_byok INTEGER NOT NULL "
             "DEFAULT 0; ") +
         kCreateDays +
         "INSERT INTO days SELECT key_hash, started_us / 86400000000, user, cost_pico_usd"
         " FROM requests WHERE cost_pico_usd > 0" +
         kAddToDay + "; " + set_version_sql();
}

std::string create_sql() {
  std::string sql = "BEGIN IMMEDIATE; CREATE TABLE requests (";
  for (const Column& column : kColumns) {
    if (&column != kColumns) sql += ", ";
    sql += std::string(column.name) + " " + column.type;
  }
  // No index but the key: ids are ordered by time, which is all that a sum over a period needs.
  sql += ") STRICT;";
  sql += kCreateDays;
  return sql + set_version_sql();
}

}  // namespace

Result<void> prepare_schema(Database& database) {
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == kSchemaVersion) return {};
  if (*version > kSchemaVersion) {
    Error error = internal_error("newer schema");
    error.message = "arouter.db was written by a newer arouter (schema " +
                    std::to_string(*version) + ", this one knows " +
                    std::to_string(kSchemaVersion) +
                    "); run that version, or name another state folder";
    return error;
  }
  return database.run(*version == 1 ? upgrade_sql().c_str() : create_sql().c_str());
}

std::string insert_row_sql() {
  std::string names;
  std::string values;
  for (const Column& column : kColumns) {
    const char* comma = &column == kColumns ? "" : ",";
    names += comma + std::string(column.name);
    values += comma + std::string("?");
  }
  // Not INSERT OR IGNORE: that would also swallow rows that break another rule of the table.
  return "INSERT INTO requests (" + names + ") VALUES (" + values + ") ON CONFLICT(id) DO NOTHING";
}

std::string add_to_day_sql() {
  return std::string("INSERT INTO days VALUES (?1, ?2, ?3, ?4)") + kAddToDay;
}

void bind_row(Statement& insert, const LedgerRow& row) {
  int parameter = 0;
  for (const Column& column : kColumns) column.bind(insert, ++parameter, row);
}

}  // namespace arouter
