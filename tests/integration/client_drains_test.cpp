// on_client_gone = "drain": a client that leaves does not end the call, which is read on for its
// usage, within bounds; and the row still says that nobody was there.
#include <doctest/doctest.h>

#include <signal.h>

#include <memory>

#include "tests/integration/answers.hpp"
#include "tests/integration/wire_formats.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kDrain = "on_client_gone = \"drain\"";

Script stream_of(const std::string& begin, const Gate& go_on, const std::string& rest,
                 const Gate& ended) {
  return Script()
      .send(event_stream_head() + chunk(begin))
      .wait(go_on)
      .send(chunk(rest) + std::string(kLastChunk))
      .reach(ended);
}

/// A client that asks and, once the provider has `asked` and it has read `seen`, is gone.
void ask_and_leave(const World& world, const std::string& request, const Gate& asked,
                   const std::string& seen = {}) {
  RawClient client(world.daemon.port());
  client.send(request);
  REQUIRE(asked.wait());
  if (!seen.empty()) {
    client.read_head();
    REQUIRE(client.read_body_until(seen));
  }
  client.reset();
  // By then every loop has taken notice.
  for (int i = 0; i < 8; ++i) {
    CHECK(call(world.daemon.port(), get(world.daemon.port(), "/healthz", "")).status == 200);
  }
}

/// Every client's format with every provider's, streamed or not.
std::vector<Ask> every_ask(bool stream) {
  std::vector<Ask> asks;
  for (const std::string_view client : kFormats) {
    for (const std::string_view provider : kFormats) {
      asks.push_back({.format = client, .model = model_of(provider), .stream = stream});
    }
  }
  return asks;
}

std::string_view provider_of(const Ask& ask) {
  for (const std::string_view format : kFormats) {
    if (ask.model == model_of(format)) return format;
  }
  return {};
}

void check_drained(const std::vector<Row>& rows, std::string_view status) {
  for (const Row& row : rows) {
    CAPTURE(row.at("provider"));
    CAPTURE(row.at("route"));
    CHECK(row.at("outcome") == "client_gone");
    CHECK(row.at("error_code") == "client_gone");
    CHECK(row.at("status") == status);
    CHECK(row.at("attempt") == "1");
    CHECK(row.at("usage_origin") == "reported");
    CHECK(row.at("input_tokens") == kInput);
    CHECK(row.at("output_tokens") == kOutput);
    CHECK(row.at("cost_pico_usd") == kPicoUsd);
  }
}

}  // namespace

TEST_SUITE("client drains") {
  TEST_CASE("a stream whose client has left is read on to its usage, in every format") {
    WireWorld world{std::string(kDrain)};
    const std::vector<Ask> asks = every_ask(true);
    for (const Ask& ask : asks) {
      CAPTURE(ask.format);
      CAPTURE(ask.model);
      const Gate asked, go_on, ended;
      const StreamWire wire = stream_wire(provider_of(ask));
      asked.open();
      world.provider.plays(
          stream_of(wire.opening + wire.delta, go_on, wire.closing + wire.mark, ended));
      ask_and_leave(world, world.request(ask), asked, "half");
      go_on.open();
      CHECK(ended.wait());
    }
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), asks.size());
    REQUIRE(rows.size() == asks.size());
    check_drained(rows, "200");
  }

  TEST_CASE("an answer whose client did not wait for it is read for its usage") {
    for (const bool stream : {false, true}) {
      CAPTURE(stream);
      WireWorld world{std::string(kDrain)};
      const std::vector<Ask> asks = every_ask(stream);
      for (const Ask& ask : asks) {
        CAPTURE(ask.format);
        CAPTURE(ask.model);
        const Gate asked, go_on, ended;
        const std::string_view provider = provider_of(ask);
        const std::string answer = stream ? event_stream_head() +
                                                chunk(stream_wire(provider).whole()) +
                                                std::string(kLastChunk)
                                          : json_answer(200, reply_wire(provider));
        world.provider.plays(Script().reach(asked).wait(go_on).send(answer).reach(ended));
        ask_and_leave(world, world.request(ask), asked);
        go_on.open();
        CHECK(ended.wait());
      }
      const std::vector<Row> rows = wait_for_rows(state_of(world.home), asks.size());
      REQUIRE(rows.size() == asks.size());
      check_drained(rows, "0");
    }
  }

  TEST_CASE("calls of a provider's own API are read on too, when their usage can be read") {
    WireWorld world{std::string(kDrain)};
    const auto request = [&](std::string_view path, bool stream) {
      return post(world.daemon.port(), "/to-openai" + std::string(path), world.daemon.key(),
                  ask_body({.format = "openai", .model = "m", .stream = stream}));
    };
    const StreamWire wire = stream_wire("openai");
    {
      const Gate asked, go_on, ended;
      asked.open();
      world.provider.plays(
          stream_of(wire.opening + wire.delta, go_on, wire.closing + wire.mark, ended));
      ask_and_leave(world, request("/v1/chat/completions", true), asked, "half");
      go_on.open();
      CHECK(ended.wait());
    }
    {
      const Gate asked, go_on, ended;
      world.provider.plays(Script()
                               .reach(asked)
                               .wait(go_on)
                               .send(json_answer(200, reply_wire("openai")))
                               .reach(ended));
      ask_and_leave(world, request("/v1/chat/completions", false), asked);
      go_on.open();
      CHECK(ended.wait());
    }
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), 2);
    REQUIRE(rows.size() == 2);
    check_drained({rows[0]}, "200");
    check_drained({rows[1]}, "0");
    const Gate asked, gone;
    world.provider.plays(Script().reach(asked).await_client_gone(gone));
    ask_and_leave(world, request("/v1/files", false), asked);
    CHECK(gone.wait());
  }

  TEST_CASE("a provider that fails for a client that has left is not followed by another") {
    WireWorld world{std::string(kDrain)};
    const Gate asked, go_on, ended;
    world.provider.plays(Script()
                             .reach(asked)
                             .wait(go_on)
                             .send(json_answer(500, error_wire("openai", 500, "no")))
                             .reach(ended));
    ask_and_leave(world, world.request({.format = "openai", .model = model_of("openai")}), asked);
    go_on.open();
    CHECK(ended.wait());
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), 1);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "client_gone");
    CHECK(rows[0].at("usage_origin") == "none");
    CHECK(world.provider.requests().size() == 1);
  }

  TEST_CASE("an answer without an end is cut off behind 4 MiB, and estimated") {
    WireWorld world{std::string(kDrain)};
    const StreamWire wire = stream_wire("openai");
    const Gate asked, go_on, gone;
    asked.open();
    std::string flood;
    for (int i = 0; i < 64; ++i) flood += chunk(wire.delta);
    world.provider.plays(Script()
                             .send(event_stream_head() + chunk(wire.opening + wire.delta))
                             .wait(go_on)
                             .flood(flood)
                             .reach(gone));
    ask_and_leave(world,
                  world.request({.format = "openai", .model = model_of("openai"), .stream = true}),
                  asked, "half");
    go_on.open();
    CHECK(gone.wait());
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), 1);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "client_gone");
    CHECK(rows[0].at("usage_origin") == "estimated");
    const std::size_t events = 4 * 1024 * 1024 / wire.delta.size();
    const auto tokens = static_cast<std::size_t>(std::stoul(rows[0].at("output_tokens")));
    CHECK(tokens <= events);  // "half" is a token
    CHECK(tokens >= events - events / 8);
  }

  TEST_CASE("no more than 32 answers are read on at once: those beyond are cancelled") {
    WireWorld world{std::string(kDrain)};
    const Gate go_on;
    std::vector<Gate> ended(33);
    const std::string request =
        world.request({.format = "openai", .model = model_of("openai"), .stream = false});
    for (Gate& each : ended) {
      const Gate asked;
      each = Gate();
      const bool is_last = &each == &ended.back();
      Script script;
      script.reach(asked);
      if (is_last) {
        script.await_client_gone(each);
      } else {
        script.wait(go_on).send(json_answer(200, reply_wire("openai"))).reach(each);
      }
      world.provider.plays(script);
      ask_and_leave(world, request, asked);
      // That it is read on shows in nothing but the row's not coming; the last one's comes.
    }
    CHECK(ended.back().wait());
    go_on.open();
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), 33);
    REQUIRE(rows.size() == 33);
    int reported = 0;
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "client_gone");
      reported += row.at("usage_origin") == "reported" ? 1 : 0;
    }
    CHECK(reported == 32);
  }

  TEST_CASE("a daemon that stops does not wait for answers that nobody waits for") {
    WireWorld world{std::string(kDrain)};
    const Gate asked, gone;
    world.provider.plays(Script().reach(asked).await_client_gone(gone));
    ask_and_leave(world, world.request({.format = "openai", .model = model_of("openai")}), asked);
    world.daemon.signal(SIGTERM);
    CHECK(gone.wait());
    CHECK(world.daemon.wait_for_exit() == 0);
    const std::vector<Row> rows = read_ledger(state_of(world.home));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "client_gone");
  }
}

}  // namespace arouter::test
