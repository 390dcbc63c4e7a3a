// kill -9 in the middle of load: what a client saw the end of is in the ledger.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr int kClients = 4;
constexpr int kRounds = 20;

const std::string kStreamed = R"({"model":"beta/model-a","messages":[],"stream":true})";

/// The row's id in "gen-<seconds>-<16 hex of the id><8 hex of a check>".
std::string row_id_in(const std::string& generation) {
  return std::to_string(std::stoll(generation.substr(generation.rfind('-') + 1, 16), nullptr, 16));
}

/// Clients that ask as fast as they are answered, and note each answer whose end they saw.
class Load {
 public:
  Load(const DaemonProcess& daemon, const Gate& enough, int most)
      : daemon_(daemon), enough_(enough), most_(most) {
    for (int i = 0; i < kClients; ++i) threads_.emplace_back([this, i] { ask(i % 2 == 0); });
  }
  ~Load() { join(); }
  /// The ids of the rows that must be there, once the daemon is dead.
  std::vector<std::string> seen() {
    join();
    return seen_;
  }

 private:
  void join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  void ask(bool stream) {
    try {
      RawClient client(daemon_.port());
      const std::string request =
          post(daemon_.port(), kChatPath, daemon_.key(), stream ? kStreamed : chat_json(false));
      while (client.send(request)) {
        const RawResponse answer = client.read_response();
        if (answer.status != 200 || !answer.complete) return;
        note(row_id_in(answer.field("x-generation-id")));
      }
    } catch (const std::runtime_error&) {
      // The daemon was dead before this client was connected.
    }
  }

  void note(const std::string& id) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(id);
    if (seen_.size() >= static_cast<std::size_t>(most_)) enough_.open();
  }

  const DaemonProcess& daemon_;
  const Gate enough_;
  const int most_;
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::vector<std::thread> threads_;
};

}  // namespace

TEST_SUITE("killed_daemon") {
  TEST_CASE("every request whose end a client saw is in the ledger, once, after kill -9") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    MESSAGE("seed ", seed);
    std::mt19937 random(seed);
    TempDir home;
    FakeProvider acme, beta;
    acme.always(Script().send(json_answer(200, chat_body("a"))));
    beta.always(streamed_chat({"a", "b"}));
    const std::string config = encode_config({}, {acme.base_url(), beta.base_url()});
    std::vector<std::string> seen;
    for (int round = 0; round < kRounds; ++round) {
      DaemonProcess daemon(home, config);
      must_listen(daemon);
      const Gate enough;
      Load load(daemon, enough, 1 + static_cast<int>(random() % 100));
      CHECK(enough.wait());
      daemon.signal(SIGKILL);
      REQUIRE(daemon.wait_for_exit() == 128 + SIGKILL);
      const std::vector<std::string> more = load.seen();
      seen.insert(seen.end(), more.begin(), more.end());
    }
    DaemonProcess last(home, config);
    must_listen(last);
    last.signal(SIGTERM);
    REQUIRE(last.wait_for_exit() == 0);

    std::map<std::string, Row> rows;
    for (Row& row : read_ledger(state_of(home))) {
      const std::string id = row.at("id");
      CHECK(rows.emplace(id, std::move(row)).second);
    }
    CHECK(seen.size() >= kRounds);
    for (const std::string& id : seen) {
      CAPTURE(id);
      REQUIRE(rows.contains(id));
      CHECK(rows[id].at("outcome") == "ok");
      CHECK(rows[id].at("usage_origin") == "reported");
      CHECK(rows[id].at("cost_pico_usd") ==
            (rows[id].at("streamed") == "1" ? "30000000" : "48000000"));
    }
    // Beyond them at most what each client had under way when its daemon died.
    CHECK(rows.size() <= seen.size() + static_cast<std::size_t>(kRounds * kClients));
  }
}

}  // namespace arouter::test
