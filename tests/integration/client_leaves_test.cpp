// Clients that leave, close half, or do not read.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

const std::string kDelta = chat_events({"half"}).front();

Script delta_then(const Gate& gone) {
  return Script().send(event_stream_head()).send(chunk(kDelta)).await_client_gone(gone);
}

enum class Leaving { by_reset, by_close };

void leave(std::optional<RawClient>& client, Leaving how) {
  if (how == Leaving::by_reset) client->reset();
  client.reset();
}

/// A line of /proc/PID/status in kB, 0 when it is not there.
long memory_of(pid_t pid, const std::string& name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  return 0;
}

/// The body without the blank lines that stand between events for nobody.
std::string without_blank_lines(const std::string& body) {
  std::string text;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool at_start = text.empty() || text.ends_with("\n\n");
    if (body[i] != '\n' || !at_start) text += body[i];
  }
  return text;
}

constexpr bool kSanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

}  // namespace

TEST_SUITE("client_leaves") {
  TEST_CASE("a client that leaves in the middle of a stream ends the provider's work as well") {
    World world;
    for (const Leaving how : {Leaving::by_reset, Leaving::by_close}) {
      const Gate gone;
      world.provider.plays(delta_then(gone));
      std::optional<RawClient> client(std::in_place, world.daemon.port());
      client->send(world.chat_request(chat_json(true)));
      client->read_head();
      REQUIRE(client->read_body_until(kDelta));
      leave(client, how);
      CHECK(gone.wait());
    }
    CHECK(world.is_well());
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(rows[i].at("outcome") == "client_gone");
      CHECK(rows[i].at("error_code") == "client_gone");
      CHECK(rows[i].at("status") == "200");
      CHECK(rows[i].at("usage_origin") == "estimated");
      CHECK(rows[i].at("output_tokens") == "1");
      CHECK(rows[i].at("first_byte_us") != "");
    }
  }

  TEST_CASE("a client that leaves before the answer ends the provider's work as well") {
    World world;
    for (const bool stream : {false, true}) {
      for (const Leaving how : {Leaving::by_reset, Leaving::by_close}) {
        const Gate asked, gone;
        world.provider.plays(Script().reach(asked).await_client_gone(gone));
        std::optional<RawClient> client(std::in_place, world.daemon.port());
        client->send(world.chat_request(chat_json(stream)));
        REQUIRE(asked.wait());
        leave(client, how);
        CHECK(gone.wait());
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 4);
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "client_gone");
      CHECK(row.at("status") == "0");
      CHECK(row.at("usage_origin") == "none");
      CHECK(row.at("first_byte_us") == "");
    }
  }

  TEST_CASE("nobody else is asked for a client that has left") {
    FakeProvider second;
    World world({.tail = "[[provider]]\nname = \"beta\"\nbase_url = \"" + second.base_url() +
                         "\"\n[[provider.model]]\nid = \"model-a\"\n"
                         "pricing = { prompt = \"0\", completion = \"0\" }\n"
                         "[[model]]\nid = \"maker/shared\"\n"
                         "endpoints = [{ provider = \"acme\", model = \"model-a\" }, "
                         "{ provider = \"beta\", model = \"model-a\" }]\n"});
    const Gate asked, gone;
    world.provider.plays(Script().reach(asked).await_client_gone(gone));
    std::optional<RawClient> client(std::in_place, world.daemon.port());
    client->send(world.chat_request(
        R"({"model":"maker/shared","provider":{"order":["acme"]},"messages":[]})"));
    REQUIRE(asked.wait());
    leave(client, Leaving::by_reset);
    CHECK(gone.wait());
    CHECK(world.stop_and_read_rows().size() == 1);
    CHECK(second.connections() == 0);
  }

  TEST_CASE("a request that the client breaks off is no request") {
    World world;
    {
      RawClient client(world.daemon.port());
      const std::string request = world.chat_request(chat_json(false));
      client.send(request.substr(0, request.size() - 1));
      client.half_close();
      CHECK(client.read_response().status == 400);
      CHECK(client.read_ending() == ReadEnd::fin);
    }
    CHECK(world.provider.connections() == 0);
    CHECK(world.is_well());
    CHECK(world.stop_and_read_rows().size() == 1);
  }

  TEST_CASE("a client that closes its sending side still gets its answer") {
    World world;
    const Gate asked, finish;
    world.provider.plays(
        Script().reach(asked).wait(finish).send(json_answer(200, chat_body("whole"))));
    {
      RawClient client(world.daemon.port());
      client.send(world.chat_request(chat_json(false)));
      REQUIRE(asked.wait());
      client.half_close();
      CHECK(client.read_response().status == 100);  // are you there?
      finish.open();
      const RawResponse answer = client.read_response();
      CHECK(answer.status == 200);
      CHECK(answer.body.find("whole") != std::string::npos);
      CHECK(client.read_ending() == ReadEnd::fin);
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "ok");
  }

  TEST_CASE("a client that closes its sending side still gets its stream, to the end") {
    World world;
    const Gate finish;
    const std::vector<std::string> events = chat_events({"half", "whole"}, false);
    Script script;
    script.send(event_stream_head()).send(chunk(events[0])).wait(finish);
    for (std::size_t i = 1; i < events.size(); ++i) script.send(chunk(events[i]));
    world.provider.plays(script.send(std::string(kLastChunk)));
    RawClient client(world.daemon.port());
    client.send(world.chat_request(chat_json(true)));
    client.read_head();
    REQUIRE(client.read_body_until(kDelta));
    client.half_close();
    REQUIRE(client.read_body_until(kDelta + "\n"));  // the blank line that asks: are you there?
    finish.open();
    const RawResponse& answer = client.read_rest();
    CHECK(answer.complete);
    std::string expected;
    for (const std::string& event : events) expected += event;
    CHECK(without_blank_lines(answer.body) == expected);
  }

  TEST_CASE("a request behind one whose stream runs waits unread, and is served after it") {
    World world;
    const Gate finish, asked;
    const std::vector<std::string> events = chat_events({"half", "whole"}, false);
    Script script;
    script.send(event_stream_head()).send(chunk(events[0])).wait(finish);
    for (std::size_t i = 1; i < events.size(); ++i) script.send(chunk(events[i]));
    world.provider.plays(script.send(std::string(kLastChunk)));
    world.provider.plays(Script().reach(asked).send(json_answer(200, chat_body("second"))));
    RawClient client(world.daemon.port());
    client.send(world.chat_request(chat_json(true)));
    client.read_head();
    REQUIRE(client.read_body_until(kDelta));
    client.send(world.chat_request(chat_json(false)));
    CHECK_FALSE(asked.wait(std::chrono::milliseconds(200)));
    finish.open();
    CHECK(client.read_rest().complete);
    const RawResponse second = client.read_response();
    CHECK(second.status == 200);
    CHECK(second.body.find("second") != std::string::npos);
    CHECK(world.provider.requests().size() == 2);
  }

  TEST_CASE("a client that does not read slows the provider, and nothing piles up") {
    constexpr std::size_t kEvents = 1'024, kEventBytes = 64 * 1'024;
    World world;
    CHECK(world.is_well());
    const long before = memory_of(world.daemon.pid(), "VmHWM");
    REQUIRE(before > 0);
    std::string event = chat_events({std::string(kEventBytes, 'x')}).front();
    const Gate all_sent;
    Script script;
    script.send(event_stream_head());
    for (std::size_t i = 0; i < kEvents; ++i) script.send(chunk(event));
    script.reach(all_sent);
    for (const std::string& last : chat_events({}, false)) script.send(chunk(last));
    world.provider.plays(script.send(std::string(kLastChunk)));

    RawClient client(world.daemon.port());
    client.send(world.chat_request(chat_json(true)));
    CHECK(client.read_head().status == 200);
    CHECK_FALSE(all_sent.wait(std::chrono::milliseconds(300)));
    CHECK(world.is_well());  // others are served meanwhile
    const RawResponse& answer = client.read_rest();
    CHECK(answer.complete);
    CHECK(answer.body.size() > kEvents * kEventBytes);
    CHECK(all_sent.wait());
    const long grown = memory_of(world.daemon.pid(), "VmHWM") - before;
    CAPTURE(grown);
    if (!kSanitized) CHECK(grown < 8 * 1'024);  // of the 64 MiB that went through
  }
}

}  // namespace arouter::test
