// Translated streams that end before their time: the client leaves, or the daemon is told to stop.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string kLast(kLastChunk);

struct Pair {
  std::string_view provider;
  std::string_view client;
  bool as_array = false;

  std::string name() const {
    return std::string(provider) + " to " + std::string(client) + (as_array ? " (array)" : "");
  }
  Ask ask() const {
    return {.format = client, .model = model_of(provider), .stream = true, .as_array = as_array};
  }
};

std::vector<Pair> translated_pairs() {
  std::vector<Pair> pairs;
  for (const std::string_view provider : kFormats) {
    for (const std::string_view client : kFormats) {
      if (client != provider) pairs.push_back({provider, client});
    }
    if (provider != "gemini") pairs.push_back({provider, "gemini", true});
  }
  return pairs;
}

Script stream_of(const std::string& wire) {
  return Script().send(event_stream_head()).send(chunk(wire));
}

/// A client that has read the first text of its stream.
std::unique_ptr<RawClient> begin_stream(WireWorld& world, const Pair& pair, Script script) {
  world.provider.plays(std::move(script));
  auto client = std::make_unique<RawClient>(world.daemon.port());
  client->send(world.request(pair.ask()));
  CHECK(client->read_head().status == 200);
  CHECK(client->read_body_until("half"));
  return client;
}

/// A translated stream of every pair, each at its first text.
struct RunningStreams {
  RunningStreams(WireWorld& world, const Gate& finish) {
    for (const Pair& pair : translated_pairs()) {
      const StreamWire wire = stream_wire(pair.provider);
      clients.emplace_back(pair, begin_stream(world, pair,
                                              stream_of(wire.opening + wire.delta)
                                                  .wait(finish)
                                                  .send(chunk(wire.closing + wire.mark) + kLast)));
    }
  }
  std::vector<std::pair<Pair, std::unique_ptr<RawClient>>> clients;
};

/// Streams broken off by a daemon that stops: each client is told so.
void check_broken_off(WireWorld& world, RunningStreams& running) {
  for (const auto& [pair, client] : running.clients) {
    CAPTURE(pair.name());
    const RawResponse& cut = client->read_rest();
    CAPTURE(cut.body);
    CHECK_FALSE(cut.complete);
    CHECK(text_of(pair.client, cut) == "half");
    CHECK_FALSE(has_success_mark(pair.client, cut.body));
    CHECK(told_by(pair.client, cut).code == told_code(pair.client, "draining", 503));
    client->reset();  // a client that stays would be waited for a little
  }
  CHECK(world.daemon.wait_for_exit() == 0);
  const std::vector<Row> rows = read_ledger(state_of(world.home));
  REQUIRE(rows.size() == running.clients.size());
  for (const Row& row : rows) {
    CHECK(row.at("outcome") == "truncated");
    CHECK(row.at("error_code") == "draining");
    CHECK(row.at("status") == "200");
  }
}

}  // namespace

TEST_SUITE("format leaves") {
  TEST_CASE("a client that leaves a translated stream ends the provider's work at once") {
    WireWorld world;
    std::vector<milliseconds> took;
    for (const Pair& pair : translated_pairs()) {
      CAPTURE(pair.name());
      for (const bool by_reset : {true, false}) {
        CAPTURE(by_reset);
        const Gate gone;
        const StreamWire wire = stream_wire(pair.provider);
        std::unique_ptr<RawClient> client =
            begin_stream(world, pair, stream_of(wire.opening + wire.delta).await_client_gone(gone));
        const auto left = steady_clock::now();
        if (by_reset) client->reset();
        client.reset();
        CHECK(gone.wait());
        took.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - left));
      }
    }
    // What a busy machine adds is not the daemon's: the quickest shows what it needs itself.
    CHECK(*std::min_element(took.begin(), took.end()) < milliseconds(100));
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == took.size());
    const std::vector<Pair> pairs = translated_pairs();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Pair& pair = pairs[i / 2];
      CAPTURE(pair.name());
      CHECK(rows[i].at("outcome") == "client_gone");
      CHECK(rows[i].at("error_code") == "client_gone");
      CHECK(rows[i].at("status") == "200");
      CHECK(rows[i].at("provider") == "to-" + std::string(pair.provider));
      CHECK(rows[i].at("upstream_id") == "up-1");
      CHECK(rows[i].at("first_byte_us") != "");
      CHECK(rows[i].at("output_tokens") == "1");  // "half": four bytes
      const bool reports_first = pair.provider == "anthropic";
      CHECK(rows[i].at("usage_origin") == (reports_first ? "reported" : "estimated"));
      if (reports_first) CHECK(rows[i].at("input_tokens") == kInput);
      CHECK(rows[i].at("cost_pico_usd") != "0");
    }
  }

  TEST_CASE("usage that came before the client left is booked as reported") {
    WireWorld world;
    std::size_t left = 0;
    for (const Pair& pair : translated_pairs()) {
      if (pair.provider == "responses") continue;  // reports it with the end mark
      CAPTURE(pair.name());
      const Gate gone;
      const StreamWire wire = stream_wire(pair.provider);
      // One write, so that who has seen the text has had the usage as well.
      begin_stream(world, pair,
                   stream_of(wire.opening + wire.delta + wire.closing).await_client_gone(gone))
          ->reset();
      CHECK(gone.wait());
      ++left;
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == left);
    for (const Row& row : rows) {
      CAPTURE(row.at("provider"));
      CAPTURE(row.at("route"));
      CHECK(row.at("outcome") == "client_gone");
      CHECK(row.at("usage_origin") == "reported");
      CHECK(row.at("input_tokens") == kInput);
      CHECK(row.at("output_tokens") == kOutput);
      CHECK(row.at("cost_pico_usd") == kPicoUsd);
    }
  }

  TEST_CASE("SIGTERM lets translated streams finish whole") {
    WireWorld world;
    const Gate finish;
    RunningStreams running(world, finish);
    world.daemon.signal(SIGTERM);
    REQUIRE(world.daemon.wait_for_errors("draining"));
    CHECK_FALSE(world.daemon.wait_for_exit(milliseconds(0)));
    finish.open();
    for (const auto& [pair, client] : running.clients) {
      CAPTURE(pair.name());
      const RawResponse& answer = client->read_rest();
      CAPTURE(answer.body);
      CHECK(answer.complete);
      CHECK(text_of(pair.client, answer) == "half");
      CHECK(has_success_mark(pair.client, answer.body));
      CHECK(told_by(pair.client, answer).code == "");
      CHECK(client->read_ending() == ReadEnd::fin);
      client->reset();
    }
    CHECK(world.daemon.wait_for_exit() == 0);
    const std::vector<Row> rows = read_ledger(state_of(world.home));
    REQUIRE(rows.size() == running.clients.size());
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "ok");
      CHECK(row.at("usage_origin") == "reported");
      CHECK(row.at("cost_pico_usd") == kPicoUsd);
    }
  }

  TEST_CASE("a second SIGTERM breaks translated streams off in each client's own words") {
    WireWorld world;
    const Gate finish;
    RunningStreams running(world, finish);
    world.daemon.signal(SIGTERM);
    REQUIRE(world.daemon.wait_for_errors("draining"));
    world.daemon.signal(SIGTERM);
    check_broken_off(world, running);
  }

  TEST_CASE("translated streams that outlast the patience of a stop are broken off alike") {
    WireWorld world("", "", "drain_ms = 100");
    const Gate finish;
    RunningStreams running(world, finish);
    world.daemon.signal(SIGTERM);
    check_broken_off(world, running);
  }
}

}  // namespace arouter::test
