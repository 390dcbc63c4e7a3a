#include "daemon/upstream/address_race.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace arouter::daemon {

namespace {

using std::chrono::milliseconds;

constexpr SteadyTime kStart{std::chrono::hours(1)};

/// A host's addresses, each with the time after which it fails (0: never), on a clock of their own.
/// Says which were started and when, as in "0@0 1@250", and "lost@…" at the end.
std::string run(const std::vector<int>& fails_after, int until_ms) {
  AddressRace race(fails_after.size());
  std::multimap<int, bool> agenda;  // when, and whether a try fails then
  std::string story;
  const auto make = [&](const AddressRace::Move& move, int now) {
    if (move.start) {
      story += std::to_string(*move.start) + "@" + std::to_string(now) + " ";
      const int lasts = fails_after.at(*move.start);
      if (lasts > 0) agenda.emplace(now + lasts, true);
    }
    if (move.wake_at) {
      const auto wait = std::chrono::duration_cast<milliseconds>(*move.wake_at - kStart);
      agenda.emplace(static_cast<int>(wait.count()), false);
    }
    if (move.lost) story += "lost@" + std::to_string(now) + " ";
  };
  make(race.begin(kStart), 0);
  while (!agenda.empty() && agenda.begin()->first <= until_ms) {
    const auto [now, is_failure] = *agenda.begin();
    agenda.erase(agenda.begin());
    const SteadyTime time = kStart + milliseconds(now);
    make(is_failure ? race.take_failure(time) : race.take_time(time), now);
  }
  if (!story.empty()) story.pop_back();
  return story;
}

}  // namespace

TEST_SUITE("address race") {
  TEST_CASE("addresses that say nothing are tried a quarter of a second apart") {
    CHECK(run({0, 0, 0}, 10'000) == "0@0 1@250 2@500");
  }

  TEST_CASE("a failure starts the next address at once, and the quarter anew") {
    CHECK(run({1, 1, 0, 0}, 10'000) == "0@0 1@1 2@2 3@252");
    CHECK(run({100, 0, 0}, 10'000) == "0@0 1@100 2@350");
  }

  TEST_CASE("an old attempt that fails late starts the next as well") {
    CHECK(run({300, 0, 0, 0}, 10'000) == "0@0 1@250 2@300 3@550");
  }

  TEST_CASE("the race is lost when the last attempt has failed, whichever that is") {
    CHECK(run({1, 1}, 10'000) == "0@0 1@1 lost@2");
    CHECK(run({900, 1}, 10'000) == "0@0 1@250 lost@900");
    CHECK(run({900, 1}, 899) == "0@0 1@250");
  }

  TEST_CASE("a single address needs no clock") {
    AddressRace race(1);
    const AddressRace::Move move = race.begin(kStart);
    CHECK(move.start == 0);
    CHECK(!move.wake_at.has_value());
    CHECK(race.take_failure(kStart).lost);
  }

  TEST_CASE("a host without addresses has lost before it begins") {
    CHECK(AddressRace(0).begin(kStart).lost);
  }

  TEST_CASE("a clock that calls too early is asked to call again") {
    AddressRace race(3);
    const std::optional<SteadyTime> wake_at = race.begin(kStart).wake_at;
    const AddressRace::Move early = race.take_time(kStart + milliseconds(249));
    CHECK(!early.start.has_value());
    CHECK(early.wake_at == wake_at);
    CHECK(race.take_time(*wake_at).start == 1);
    // The last has begun: there is nothing left to wait for.
    CHECK(race.take_time(*wake_at + milliseconds(250)).start == 2);
    const AddressRace::Move late = race.take_time(*wake_at + milliseconds(500));
    CHECK(!late.start.has_value());
    CHECK(!late.wake_at.has_value());
  }
}

}  // namespace arouter::daemon
