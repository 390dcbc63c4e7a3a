// What is left after a crash, and what a crash left behind.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "daemon/ledger/journal.hpp"
#include "tests/unit/daemon/ledger/ledger_probe.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

constexpr std::size_t kHeaderBytes = 4096;

// A journal with `count` rows that no one has moved, as a killed daemon leaves it.
std::vector<std::int64_t> leave_rows(const std::filesystem::path& state, int count,
                                     std::size_t slots = 64) {
  auto journal = Journal::open(state / "journal", slots, Durability::process);
  REQUIRE(journal.has_value());
  std::vector<std::int64_t> ids;
  for (int booked = 0; booked < count; ++booked) {
    REQUIRE((*journal)->reserve());
    const LedgerRow row = some_row();
    (*journal)->append(row);
    ids.push_back(row.id);
  }
  return ids;
}

void overwrite(const std::filesystem::path& file, std::size_t at, std::string_view bytes) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  stream.seekp(static_cast<std::streamoff>(at));
  stream << bytes;
}

std::set<std::int64_t> ids_in(const std::filesystem::path& state) {
  std::set<std::int64_t> ids;
  for (const auto& row : OtherProgram(state).run("SELECT id FROM requests")) {
    ids.insert(std::stoll(row.at("id")));
  }
  return ids;
}

// Books on three threads until killed; tells each id once book() returned.
[[noreturn]] void book_until_killed(const std::filesystem::path& state, int report) {
  LedgerOptions options;
  options.journal_rows = 200;  // many laps
  options.linger = 1ms;
  Result<std::unique_ptr<Ledger>> ledger = open_ledger(state, options);
  if (!ledger) ::_exit(1);
  const auto book = [&] {
    for (;;) {
      if (!(*ledger)->reserve()) continue;
      const LedgerRow row = some_row();
      (*ledger)->book(row);
      if (::write(report, &row.id, sizeof row.id) != sizeof row.id) ::_exit(1);
    }
  };
  std::thread second(book);
  std::thread third(book);
  book();
  ::_exit(1);
}

// The ids that the child told before it was killed, at least `count`.
std::set<std::int64_t> kill_after(const std::filesystem::path& state, std::size_t count) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    book_until_killed(state, ends[1]);
  }
  ::close(ends[1]);
  std::set<std::int64_t> told;
  std::int64_t id = 0;
  while (::read(ends[0], &id, sizeof id) == sizeof id) {  // atomic: shorter than PIPE_BUF
    told.insert(id);
    if (told.size() == count) ::kill(child, SIGKILL);
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  return told;
}

}  // namespace

TEST_SUITE("ledger recovery") {
  TEST_CASE("after kill -9 every row whose booking returned is there, once") {
    const TempFolder folder;
    std::mt19937 random(20241123);
    std::set<std::int64_t> told;
    for (int round = 0; round < 20; ++round) {
      CAPTURE(round);
      told.merge(kill_after(folder.path(), 50 + random() % 700));
    }
    const auto ledger = open_or_fail(folder.path());
    REQUIRE(ledger->flush(kPatience));
    const std::set<std::int64_t> found = ids_in(folder.path());
    CHECK(std::includes(found.begin(), found.end(), told.begin(), told.end()));
    // Beyond what was told: at most the one row of each thread that died before it could tell.
    CHECK(found.size() <= told.size() + 20 * 3);
    CHECK(count_rows(folder.path()) == static_cast<std::int64_t>(found.size()));
  }

  TEST_CASE("a journal that is replayed twice books nothing twice") {
    const TempFolder folder;
    const auto ids = leave_rows(folder.path(), 10);
    const std::string journal = read_file(folder.path() / "journal");
    for (int start = 0; start < 2; ++start) {
      std::ofstream(folder.path() / "journal", std::ios::binary) << journal;
      const auto ledger = open_or_fail(folder.path());
      REQUIRE(ledger->flush(kPatience));
      CHECK(ids_in(folder.path()) == std::set<std::int64_t>(ids.begin(), ids.end()));
      CHECK(count_rows(folder.path()) == 10);
    }
  }

  TEST_CASE("rows that are in the table are not taken from the journal again") {
    const TempFolder folder;
    leave_rows(folder.path(), 10);
    REQUIRE(open_or_fail(folder.path())->flush(kPatience));
    OtherProgram(folder.path()).run("DELETE FROM requests");
    REQUIRE(open_or_fail(folder.path())->flush(kPatience));
    CHECK(count_rows(folder.path()) == 0);
  }

  TEST_CASE("a torn record is left out and its neighbours are kept") {
    const TempFolder folder;
    auto ids = leave_rows(folder.path(), 5);
    overwrite(folder.path() / "journal", kHeaderBytes + 2 * kRecordBytes + 40, "torn");
    const auto ledger = open_or_fail(folder.path());
    book_some(*ledger, 50);
    REQUIRE(ledger->flush(kPatience));
    book_some(*ledger, 50);
    REQUIRE(ledger->flush(kPatience));
    CHECK(count_rows(folder.path()) == 104);
    const auto found = ids_in(folder.path());
    CHECK_FALSE(found.contains(ids[2]));
    ids.erase(ids.begin() + 2);
    for (const std::int64_t id : ids) CHECK(found.contains(id));
  }

  TEST_CASE("a torn header costs no row") {
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{8}, std::size_t{16}, std::size_t{24}}) {
      CAPTURE(at);
      const TempFolder folder;
      leave_rows(folder.path(), 5);
      overwrite(folder.path() / "journal", at, std::string(8, '\xEE'));
      LedgerOptions options;
      options.journal_rows = 64;
      const auto ledger = open_or_fail(folder.path(), options);
      book_some(*ledger, 50);
      REQUIRE(ledger->flush(kPatience));
      book_some(*ledger, 50);
      REQUIRE(ledger->flush(kPatience));
      CHECK(count_rows(folder.path()) == 105);
    }
  }

  TEST_CASE("a journal of noise is an empty one") {
    const TempFolder folder;
    std::mt19937 random(7);
    std::string noise(100'000, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    std::ofstream(folder.path() / "journal", std::ios::binary) << noise;
    const auto ledger = open_or_fail(folder.path());
    book_some(*ledger, 10);
    REQUIRE(ledger->flush(kPatience));
    CHECK(count_rows(folder.path()) == 10);
  }

  TEST_CASE("a journal of another layout is refused") {
    const TempFolder folder;
    leave_rows(folder.path(), 5);
    overwrite(folder.path() / "journal", 0, "\x02");
    const auto refused = Ledger::open(folder.path(), Durability::process);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("another version") != std::string::npos);
  }
}

}  // namespace arouter::test
