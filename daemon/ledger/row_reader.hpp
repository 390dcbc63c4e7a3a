// Single rows of the ledger, the youngest first, read in slices through a connection of their own.
//
// In slices for the reason that usage_reader.hpp gives: who asks for one user's rows may have most
// of the table read.
#pragma once

#include <filesystem>
#include <vector>

#include "daemon/ledger/sqlite.hpp"
#include "daemon/ledger/stored_row.hpp"

namespace arouter {

/// Used by one thread. The query must outlive it. Errors: the message as Ledger::trouble() says it.
class RowReader {
 public:
  static Result<RowReader> open(const std::filesystem::path& path, const RowQuery& query);

  /// Looks at up to `rows` more rows. True: there may be more to find.
  Result<bool> read(std::size_t rows);
  std::vector<StoredRow> take() { return std::move(found_); }

 private:
  RowReader(Database database, Statement select, const RowQuery& query)
      : database_(std::move(database)), select_(std::move(select)), query_(&query) {}
  bool is_wanted() const;
  StoredRow row() const;

  Database database_;  // first, so that it is closed after the statement
  Statement select_;
  const RowQuery* query_;
  std::vector<StoredRow> found_;
};

}  // namespace arouter
