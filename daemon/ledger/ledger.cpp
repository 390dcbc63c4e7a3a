// The ledger thread: it alone speaks to SQLite, and takes rows out of the journal in batches.
//
// Waking it costs a system call, so it is woken for the first row after a quiet time only; it then
// lets rows gather for some milliseconds. While SQLite fails, rows stay in the journal and the
// thread tries again, more and more seldom, up to once per second.
#include "daemon/ledger/ledger.hpp"

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "daemon/ledger/day_totals.hpp"
#include "daemon/ledger/journal.hpp"
#include "daemon/ledger/open_ledger.hpp"
#include "daemon/ledger/row_id.hpp"
#include "daemon/ledger/row_reader.hpp"
#include "daemon/ledger/sqlite_store.hpp"
#include "daemon/ledger/usage_reader.hpp"
#include "daemon/private_files.hpp"

namespace arouter {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchRows = 1024;

/// Answers a question, once the rows before it were moved or could not be.
using Answer = std::function<void(const Result<void>& moved)>;

class LedgerThread final : public Ledger {
 public:
  LedgerThread(std::filesystem::path database, std::unique_ptr<Journal> journal, SqliteStore store,
               const LedgerOptions& options)
      : database_(std::move(database)),
        options_(options),
        pause_(options.retry),
        journal_(std::move(journal)),
        store_(std::move(store)),
        thread_([this] { run(); }) {}

  ~LedgerThread() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  bool reserve() noexcept override { return journal_->reserve(); }
  void release() noexcept override { journal_->release(); }
  void book(const LedgerRow& row) noexcept override;
  bool flush(milliseconds timeout) override;
  void sum(SumQuery query, std::function<void(Result<std::vector<UsageSum>>)> done) override;
  void sum_days(DayQuery query, std::function<void(Result<std::vector<DaySum>>)> done) override;
  void find(RowQuery query, std::function<void(Result<std::vector<StoredRow>>)> done) override;
  Result<std::vector<DaySum>> sum_days_now(const DayQuery& query) override;
  std::size_t waiting() const noexcept override;
  std::string trouble() const override;

 private:
  struct Work {
    bool last = false;
    std::vector<Answer> answers;
  };

  void run();
  Work wait_for_work();
  Result<void> move_rows();
  Result<void> insert(const std::vector<LedgerRow>& rows);
  void note(const Result<void>& moved);
  void ask(Answer answer);
  template <class Reader>
  Result<void> read_while_moving(Reader& reader);
  Result<std::vector<UsageSum>> sum_now(const SumQuery& query);
  Result<std::vector<StoredRow>> find_now(const RowQuery& query);

  const std::filesystem::path database_;
  const LedgerOptions options_;
  milliseconds pause_;  // until the next try; of the thread alone, like store_
  std::unique_ptr<Journal> journal_;
  std::optional<SqliteStore> store_;  // nothing after a failure, until it opens again

  std::atomic<bool> asleep_{false};  // the thread waits for a first row
  mutable std::mutex mutex_;         // guards what follows; the thread works without it
  std::condition_variable wake_, moved_;
  bool stopping_ = false;
  bool hurry_ = false;  // do not let rows gather, nor wait for the next try
  std::string trouble_;
  std::vector<Answer> answers_;
  std::thread thread_;  // last: it uses all of the above
};

void LedgerThread::book(const LedgerRow& row) noexcept {
  journal_->append(row);
  const bool crowded = journal_->end() - journal_->begin() == journal_->slots() / 2;
  if (!crowded && (!asleep_.load() || !asleep_.exchange(false))) return;
  {
    // With the lock, or the thread could miss it between its look and its sleep.
    const std::lock_guard lock(mutex_);
    hurry_ = hurry_ || crowded;
  }
  wake_.notify_one();
}

bool LedgerThread::flush(milliseconds timeout) {
  const std::uint64_t end = journal_->end();
  std::unique_lock lock(mutex_);
  hurry_ = true;
  wake_.notify_one();
  return moved_.wait_for(lock, timeout, [&] { return journal_->begin() >= end; });
}

void LedgerThread::sum(SumQuery query, std::function<void(Result<std::vector<UsageSum>>)> done) {
  ask([this, query = std::move(query), done = std::move(done)](const Result<void>& moved) {
    done(moved ? sum_now(query) : moved.error());
  });
}

void LedgerThread::sum_days(DayQuery query, std::function<void(Result<std::vector<DaySum>>)> done) {
  ask([this, query = std::move(query), done = std::move(done)](const Result<void>& moved) {
    done(moved ? sum_days_now(query) : moved.error());
  });
}

void LedgerThread::find(RowQuery query, std::function<void(Result<std::vector<StoredRow>>)> done) {
  ask([this, query = std::move(query), done = std::move(done)](const Result<void>& moved) {
    done(moved ? find_now(query) : moved.error());
  });
}

Result<std::vector<DaySum>> LedgerThread::sum_days_now(const DayQuery& query) {
  return read_day_sums(database_, query);
}

void LedgerThread::ask(Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_.push_back(std::move(answer));
  hurry_ = true;
  wake_.notify_one();
}

std::size_t LedgerThread::waiting() const noexcept {
  const std::uint64_t begin = journal_->begin();  // first: it is never beyond the end
  return static_cast<std::size_t>(journal_->end() - begin);
}

std::string LedgerThread::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void LedgerThread::run() {
  for (;;) {
    Work work = wait_for_work();
    const Result<void> moved = move_rows();
    note(moved);
    for (const Answer& answer : work.answers) answer(moved);
    if (work.last) return;
  }
}

LedgerThread::Work LedgerThread::wait_for_work() {
  std::unique_lock lock(mutex_);
  const auto pressed = [this] { return stopping_ || hurry_; };
  if (!trouble_.empty()) {
    wake_.wait_for(lock, pause_, pressed);
  } else {
    // Told before the look: a row that is booked after the look finds the thread asleep.
    asleep_.store(true);
    wake_.wait(lock, [&] { return pressed() || journal_->has_ready() || !asleep_.load(); });
    asleep_.store(false);
    wake_.wait_for(lock, options_.linger, pressed);
  }
  hurry_ = false;
  return {stopping_, std::exchange(answers_, {})};
}

// Every row that was booked before the call.
Result<void> LedgerThread::move_rows() {
  const std::uint64_t end = journal_->end();
  while (journal_->begin() < end) {
    const Journal::Batch batch = journal_->front(kBatchRows);
    if (batch.end == journal_->begin()) {
      std::this_thread::yield();  // someone is between taking this slot and finishing it
      continue;
    }
    if (Result<void> inserted = insert(batch.rows); !inserted) return inserted;
    const std::lock_guard lock(mutex_);
    journal_->retire(batch.end);
    moved_.notify_all();
  }
  return {};
}

Result<void> LedgerThread::insert(const std::vector<LedgerRow>& rows) {
  if (!store_) {
    Result<SqliteStore> opened = SqliteStore::open(database_, options_.durability);
    if (!opened) return opened.error();
    store_.emplace(std::move(*opened));
  }
  const Result<void> inserted = store_->insert(rows);
  // After a failed sync a connection may believe pages to be on disk that are not: begin afresh,
  // and let the row ids sort out what arrived.
  if (!inserted) store_.reset();
  return inserted;
}

void LedgerThread::note(const Result<void>& moved) {
  pause_ = moved ? options_.retry : std::min(pause_ * 2, options_.retry_limit);
  const std::lock_guard lock(mutex_);
  trouble_ = moved ? std::string() : moved.error().message;
}

template <class Reader>
Result<void> LedgerThread::read_while_moving(Reader& reader) {
  for (;;) {
    const Result<bool> more = reader.read(options_.sum_slice);
    if (!more) return more.error();
    if (!*more) return {};
    note(move_rows());
    const std::lock_guard lock(mutex_);
    if (stopping_) return client_error(ErrorKind::draining, "the ledger is closing");
  }
}

Result<std::vector<UsageSum>> LedgerThread::sum_now(const SumQuery& query) {
  Result<UsageReader> reader = UsageReader::open(database_, query);
  if (!reader) return reader.error();
  if (Result<void> read = read_while_moving(*reader); !read) return read.error();
  return reader->sums();
}

Result<std::vector<StoredRow>> LedgerThread::find_now(const RowQuery& query) {
  Result<RowReader> reader = RowReader::open(database_, query);
  if (!reader) return reader.error();
  if (Result<void> read = read_while_moving(*reader); !read) return read.error();
  return reader->take();
}

// WAL needs memory shared by all who open the file, which these do not give, and locks that hold,
// which they give at times. Source: sqlite.org, "Write-Ahead Logging", 2; linux/magic.h.
Result<void> refuse_network_folder(const std::filesystem::path& folder) {
  constexpr std::array<std::uint32_t, 6> kNetwork = {
      0x6969u /* NFS */, 0xFF534D42u /* CIFS */, 0xFE534D42u /* SMB2 */,
      0x517Bu /* SMB */, 0x5346414Fu /* AFS */,  0x00C36400u /* Ceph */,
  };
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return file_error("inspect", folder, errno);
  const auto type = static_cast<std::uint32_t>(info.f_type);
  if (std::find(kNetwork.begin(), kNetwork.end(), type) == kNetwork.end()) return {};
  Error error = internal_error("network file system");
  error.message = folder.string() + " is on a network file system, where SQLite cannot keep a " +
                  "ledger safely; name a state folder on a local disk";
  return error;
}

// The name of a new file is in its folder, which has a sync of its own.
Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileHandle opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || ::fsync(opened.get()) != 0) return file_error("write", folder, errno);
  return {};
}

Error in_folder(Error error, const std::filesystem::path& state) {
  if (error.kind != ErrorKind::internal) error.message += " (in " + state.string() + ")";
  error.kind = ErrorKind::internal;
  return error;
}

}  // namespace

Result<std::unique_ptr<Ledger>> open_ledger(const std::filesystem::path& state,
                                            const LedgerOptions& options) {
  if (Result<void> made = make_private_folder(state); !made) return made.error();
  if (Result<void> local = refuse_network_folder(state); !local) return local.error();
  Result<std::unique_ptr<Journal>> journal =
      Journal::open(state / "journal", options.journal_rows, options.durability);
  if (!journal) return journal.error();
  Result<SqliteStore> store = SqliteStore::open(state / "arouter.db", options.durability);
  if (!store) return in_folder(store.error(), state);
  const Result<std::int64_t> greatest = store->greatest_id();
  if (!greatest) return in_folder(greatest.error(), state);
  if (options.durability == Durability::power) {
    if (Result<void> synced = sync_folder(state); !synced) return synced.error();
  }
  continue_row_ids_after(std::max(*greatest, (*journal)->greatest_id()));
  return std::unique_ptr<Ledger>(std::make_unique<LedgerThread>(
      state / "arouter.db", std::move(*journal), std::move(*store), options));
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& state,
                                             Durability durability) {
  LedgerOptions options;
  options.durability = durability;
  return open_ledger(state, options);
}

}  // namespace arouter
