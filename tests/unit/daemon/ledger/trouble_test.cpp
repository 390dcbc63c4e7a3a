// SQLite that fails and disks that are full.
#include <sys/mount.h>
#include <unistd.h>

#include <future>

#include "tests/unit/daemon/ledger/ledger_probe.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

LedgerOptions small_journal() {
  LedgerOptions options;
  options.journal_rows = 40;
  options.linger = 1ms;
  options.retry = 1ms;
  options.retry_limit = 10ms;
  return options;
}

// A disk of its own, so that it can be full; nothing when this process may not mount.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size) {
    const std::string data = std::string("mode=0700,size=") + size;
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, data.c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }
  void fill() const {
    std::ofstream file(path() / "filler", std::ios::binary | std::ios::app);
    const std::string block(4096, 'x');
    while (file.write(block.data(), 4096).flush()) {
    }
  }
  void clear() const { std::filesystem::remove(path() / "filler"); }

 private:
  TempFolder folder_;
  bool mounted_ = false;
};

int book_until_refused(Ledger& ledger) {
  int booked = 0;
  for (; ledger.reserve(); ++booked) ledger.book(some_row());
  return booked;
}

// Asks for a sum, which fails after the ledger has tried once more to move its rows.
bool sum_failed(Ledger& ledger) {
  std::promise<Result<std::vector<UsageSum>>> answer;
  ledger.sum({}, [&](Result<std::vector<UsageSum>> sums) { answer.set_value(std::move(sums)); });
  return answer.get_future().get().has_error();
}

}  // namespace

TEST_SUITE("ledger trouble") {
  TEST_CASE("while SQLite is locked rows stay in the journal; when that is full room is refused") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path(), small_journal());
    OtherProgram other(folder.path());
    other.run("BEGIN IMMEDIATE");

    CHECK(book_until_refused(*ledger) == 40);
    CHECK_FALSE(ledger->flush(1ms));
    CHECK_FALSE(ledger->reserve());
    CHECK(sum_failed(*ledger));
    CHECK(ledger->trouble() == "arouter.db is locked by another program");

    other.run("COMMIT");
    REQUIRE(ledger->flush(kPatience));
    CHECK(count_rows(folder.path()) == 40);
    book_some(*ledger, 40);
    REQUIRE(ledger->flush(kPatience));
    CHECK(count_rows(folder.path()) == 80);
    CHECK(ledger->trouble() == "");
  }

  TEST_CASE("room that is given back can be held again") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path(), small_journal());
    for (int held = 0; held < 40; ++held) REQUIRE(ledger->reserve());
    CHECK_FALSE(ledger->reserve());
    ledger->release();
    CHECK(ledger->reserve());
  }

  TEST_CASE("a ledger that ends in trouble leaves its rows to the next start") {
    const TempFolder folder;
    OtherProgram other(folder.path());
    {
      const auto ledger = open_or_fail(folder.path(), small_journal());
      other.run("BEGIN IMMEDIATE");
      book_some(*ledger, 7);
    }
    other.run("COMMIT");
    CHECK(count_rows(folder.path()) == 0);
    REQUIRE(open_or_fail(folder.path())->flush(kPatience));
    CHECK(count_rows(folder.path()) == 7);
  }

  TEST_CASE("a full disk is told, costs no row and is got over") {
    const SmallDisk disk("2m");
    if (!disk.mounted()) {
      MESSAGE("skipped: this process may not mount a file system");
      return;
    }
    {
      LedgerOptions options = small_journal();
      options.journal_rows = 400;
      const auto ledger = open_or_fail(disk.path(), options);
      book_some(*ledger, 20);
      REQUIRE(ledger->flush(kPatience));
      disk.fill();
      const int booked = book_until_refused(*ledger);
      CHECK(booked >= 400);
      CHECK_FALSE(ledger->flush(1ms));
      CHECK(sum_failed(*ledger));
      CHECK(ledger->trouble() == "disk full");

      disk.clear();
      REQUIRE(ledger->flush(kPatience));
      CHECK(count_rows(disk.path()) == 20 + booked);
      CHECK(ledger->reserve());
    }
  }

  TEST_CASE("a disk without room for the journal is an error of the start") {
    const SmallDisk disk("1m");
    if (!disk.mounted()) {
      MESSAGE("skipped: this process may not mount a file system");
      return;
    }
    const auto refused = Ledger::open(disk.path(), Durability::process);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message == "cannot reserve disk space for " +
                                         (disk.path() / "journal").string() +
                                         ": No space left on device");
  }
}

}  // namespace arouter::test
