#include "daemon/ledger/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace arouter {

namespace {

// Readers never hold the writer up (WAL); a tool that locks the file for longer is met by the
// ledger's own retries.
constexpr int kBusyTimeoutMs = 100;

bool disk_is_full(sqlite3* database, int code) {
  if (code == SQLITE_FULL) return true;
  const int number = database == nullptr ? 0 : sqlite3_system_errno(database);
  const bool io = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  return io && (number == ENOSPC || number == EDQUOT);
}

/// "arouter.db"
std::string file_of(sqlite3* database) {
  const char* path = database == nullptr ? nullptr : sqlite3_db_filename(database, "main");
  return path == nullptr ? "the database" : std::filesystem::path(path).filename().string();
}

std::string describe(sqlite3* database, int code) {
  if (disk_is_full(database, code)) return "disk full";
  const std::string file = file_of(database);
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return file + " is locked by another program";
    case SQLITE_READONLY:
      return file + " cannot be written";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return file + " is damaged";
    default:
      return file + ": " + (database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database));
  }
}

Error sqlite_error(sqlite3* database, int extended_code) {
  const int code = extended_code & 0xFF;
  Error error = internal_error(sqlite3_errstr(extended_code));
  error.kind = ErrorKind::ledger_unavailable;
  error.message = describe(database, code);
  return error;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::bind(int parameter, std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void Statement::bind(int parameter, std::string_view text) noexcept {
  // A null pointer would bind NULL.
  const char* data = text.empty() ? "" : text.data();
  sqlite3_bind_text(statement_.get(), parameter, data, static_cast<int>(text.size()),
                    SQLITE_STATIC);
}

void Statement::bind_null(int parameter) noexcept {
  sqlite3_bind_null(statement_.get(), parameter);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_error(sqlite3_db_handle(statement_.get()), code);
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const noexcept {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? std::string_view()
                         : std::string_view(text, static_cast<std::size_t>(size));
}

void Database::Close::operator()(sqlite3* database) const noexcept {
  sqlite3_close(database);
}

Result<Database> Database::open(const std::filesystem::path& path) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  Database database(opened);
  if (code != SQLITE_OK) return sqlite_error(opened, code);
  sqlite3_busy_timeout(opened, kBusyTimeoutMs);
  return database;
}

Result<void> Database::run(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(database_.get(), code);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  Statement statement(prepared);
  if (code != SQLITE_OK) return sqlite_error(database_.get(), code);
  return statement;
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.error();
  const Result<bool> row = statement->step();
  if (!row) return row.error();
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::changes() const noexcept {
  return sqlite3_changes64(database_.get());
}

bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

}  // namespace arouter
