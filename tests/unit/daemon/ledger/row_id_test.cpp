#include "daemon/ledger/row_id.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "daemon/ledger/ledger.hpp"

namespace arouter {

TEST_SUITE("row ids") {
  TEST_CASE("ids rise, and are unique among threads") {
    constexpr int kThreads = 4;
    constexpr int kIdsEach = 5'000;
    std::vector<std::vector<std::int64_t>> made(kThreads);
    std::vector<std::thread> threads;
    for (std::vector<std::int64_t>& ids : made) {
      threads.emplace_back([&ids] {
        for (int count = 0; count < kIdsEach; ++count) ids.push_back(next_row_id());
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<std::int64_t> all;
    for (const std::vector<std::int64_t>& ids : made) {
      CHECK(std::is_sorted(ids.begin(), ids.end()));
      all.insert(ids.begin(), ids.end());
    }
    CHECK(all.size() == kThreads * kIdsEach);
    CHECK(*all.begin() > 0);
  }

  TEST_CASE("a generation id holds the second and the row id") {
    const std::int64_t id = (std::int64_t{1'700'000'000'123} << 20) + 7;
    const std::string text = generation_id(id);
    CHECK(text.starts_with("gen-1700000000-"));
    CHECK(text.size() == 4 + 10 + 1 + 24);
    CHECK(row_id_of_generation(text) == id);
    const std::int64_t now = next_row_id();
    CHECK(row_id_of_generation(generation_id(now)) == now);
  }

  TEST_CASE("what is no generation id has no row") {
    const std::string good = generation_id((std::int64_t{1'700'000'000'123} << 20) + 7);
    for (std::size_t at = 0; at < good.size(); ++at) {
      CAPTURE(at);
      std::string bad = good;
      bad[at] = bad[at] == '1' ? '2' : '1';
      CHECK(row_id_of_generation(bad) == 0);
      CHECK(row_id_of_generation(good.substr(0, at)) == 0);
    }
    for (const char* text : {"", "gen-", "gen--", "gen-0-000000000000000000000000",
                             "gen-1--00000000000000000000000", "chatcmpl-1"}) {
      CAPTURE(text);
      CHECK(row_id_of_generation(text) == 0);
    }
    CHECK(row_id_of_generation(good + "0") == 0);
    CHECK(row_id_of_generation(" " + good) == 0);
  }
}

}  // namespace arouter
