#include "daemon/ledger/ledger.hpp"

#include <sys/stat.h>

#include <future>
#include <limits>
#include <thread>

#include "tests/unit/daemon/ledger/ledger_probe.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

Result<std::vector<UsageSum>> sums_since(Ledger& ledger, std::int64_t since_us) {
  std::promise<Result<std::vector<UsageSum>>> answer;
  ledger.sum({.since_us = since_us},
             [&](Result<std::vector<UsageSum>> sums) { answer.set_value(sums); });
  auto future = answer.get_future();
  REQUIRE(future.wait_for(kPatience) == std::future_status::ready);
  return future.get();
}

}  // namespace

TEST_SUITE("ledger") {
  TEST_CASE("every field of a row is a column of the table") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    LedgerRow row;
    row.id = next_row_id();
    row.started_us = 1;
    row.key_hash = "hash";
    row.route = "route";
    row.model = "model";
    row.provider = "provider";
    row.upstream_model = "upstream model";
    row.upstream_id = "upstream id";
    row.user = "user";
    row.finish_reason = "stop";
    row.error_code = "code";
    row.outcome = Outcome::truncated;
    row.streamed = true;
    row.status = 502;
    row.attempt = 3;
    row.usage = {2, 3, 4, 5, 6, UsageOrigin::counted};
    row.cost = {Money{7}, Money{8}, Money{9}, true};
    row.first_byte_us = 10;
    row.total_us = 11;
    REQUIRE(ledger->reserve());
    ledger->book(row);
    REQUIRE(ledger->flush(kPatience));

    const auto rows = OtherProgram(folder.path()).run("SELECT * FROM requests");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0] == std::map<std::string, std::string>{{"id", std::to_string(row.id)},
                                                        {"started_us", "1"},
                                                        {"key_hash", "hash"},
                                                        {"route", "route"},
                                                        {"model", "model"},
                                                        {"provider", "provider"},
                                                        {"upstream_model", "upstream model"},
                                                        {"upstream_id", "upstream id"},
                                                        {"user", "user"},
                                                        {"finish_reason", "stop"},
                                                        {"error_code", "code"},
                                                        {"outcome", "truncated"},
                                                        {"streamed", "1"},
                                                        {"is_byok", "1"},
                                                        {"status", "502"},
                                                        {"attempt", "3"},
                                                        {"input_tokens", "2"},
                                                        {"output_tokens", "3"},
                                                        {"cached_input_tokens", "4"},
                                                        {"cache_write_tokens", "5"},
                                                        {"reasoning_tokens", "6"},
                                                        {"usage_origin", "counted"},
                                                        {"cost_pico_usd", "7"},
                                                        {"prompt_cost_pico_usd", "8"},
                                                        {"completion_cost_pico_usd", "9"},
                                                        {"first_byte_us", "10"},
                                                        {"total_us", "11"}});
  }

  TEST_CASE("a request without a first byte has none in the table") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    book_some(*ledger, 1);
    REQUIRE(ledger->flush(kPatience));
    CHECK(OtherProgram(folder.path())
              .number("SELECT count(*) FROM requests"
                      " WHERE first_byte_us IS NULL") == 1);
  }

  TEST_CASE("rows booked by eight threads at once are all there, once") {
    constexpr int kThreads = 8;
    constexpr int kRowsEach = 2'000;
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&ledger, thread] {
        const std::string user = std::to_string(thread);
        for (int booked = 0; booked < kRowsEach; ++booked) {
          while (!ledger->reserve()) std::this_thread::yield();
          LedgerRow row = some_row();
          row.user = user;
          row.total_us = booked;
          ledger->book(row);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(ledger->flush(kPatience));
    OtherProgram other(folder.path());
    CHECK(other.number("SELECT count(*) FROM requests") == kThreads * kRowsEach);
    CHECK(other.number("SELECT count(*) FROM (SELECT DISTINCT user, total_us FROM requests)") ==
          kThreads * kRowsEach);
  }

  TEST_CASE("rows that are booked without a flush arrive by themselves") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    OtherProgram other(folder.path());
    // More than once: the first row may find the thread awake, later ones find it asleep.
    for (int booked = 1; booked <= 5; ++booked) {
      book_some(*ledger, 1);
      const auto deadline = std::chrono::steady_clock::now() + kPatience;
      std::int64_t rows = 0;
      while (rows < booked && std::chrono::steady_clock::now() < deadline) {
        rows = other.number("SELECT count(*) FROM requests");
      }
      REQUIRE(rows == booked);
    }
  }

  TEST_CASE("what was booked is in the table when the ledger is gone") {
    const TempFolder folder;
    open_or_fail(folder.path());
    {
      const auto ledger = open_or_fail(folder.path());
      book_some(*ledger, 300);
    }
    CHECK(count_rows(folder.path()) == 300);
  }

  TEST_CASE("rows outlive the ledger also when each waits for the disk") {
    const TempFolder folder;
    LedgerOptions options;
    options.durability = Durability::power;
    {
      const auto ledger = open_or_fail(folder.path(), options);
      book_some(*ledger, 5);
    }
    CHECK(count_rows(folder.path()) == 5);
  }

  TEST_CASE("sums are by provider and model, from a time on") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    const auto book = [&](std::string_view provider, std::int64_t started_us, Outcome outcome) {
      REQUIRE(ledger->reserve());
      LedgerRow row = some_row();
      row.provider = provider;
      row.started_us = started_us;
      row.outcome = outcome;
      ledger->book(row);
    };
    book("acme", 99, Outcome::ok);
    book("acme", 100, Outcome::ok);
    book("acme", 101, Outcome::truncated);
    book("acme", 101, Outcome::client_gone);
    book("other", 102, Outcome::error);

    const auto sums = sums_since(*ledger, 100);
    REQUIRE(sums.has_value());
    REQUIRE(sums->size() == 2);
    CHECK(sums->at(0).provider == "acme");
    CHECK(sums->at(0).model == "acme/model-a");
    CHECK(sums->at(0).requests == 3);
    CHECK(sums->at(0).failures == 1);
    CHECK(sums->at(0).input_tokens == 36);
    CHECK(sums->at(0).output_tokens == 15);
    CHECK(sums->at(0).cost == Money{162'000'000});
    CHECK(sums->at(1).provider == "other");
    CHECK(sums->at(1).failures == 1);
  }

  TEST_CASE("sums beyond 64 bits saturate") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (int booked = 0; booked < 3; ++booked) {
      REQUIRE(ledger->reserve());
      LedgerRow row = some_row();
      row.cost.total = Money{most - 1};
      row.usage.input_tokens = most;
      ledger->book(row);
    }
    const auto sums = sums_since(*ledger, 0);
    REQUIRE(sums.has_value());
    REQUIRE(sums->size() == 1);
    CHECK(sums->front().cost == Money{most});
    CHECK(sums->front().input_tokens == most);
    CHECK(sums->front().output_tokens == 15);
  }

  TEST_CASE("a sum in many slices counts each row once, and rows are moved meanwhile") {
    const TempFolder folder;
    LedgerOptions options;
    options.sum_slice = 3;
    const auto ledger = open_or_fail(folder.path(), options);
    book_some(*ledger, 1'000);
    std::promise<Result<std::vector<UsageSum>>> answer;
    ledger->sum({}, [&](Result<std::vector<UsageSum>> sums) { answer.set_value(sums); });
    book_some(*ledger, 500);
    const auto sums = answer.get_future().get();
    REQUIRE(sums.has_value());
    REQUIRE(sums->size() == 1);
    CHECK(sums->front().requests >= 1'000);
    CHECK(sums->front().cost == Money{54'000'000 * sums->front().requests});
    REQUIRE(ledger->flush(kPatience));
    CHECK(count_rows(folder.path()) == 1'500);
  }

  TEST_CASE("folder and files are the user's alone, whatever the umask") {
    for (const mode_t mask : {mode_t{0}, mode_t{0077}, mode_t{0777}}) {
      CAPTURE(mask);
      const TempFolder folder;
      const auto state = folder.path() / "deeper" / "state";
      std::filesystem::create_directories(folder.path() / "deeper");
      const Umask during(mask);
      const auto ledger = open_or_fail(state);
      book_some(*ledger, 1);
      REQUIRE(ledger->flush(kPatience));
      CHECK(mode_of(state) == 0700);
      for (const auto& entry : std::filesystem::directory_iterator(state)) {
        CAPTURE(entry.path().string());
        CHECK(mode_of(entry.path()) == 0600);
      }
    }
  }

  TEST_CASE("a ledger of a newer arouter is refused and left alone") {
    const TempFolder folder;
    open_or_fail(folder.path());
    OtherProgram(folder.path()).run("PRAGMA user_version = 7");
    const auto refused = Ledger::open(folder.path(), Durability::process);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("newer arouter (schema 7") != std::string::npos);
    CHECK(OtherProgram(folder.path()).number("PRAGMA user_version") == 7);
  }

  TEST_CASE("a file that is no database is an error that names it") {
    const TempFolder folder;
    std::ofstream(folder.path() / "arouter.db") << std::string(4096, 'x');
    const auto refused = Ledger::open(folder.path(), Durability::process);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("arouter.db is damaged") != std::string::npos);
    CHECK(refused.error().message.find(folder.path().string()) != std::string::npos);
  }

  TEST_CASE("ids go on after the greatest known one, even when the clock went back") {
    const TempFolder folder;
    open_or_fail(folder.path());
    const std::int64_t ahead = next_row_id() + (std::int64_t{3'600'000} << 20);
    OtherProgram(folder.path())
        .run("INSERT INTO requests SELECT " + std::to_string(ahead) +
             ",0,'','','','','','','','','','ok',0,0,0,0,0,0,0,0,0,'none',0,0,0,NULL,0");
    const auto ledger = open_or_fail(folder.path());
    CHECK(next_row_id() > ahead);
  }
}

}  // namespace arouter::test
