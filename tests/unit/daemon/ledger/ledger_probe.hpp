// What the ledger's tests share: rows to book, and a look into arouter.db beside the ledger.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/open_ledger.hpp"

namespace arouter::test {

using namespace std::chrono_literals;

// Only a deadline for a broken ledger: a sound one never comes near it.
inline constexpr auto kPatience = 20s;

/// A connection of another program.
class OtherProgram {
 public:
  explicit OtherProgram(const std::filesystem::path& state) {
    sqlite3* opened = nullptr;
    sqlite3_open((state / "arouter.db").c_str(), &opened);
    database_.reset(opened);
    sqlite3_busy_timeout(opened, 5'000);
  }
  /// All rows of the answer, by column name; NULL is "NULL".
  std::vector<std::map<std::string, std::string>> run(const std::string& sql) {
    std::vector<std::map<std::string, std::string>> rows;
    const auto take = [](void* into, int count, char** values, char** names) {
      auto& row =
          static_cast<std::vector<std::map<std::string, std::string>>*>(into)->emplace_back();
      for (int at = 0; at < count; ++at)
        row[names[at]] = values[at] != nullptr ? values[at] : "NULL";
      return 0;
    };
    const int code = sqlite3_exec(database_.get(), sql.c_str(), take, &rows, nullptr);
    CHECK_MESSAGE(code == SQLITE_OK, sql, ": ", sqlite3_errmsg(database_.get()));
    return rows;
  }
  std::int64_t number(const std::string& sql) {
    const auto rows = run(sql);
    return rows.empty() ? -1 : std::stoll(rows.front().begin()->second);
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

inline std::int64_t count_rows(const std::filesystem::path& state) {
  return OtherProgram(state).number("SELECT count(*) FROM requests");
}

inline LedgerRow some_row() {
  LedgerRow row;
  row.id = next_row_id();
  row.started_us = 1'700'000'000'000'000;
  row.key_hash = "0011aabb";
  row.route = "chat.completions";
  row.model = "acme/model-a";
  row.provider = "acme";
  row.status = 200;
  row.usage.input_tokens = 12;
  row.usage.output_tokens = 5;
  row.cost.total = Money{54'000'000};
  return row;
}

inline std::unique_ptr<Ledger> open_or_fail(const std::filesystem::path& state,
                                            const LedgerOptions& options = {}) {
  Result<std::unique_ptr<Ledger>> ledger = open_ledger(state, options);
  REQUIRE_MESSAGE(ledger.has_value(), ledger.error().message);
  return std::move(*ledger);
}

inline void book_some(Ledger& ledger, int count) {
  for (int booked = 0; booked < count; ++booked) {
    REQUIRE(ledger.reserve());
    ledger.book(some_row());
  }
}

}  // namespace arouter::test
