// Providers that send too much, for too long, in too small pieces, or packed: each ends, and none
// is passed on as what was asked for.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/fault_table.hpp"

namespace arouter::test {

namespace {

const std::string kDelta = chat_events({"half"}).front();

/// Begins as gzip does.
const std::string kPacked("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03packed\x00\xff", 18);

}  // namespace

TEST_SUITE("provider_bounds") {
  TEST_CASE("an answer of over 64 MiB is not taken in") {
    World world;
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    check_faults(
        world, world.chat_request(chat_json(false)),
        {{"without end", Script().send(head + "{\"x\":\"").flood(std::string(1 << 20, 'x')),
          "502 upstream_malformed"}});
  }

  TEST_CASE("an answer that never pauses and never ends is over when its time is") {
    World world({.provider = "timeouts = { total_ms = 500 }"});
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    check_faults(world, world.chat_request(chat_json(false)),
                 {{"blanks", Script().send(head).flood(" "), "504 upstream_timeout"}});
  }

  TEST_CASE("a stream that never pauses and never ends is over when its time is") {
    World world({.provider = "timeouts = { total_ms = 300 }"});
    std::string much;
    for (int i = 0; i < 200; ++i) much += chunk(kDelta);
    world.provider.plays(Script().send(event_stream_head()).flood(much));
    const RawResponse answer = world.chat(chat_json(true));
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.complete);
    CHECK(answer.body.find("upstream_timeout") != std::string::npos);
    CHECK(answer.body.find("[DONE]") == std::string::npos);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "truncated");
    CHECK(rows[0].at("error_code") == "upstream_timeout");
    CHECK(rows[0].at("usage_origin") == "estimated");
  }

  TEST_CASE("tiny events leave in large pieces, every one of them") {
    constexpr std::size_t kEvents = 50'000;
    World world;
    std::string wire = event_stream_head();
    const std::string tiny = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
    for (std::size_t i = 0; i < kEvents; ++i) wire += chunk(tiny);
    for (const std::string& last : chat_events({}, false)) wire += chunk(last);
    world.provider.plays(Script().send(wire + std::string(kLastChunk)));
    RawClient client(world.daemon.port());
    client.send(world.chat_request(chat_json(true), "Connection: close\r\n"));
    CHECK(client.read_ending() == ReadEnd::fin);
    std::string_view rest = client.leftover();
    rest.remove_prefix(rest.find("\r\n\r\n") + 4);
    std::size_t chunks = 0, bytes = 0;
    for (; rest.size() > kLastChunk.size(); ++chunks) {
      const std::size_t size =
          std::stoul(std::string(rest.substr(0, rest.find("\r\n"))), nullptr, 16);
      rest.remove_prefix(rest.find("\r\n") + 2 + size + 2);
      bytes += size;
    }
    CHECK(rest == kLastChunk);
    CHECK(bytes > kEvents * tiny.size());
    CHECK(chunks * 20 < kEvents);
  }

  TEST_CASE("a packed answer is refused by name: nobody asked for one") {
    World world;
    for (const std::string coding : {"gzip", "br", "deflate, gzip"}) {
      CAPTURE(coding);
      const std::string field = "Content-Encoding: " + coding + "\r\n";
      const std::string stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + field;
      for (const bool streamed : {false, true}) {
        world.provider.plays(streamed ? Script().send(stream + "\r\n" + kPacked).close()
                                      : Script().send(json_answer(200, kPacked, field)));
        const RawResponse answer = world.chat(chat_json(streamed));
        CHECK(answer.status == 502);
        CHECK(error_code_of(answer) == "upstream_malformed");
        CHECK(error_of(answer).value("message", "").find("compressed") != std::string::npos);
      }
    }
    CHECK(world.provider.requests().at(0).field("accept-encoding") == "identity");
    for (const std::string word : {"identity", "utf-8", "none"}) {
      CAPTURE(word);
      world.provider.plays(
          Script().send(json_answer(200, chat_body("a"), "Content-Encoding: " + word + "\r\n")));
      CHECK(world.chat(chat_json(false)).status == 200);
    }
  }
}

}  // namespace arouter::test
