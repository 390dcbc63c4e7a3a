// The ledger: one row per admitted request, exactly one, and never a lost one.
//
// A row is first copied into the journal, a preallocated file mapped into memory: from then on it
// survives the death of the process (the page cache is the kernel's). The ledger thread moves rows
// from the journal into SQLite in batches; what the journal holds beyond the last batch is moved at
// the next start, by row id, so a batch that was cut short is neither lost nor booked twice.
// The journal is also the queue of the ledger thread and the reserve for a full disk: when it
// fills, reserve() says no and new work is refused until rows drain.
//
// Belief: one process at a time has a state folder open; the daemon's flock on state/lock sees to
// it. Replay and row ids rest on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ledger/sums.hpp"
#include "shared/config.hpp"
#include "shared/error.hpp"
#include "shared/usage.hpp"

namespace arouter {

/// How a request ended.
enum class Outcome : std::uint8_t {
  ok,           // a whole answer went to the client
  error,        // an error went to the client before any byte of an answer
  truncated,    // the answer broke off after its first byte
  client_gone,  // the client left before the end
};
std::string_view outcome_name(Outcome outcome) noexcept;

/// Never content. Texts are cut to 128 bytes when booked.
struct LedgerRow {
  std::int64_t id = 0;          // from next_row_id(): ordered by time, the rowid in SQLite
  std::int64_t started_us = 0;  // Unix microseconds
  std::string_view key_hash;    // hex of the client key's HMAC, or "open"
  std::string_view route;       // "chat.completions"
  std::string_view model;       // as the client named it
  std::string_view provider;    // who answered or was tried last; "" when none
  std::string_view upstream_model;
  std::string_view upstream_id;  // the answer's own id
  std::string_view user;         // the request's `user` field
  std::string_view finish_reason;
  std::string_view error_code;  // stable symbol, "" when none
  Outcome outcome = Outcome::ok;
  bool streamed = false;
  std::uint16_t status = 0;   // sent to the client, 0 when nothing was
  std::uint16_t attempt = 0;  // which attempt ended it, from 1; 0: none was made
  Usage usage;
  Cost cost;
  std::int64_t first_byte_us = -1;  // from start to the answer's first byte; -1: none
  std::int64_t total_us = 0;
};

struct StoredRow;

class Ledger {
 public:
  /// Opens `state`/arouter.db and `state`/journal and starts the thread, which first moves the rows
  /// that the journal still holds. The folder is made when absent.
  /// Errors: internal with a message for the terminal (newer schema, unreadable, no space, network
  /// file system).
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& state,
                                              Durability durability);
  virtual ~Ledger() = default;  // flushes and stops the thread

  /// Holds room for one row. False: no room, refuse the request (503). Any thread, no system call.
  virtual bool reserve() noexcept = 0;
  /// Gives back room that was held and not used.
  virtual void release() noexcept = 0;
  /// Books the row into room held before. When it returns the row outlives the process; with
  /// Durability::power also the machine, for which it waits for the disk (milliseconds, on the
  /// caller's loop). Any thread; no lock, and a system call only to wake the ledger thread for the
  /// first row after a quiet time.
  virtual void book(const LedgerRow& row) noexcept = 0;

  /// Waits until every booked row is in SQLite, and has a ledger that is in trouble try again now.
  /// Blocks: never on a loop. False after `timeout`.
  virtual bool flush(std::chrono::milliseconds timeout) = 0;
  /// Sums over rows. `done` is called on the ledger thread, after every row booked before the call
  /// has been counted, and must not block it. Sums saturate. Errors: ledger_unavailable while rows
  /// cannot be moved.
  virtual void sum(SumQuery query, std::function<void(Result<std::vector<UsageSum>>)> done) = 0;
  /// Likewise, what was spent by key, user and day.
  virtual void sum_days(DayQuery query, std::function<void(Result<std::vector<DaySum>>)> done) = 0;
  /// Likewise, single rows.
  virtual void find(RowQuery query, std::function<void(Result<std::vector<StoredRow>>)> done) = 0;
  /// The same as sum_days(), of what is in SQLite. Blocks: never on a loop.
  virtual Result<std::vector<DaySum>> sum_days_now(const DayQuery& query) = 0;
  /// Rows that are booked and not in SQLite yet. Any thread.
  virtual std::size_t waiting() const noexcept = 0;
  /// What ails the ledger now ("disk full"), "" when well.
  virtual std::string trouble() const = 0;
};

/// Ids ordered by time, unique in this process and across restarts on one clock: 43 bits of Unix
/// milliseconds, 20 bits of sequence. Any thread.
std::int64_t next_row_id() noexcept;
/// "gen-<unix seconds>-<24 hex>", which holds the row id; and back, 0 when it is none.
std::string generation_id(std::int64_t row_id);
std::int64_t row_id_of_generation(std::string_view id) noexcept;

}  // namespace arouter
