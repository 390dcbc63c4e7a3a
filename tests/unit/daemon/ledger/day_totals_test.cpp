#include "daemon/ledger/day_totals.hpp"

#include <doctest/doctest.h>

#include <future>

#include "tests/unit/daemon/ledger/ledger_probe.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int32_t kDay = 20'000;  // 2024-10-04

void book(Ledger& ledger, const char* key, const char* user, std::int32_t day, std::int64_t cost) {
  LedgerRow row = some_row();
  row.key_hash = key;
  row.user = user;
  row.started_us = day * kDayUs + 1;
  row.cost = {.total = Money{cost}};
  REQUIRE(ledger.reserve());
  ledger.book(row);
}

/// "key user day cost" of each sum.
std::string sums(Ledger& ledger, const DayQuery& query) {
  REQUIRE(ledger.flush(kPatience));
  const Result<std::vector<DaySum>> found = ledger.sum_days_now(query);
  REQUIRE(found.has_value());
  std::string text;
  for (const DaySum& each : *found) {
    text += each.key_hash + " " + each.user + " " + std::to_string(each.day - kDay) + " " +
            std::to_string(each.cost.pico_usd) + "\n";
  }
  return text;
}

}  // namespace

TEST_SUITE("day totals") {
  TEST_CASE("days are summed by key and user, across providers and models and batches") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    book(*ledger, "k1", "ann", kDay, 3);
    REQUIRE(ledger->flush(kPatience));
    book(*ledger, "k1", "ann", kDay, 4);
    book(*ledger, "k1", "", kDay + 1, 5);
    book(*ledger, "k2", "ann", kDay, 6);
    CHECK(sums(*ledger, {}) == "k1 ann 0 7\nk1  1 5\nk2 ann 0 6\n");
    CHECK(sums(*ledger, {.keys = {"k2", "k1"}}) == "k2 ann 0 6\nk1 ann 0 7\nk1  1 5\n");
    CHECK(sums(*ledger, {.keys = {"none"}}) == "");
    std::promise<std::size_t> answer;
    ledger->sum_days({}, [&](Result<std::vector<DaySum>> found) {
      answer.set_value(found ? found->size() : 0);
    });
    CHECK(answer.get_future().get() == 3);
  }

  TEST_CASE("a row that is moved twice is counted once") {
    const TempFolder folder;
    std::string journal;
    {
      const auto ledger = open_or_fail(folder.path());
      book(*ledger, "k", "", kDay, 3);
      journal = read_file(folder.path() / "journal");
      REQUIRE(ledger->flush(kPatience));
    }
    // As after a death between the batch and the journal's own note of it.
    std::ofstream(folder.path() / "journal", std::ios::binary) << journal;
    const auto ledger = open_or_fail(folder.path());
    CHECK(count_rows(folder.path()) == 1);
    CHECK(sums(*ledger, {}) == "k  0 3\n");
  }

  TEST_CASE("what would not fit a number stays at the greatest there is") {
    const TempFolder folder;
    const auto ledger = open_or_fail(folder.path());
    for (int i = 0; i < 2; ++i) {
      book(*ledger, "k", "", kDay, INT64_MAX - 1);
      REQUIRE(ledger->flush(kPatience));
    }
    CHECK(sums(*ledger, {}) == "k  0 " + std::to_string(INT64_MAX) + "\n");
  }

  TEST_CASE("a ledger of the first version is taken over with its days") {
    const TempFolder folder;
    OtherProgram(folder.path())
        .run(
            "PRAGMA journal_mode = WAL;"
            "CREATE TABLE requests (id INTEGER PRIMARY KEY, started_us INTEGER NOT NULL,"
            " key_hash TEXT NOT NULL, route TEXT NOT NULL, model TEXT NOT NULL,"
            " provider TEXT NOT NULL, upstream_model TEXT NOT NULL, upstream_id TEXT NOT NULL,"
            " user TEXT NOT NULL, finish_reason TEXT NOT NULL, error_code TEXT NOT NULL,"
            " outcome TEXT NOT NULL, streamed INTEGER NOT NULL, status INTEGER NOT NULL,"
            " attempt INTEGER NOT NULL, input_tokens INTEGER NOT NULL,"
            " output_tokens INTEGER NOT NULL, cached_input_tokens INTEGER NOT NULL,"
            " cache_write_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,"
            " usage_origin TEXT NOT NULL, cost_pico_usd INTEGER NOT NULL,"
            " prompt_cost_pico_usd INTEGER NOT NULL, completion_cost_pico_usd INTEGER NOT NULL,"
            " first_byte_us INTEGER, total_us INTEGER NOT NULL) STRICT;"
            "PRAGMA user_version = 1;");
    for (const char* id : {"1", "2"}) {
      OtherProgram(folder.path())
          .run("INSERT INTO requests VALUES (" + std::string(id) + ", " +
               std::to_string(kDay * kDayUs) +
               ",'k','r','m','p','u','i','ann','stop','','ok',0,200,1,2,3,0,0,0,'reported',21,1,2,"
               "NULL,9)");
    }
    std::filesystem::permissions(folder.path() / "arouter.db", std::filesystem::perms(0600));
    const auto ledger = open_or_fail(folder.path());
    CHECK(sums(*ledger, {}) == "k ann 0 42\n");
    book(*ledger, "k", "ann", kDay, 8);
    CHECK(sums(*ledger, {}) == "k ann 0 50\n");
    CHECK(OtherProgram(folder.path()).number("SELECT sum(is_byok) FROM requests") == 0);
  }
}

}  // namespace arouter::test
