// Sums over the ledger's rows, read in slices through a connection of their own.
//
// In slices, because a million rows take a second, in which the ledger thread must go on moving
// rows. WAL lets the reader keep seeing the table as it was at the first slice.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/sqlite.hpp"

namespace arouter {

/// Used by one thread. The query must outlive it. Errors: the message as Ledger::trouble() says it.
class UsageReader {
 public:
  static Result<UsageReader> open(const std::filesystem::path& path, const SumQuery& query);

  /// Counts up to `rows` more rows. True: there may be more.
  Result<bool> read(std::size_t rows);
  /// In the order of the groups' names; saturating.
  std::vector<UsageSum> sums() const;

 private:
  // Added up here and not by SQL: SQLite's sum() fails on overflow, and total() is a double.
  __extension__ typedef __int128 Wide;
  struct WideSum {
    std::int64_t requests = 0, failures = 0;
    Wide input_tokens = 0, output_tokens = 0, cost = 0, repriced = 0;
  };

  UsageReader(Database database, Statement select, const SumQuery& query)
      : database_(std::move(database)), select_(std::move(select)), query_(&query) {}
  void count_row();

  Database database_;  // first, so that it is closed after the statement
  Statement select_;
  const SumQuery* query_;
  std::map<std::pair<std::string, std::string>, WideSum> groups_;
};

}  // namespace arouter
