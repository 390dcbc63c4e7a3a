// Two of three providers fail at random: what may be retried goes well, without much retrying, and
// is booked once.
//
// AROUTER_CHAOS_REQUESTS makes it longer, AROUTER_CHAOS_SEED another one.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::stoi(text);
}

/// The request's name, which travels as its "user".
std::string name_in(const std::string& body) {
  const std::size_t at = body.find("\"user\":\"") + 8;
  return body.substr(at, body.find('"', at) - at);
}

bool is_streamed(const RecordedRequest& request) {
  return request.body.find("\"stream\":true") != std::string::npos;
}

/// Nine and five tokens either way: each answer costs the same.
Script good(const RecordedRequest& request) {
  return is_streamed(request) ? streamed_chat({"a", "b", "c", "d", "e"}) : well();
}
constexpr std::string_view kCost = "19000000";

/// Draws faults, and remembers what they mean for the request that met them. Threads: any.
class Faults {
 public:
  explicit Faults(int seed) : random_(static_cast<std::uint32_t>(seed)) {}

  Script answer(const RecordedRequest& request) {
    const std::lock_guard lock(mutex_);
    const std::string name = name_in(request.body);
    switch (std::uniform_int_distribution<int>(0, 9)(random_)) {
      case 0:
        ++unclear_[name];
        return Script().reset();
      case 1:
        return refusal(500).close();
      case 2:
        return refusal(429, "Retry-After: 1\r\n");
      case 3:
        if (is_streamed(request)) {
          begun_.insert(name);
          return Script().send(event_stream_head()).send(chunk(chat_events({"a"})[0])).reset();
        }
        ++unclear_[name];
        return Script().send(json_answer(200, chat_body("a")).substr(0, 200)).close();
      case 4:
        ++unclear_[name];
        return Script().stall();
      default:
        return good(request);
    }
  }
  /// The client saw a part of an answer, or two providers may have worked on it.
  bool may_fail(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return begun_.count(name) != 0 || unclear_[name] > 1;
  }

 private:
  std::mutex mutex_;
  std::mt19937 random_;
  std::map<std::string, int> unclear_;
  std::set<std::string> begun_;
};

constexpr const char* kLines =
    "timeouts = { first_byte_ms = 150 }\nbreaker = { failures = 5, open_ms = 1000 }\n";

struct Tally {
  int asked = 0, excused = 0, failed = 0;
};

/// The `part`-th of four clients at once.
Tally ask(const HealthWorld& world, Faults& faults, int part, int requests) {
  Tally tally;
  for (int i = part; i < requests; i += 4) {
    const std::string name = "r" + std::to_string(i);
    const std::string body =
        R"({"model":"maker/shared","messages":[],"provider":{"order":["acme","beta","gamma"]},)"
        R"("user":")" +
        name + R"(","stream":)" + (i % 2 == 0 ? "true}" : "false}");
    const RawResponse answer =
        call(world.daemon.port(), post(world.daemon.port(), kChatPath, world.daemon.key(), body,
                                       "X-Session-Id: " + name + "\r\n"));
    ++tally.asked;
    if (answer.status == 200 && answer.complete) continue;
    ++(faults.may_fail(name) ? tally.excused : tally.failed);
  }
  return tally;
}

}  // namespace

TEST_SUITE("chaos") {
  TEST_CASE("two of three providers fail every other time, and hardly anybody notices") {
    const int requests = number_from("AROUTER_CHAOS_REQUESTS", 1500);
    const int seed = number_from("AROUTER_CHAOS_SEED", 1);
    MESSAGE("AROUTER_CHAOS_SEED=" << seed);
    const std::string keys = kLines + keys_line({"", "", ""});
    HealthWorld world({keys, kLines, kLines});
    Faults faults(seed);
    for (const std::size_t i : {0U, 1U}) {
      world.providers[i].answers(
          [&faults](const RecordedRequest& request) { return faults.answer(request); });
    }
    world.providers[2].answers(good);

    Tally tallies[4], sum;
    std::vector<std::thread> clients;
    for (int part = 0; part < 4; ++part) {
      clients.emplace_back([&, part] { tallies[part] = ask(world, faults, part, requests); });
    }
    for (std::thread& client : clients) client.join();
    for (const Tally& each : tallies) {
      sum.asked += each.asked;
      sum.excused += each.excused;
      sum.failed += each.failed;
    }
    std::size_t attempts = 0;
    for (const FakeProvider& provider : world.providers) attempts += provider.requests().size();
    MESSAGE(sum.failed << " failed, " << sum.excused << " could not be helped, " << attempts
                       << " attempts for " << requests);
    CHECK(sum.asked == requests);
    CHECK(sum.failed * 1'000 <= (requests - sum.excused) * 5);
    CHECK(sum.excused * 10 <= requests);
    CHECK(attempts * 10 <= static_cast<std::size_t>(requests) * 12);

    const std::vector<Row> rows = world.stop_and_read_rows();
    CHECK(rows.size() == static_cast<std::size_t>(requests));
    std::set<std::string> booked;
    int well = 0;
    for (const Row& row : rows) {
      CAPTURE(row.at("user"));
      CHECK(booked.insert(row.at("user")).second);
      if (row.at("outcome") == "ok") ++well;
      if (row.at("outcome") == "ok") CHECK(row.at("cost_pico_usd") == kCost);
      if (row.at("outcome") == "error") CHECK(row.at("cost_pico_usd") == "0");
    }
    CHECK(well == requests - sum.excused - sum.failed);
    CHECK(world.keeps_secrets());
  }
}

}  // namespace arouter::test
