// The journal: a ring of fixed slots in a file that is mapped into memory.
//
// A row that append() has returned from is in the page cache: it outlives this process, however
// that dies. Any thread appends, without a lock or a system call; one thread takes rows out, in
// order. The file is allocated whole when it is opened, so a full disk is an error of open() and
// never a SIGBUS later. Layout: one page of header, then `slots` slots of kRecordBytes; record n
// stands in slot n modulo slots.
//
// Belief: one process at a time has the journal open. The daemon's flock on state/lock sees to it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "daemon/ledger/record.hpp"
#include "daemon/private_files.hpp"
#include "shared/error.hpp"

namespace arouter {

class Journal {
 public:
  /// Rows in order; their texts point into the journal until retire(end).
  struct Batch {
    std::vector<LedgerRow> rows;  // fewer than the records when some were torn by a crash
    std::uint64_t end = 0;        // the record after the last one
  };

  /// Opens or makes the file; whole records that were not retired are there to be taken again.
  /// A file that exists keeps its own number of slots. `power`: append() waits for the disk.
  /// Errors: internal with a message for the terminal (no space, made by another version).
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path, std::size_t slots,
                                               Durability durability);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Room for one row, any thread. A row may be appended only into room that was reserved.
  bool reserve() noexcept;
  void release() noexcept;
  void append(const LedgerRow& row) noexcept;

  /// Where the next record will stand; every append() that has returned is before it.
  std::uint64_t end() const noexcept { return end_.load(); }
  /// Records before it are retired.
  std::uint64_t begin() const noexcept { return begin_.load(); }
  std::size_t slots() const noexcept { return slots_; }
  /// The greatest row id that was found at open(), 0 when none.
  std::int64_t greatest_id() const noexcept { return greatest_id_; }

  /// For the one thread that takes rows: is a record ready; up to `most` that are; giving the
  /// slots before `end` back once the rows are safe elsewhere.
  bool has_ready() const noexcept;
  Batch front(std::size_t most) const;
  void retire(std::uint64_t end) noexcept;

 private:
  struct Header;
  Journal(FileHandle file, std::byte* memory, std::size_t slots, Durability durability);
  void find_records();
  Header& header() const noexcept;
  RecordBytes slot(std::uint64_t sequence) const noexcept;
  void wait_for_disk(std::uint64_t sequence) const noexcept;

  FileHandle file_;
  std::byte* memory_;
  std::size_t slots_;
  Durability durability_;
  std::int64_t greatest_id_ = 0;
  // published_[slot] is one more than the sequence of the record last finished there.
  std::unique_ptr<std::atomic<std::uint64_t>[]> published_;
  std::atomic<std::uint64_t> begin_{0};
  // On lines of their own: every thread that books writes them.
  alignas(64) std::atomic<std::uint64_t> end_{0};
  alignas(64) std::atomic<std::int64_t> room_{0};
};

}  // namespace arouter
