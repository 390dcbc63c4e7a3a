// SQLite behind values: a database and a statement that close themselves, errors as Result.
//
// One thread at a time: connections are opened without SQLite's own locks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "shared/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace arouter {

/// A prepared statement; lives no longer than its database.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int parameter, std::int64_t value) noexcept;
  /// `text` must stay until the statement is reset.
  void bind(int parameter, std::string_view text) noexcept;
  void bind_null(int parameter) noexcept;
  /// True: a row is there to be read; false: done.
  Result<bool> step();
  void reset() noexcept;

  std::int64_t integer(int column) const noexcept;
  std::string_view text(int column) const noexcept;  // until the next step()

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Errors: ledger_unavailable, the message as Ledger::trouble() says it.
class Database {
 public:
  /// Opens an existing file (an empty one is a new database).
  static Result<Database> open(const std::filesystem::path& path);

  Result<void> run(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row, 0 when there is none.
  Result<std::int64_t> number(std::string_view sql);
  bool in_transaction() const noexcept;
  /// Rows that the last INSERT, UPDATE or DELETE has changed.
  std::int64_t changes() const noexcept;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  explicit Database(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace arouter
