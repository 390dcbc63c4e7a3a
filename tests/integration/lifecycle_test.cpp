// The daemon from its start to its end: what signals do, and what keeps it from starting.
#include <doctest/doctest.h>
#include <signal.h>

#include <stdexcept>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

const std::string kDelta = chat_events({"half"}).front();

/// A stream that stands still behind its first event until the gate opens.
Script halting(const Gate& finish) {
  Script script;
  const std::vector<std::string> events = chat_events({"half", "whole"});
  script.send(event_stream_head()).send(chunk(events[0])).wait(finish);
  for (std::size_t i = 1; i < events.size(); ++i) script.send(chunk(events[i]));
  return script.send(std::string(kLastChunk));
}

/// A client whose stream stands at its first event.
struct RunningStream {
  explicit RunningStream(World& world) : client(world.daemon.port()) {
    world.provider.plays(halting(finish));
    client.send(world.chat_request(chat_json(true)));
    client.read_head();
    if (!client.read_body_until(kDelta)) throw std::runtime_error("the stream did not begin");
  }
  Gate finish;
  RawClient client;
};

bool accepts(std::uint16_t port) {
  try {
    RawClient client(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool has_note(const TempDir& home) {
  return std::filesystem::exists(state_of(home) / "daemon");
}

/// What the daemon said holds no credential, its own key only where it was made.
void check_no_secret(const DaemonProcess& daemon) {
  CHECK(daemon.errors().find(kProviderKey) == std::string::npos);
  CHECK(daemon.output().find(kProviderKey) == std::string::npos);
  if (!daemon.key().empty()) CHECK(daemon.errors().find(daemon.key()) == std::string::npos);
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::string model_lines(const std::string& id) {
  return "[[provider.model]]\nid = \"" + id +
         "\"\npricing = { prompt = \"0\", completion = \"0\" }\n";
}

}  // namespace

TEST_SUITE("lifecycle") {
  TEST_CASE("SIGTERM lets a running stream finish, takes nothing new, and leaves all in order") {
    World world;
    RawClient idle(world.daemon.port());
    idle.send(get(world.daemon.port(), "/healthz", ""));
    CHECK(idle.read_response().status == 200);
    RunningStream running(world);
    CHECK(has_note(world.home));

    world.daemon.signal(SIGTERM);
    CHECK(idle.read_ending() == ReadEnd::fin);
    CHECK(ask_until([&] { return !accepts(world.daemon.port()); }));
    CHECK_FALSE(world.daemon.wait_for_exit(std::chrono::milliseconds(0)));
    running.finish.open();
    const RawResponse& answer = running.client.read_rest();
    CHECK(answer.complete);
    CHECK(answer.body.find("whole") != std::string::npos);
    CHECK(running.client.read_ending() == ReadEnd::fin);
    running.client.reset();  // a client that stays would be waited for a little
    idle.reset();

    CHECK(world.daemon.wait_for_exit() == 0);
    CHECK_FALSE(has_note(world.home));
    const std::vector<Row> rows = read_ledger(state_of(world.home));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "ok");
    check_no_secret(world.daemon);
  }

  TEST_CASE("SIGINT stops as SIGTERM does, and other signals do nothing") {
    World world;
    for (const int number : {SIGPIPE, SIGWINCH, SIGCHLD, SIGURG}) world.daemon.signal(number);
    CHECK(world.is_well());
    world.daemon.signal(SIGINT);
    CHECK(world.daemon.wait_for_exit() == 0);
    CHECK(read_ledger(state_of(world.home)).size() == 1);
    check_no_secret(world.daemon);
  }

  TEST_CASE("a second SIGTERM breaks off what runs, and says so to those who wait") {
    World world;
    RunningStream running(world);
    const Gate asked;
    world.provider.plays(Script().reach(asked).stall());
    RawClient waiting(world.daemon.port());
    waiting.send(world.chat_request(chat_json(false)));
    REQUIRE(asked.wait());

    world.daemon.signal(SIGTERM);
    REQUIRE(world.daemon.wait_for_errors("draining"));
    world.daemon.signal(SIGTERM);
    const RawResponse& cut = running.client.read_rest();
    CHECK_FALSE(cut.complete);
    CHECK(cut.body.find(R"("code":"draining")") != std::string::npos);
    const RawResponse refused = waiting.read_response();
    CHECK(refused.status == 503);
    CHECK(error_code_of(refused) == "draining");
    CHECK(refused.field("retry-after") == "1");
    running.client.reset();
    waiting.reset();

    CHECK(world.daemon.wait_for_exit() == 0);
    const std::vector<Row> rows = read_ledger(state_of(world.home));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("outcome") == "truncated");
    CHECK(rows[1].at("outcome") == "error");
    for (const Row& row : rows) CHECK(row.at("error_code") == "draining");
    check_no_secret(world.daemon);
  }

  TEST_CASE("what still runs when patience is over is broken off") {
    World world({.server = "drain_ms = 100"});
    RunningStream running(world);
    world.daemon.signal(SIGTERM);
    CHECK_FALSE(running.client.read_rest().complete);
    running.client.reset();
    CHECK(world.daemon.wait_for_exit() == 0);
    CHECK(read_ledger(state_of(world.home)).size() == 1);
    check_no_secret(world.daemon);
  }

  TEST_CASE("SIGHUP puts a good configuration in force, and what runs keeps its own") {
    World world;
    RunningStream running(world);
    const std::string moved =
        encode_config({.server = {}, .provider = {}, .tail = model_lines("model-new")},
                      {world.provider.base_url()});
    const std::string renamed = [&] {
      std::string text = moved;
      const std::size_t at = text.find("model-a");
      return text.replace(at, 7, "model-z");
    }();
    world.home.write("arouter.toml", renamed);
    world.daemon.signal(SIGHUP);
    REQUIRE(world.daemon.wait_for_errors("the new configuration is in force"));

    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat(R"({"model":"acme/model-new","messages":[]})").status == 200);
    CHECK(world.chat(chat_json(false)).status == 404);
    const RawResponse list =
        call(world.daemon.port(), get(world.daemon.port(), "/v1/models", world.daemon.key()));
    CHECK(list.body.find("acme/model-new") != std::string::npos);
    CHECK(list.body.find("acme/model-a") == std::string::npos);
    running.finish.open();
    CHECK(running.client.read_rest().complete);
    check_no_secret(world.daemon);
  }

  TEST_CASE("SIGHUP says which settings wait for the next start") {
    World world;
    world.home.write(
        "arouter.toml",
        encode_config({.server = {}, .provider = {}, .tail = "[ledger]\ndurability = \"power\"\n"},
                      {world.provider.base_url()}));
    world.daemon.signal(SIGHUP);
    CHECK(world.daemon.wait_for_errors("[ledger] durability changes at the next start only"));
    CHECK(world.daemon.wait_for_errors("the new configuration is in force"));
  }

  TEST_CASE("SIGHUP takes no keys away from a daemon that the network can reach") {
    TempDir home;
    FakeProvider provider;
    std::string open_to_all = encode_config({}, {provider.base_url()});
    open_to_all.replace(open_to_all.find("127.0.0.1:0"), 11, "0.0.0.0:0");
    DaemonProcess daemon(home, open_to_all);
    must_listen(daemon);
    // The file now names loopback, but the sockets stay where they are.
    home.write("arouter.toml",
               encode_config({.server = {}, .provider = {}, .tail = "[auth]\nmode = \"open\"\n"},
                             {provider.base_url()}));
    daemon.signal(SIGHUP);
    CHECK(daemon.wait_for_errors("is for loopback addresses only"));
    CHECK(daemon.wait_for_errors("the old configuration stays"));
    CHECK(call(daemon.port(), get(daemon.port(), "/v1/models", "")).status == 401);
  }

  TEST_CASE("a kept connection outlives the configurations of two reloads") {
    World world;
    RawClient idle(world.daemon.port());
    for (const char* model : {"model-b", "model-c"}) {
      const std::string text = encode_config(
          {.server = {}, .provider = {}, .tail = model_lines(model)}, {world.provider.base_url()});
      world.home.write("arouter.toml", text);
      world.daemon.signal(SIGHUP);
      // A request of the connection itself shows that its loop has the new configuration.
      const std::string wanted = "acme/" + std::string(model);
      CHECK(ask_until([&] {
        idle.send(get(world.daemon.port(), "/v1/models", world.daemon.key()));
        return idle.read_response().body.find(wanted) != std::string::npos;
      }));
    }
    CHECK(world.is_well());
  }

  TEST_CASE("SIGHUP leaves the old configuration in force when the new one is no good") {
    World world;
    RunningStream running(world);
    const std::string faulty =
        "[server]\nlisten = [\"127.0.0.1:0\"]\nworker = 2\nbody_ms = \"x\"\n[[provider]]\n"
        "name = \"acme\"\nbase_url = \"ftp://x\"\nkeys = [{ env = \"NO_SUCH_KEY\" }]\n";
    world.home.write("arouter.toml", faulty);
    world.daemon.signal(SIGHUP);
    REQUIRE(world.daemon.wait_for_errors("the old configuration stays"));
    for (const char* place : {"arouter.toml:3:1:", "arouter.toml:4:11:", "arouter.toml:7:12:"}) {
      CAPTURE(world.daemon.errors());
      CHECK(world.daemon.errors().find(place) != std::string::npos);
    }
    CHECK(world.is_well());
    std::filesystem::remove(world.home.path() / "arouter.toml");
    world.daemon.signal(SIGHUP);
    REQUIRE(ask_until(
        [&] { return count_of(world.daemon.errors(), "the old configuration stays") == 2; }));
    CHECK(world.is_well());
    running.finish.open();
    CHECK(running.client.read_rest().complete);
    check_no_secret(world.daemon);
  }

  TEST_CASE("a second daemon on the same state is told who has it, and the first goes on") {
    World world;
    DaemonProcess second(world.home, encode_config({}, {world.provider.base_url()}));
    CHECK(second.wait_for_exit() == 1);
    CHECK(second.errors().find("pid " + std::to_string(world.daemon.pid())) != std::string::npos);
    CHECK(second.errors().find(state_of(world.home).string()) != std::string::npos);
    CHECK(second.output() == "");
    CHECK(has_note(world.home));
    CHECK(world.is_well());
    check_no_secret(second);
    check_no_secret(world.daemon);
  }

  TEST_CASE("a daemon that was killed is no obstacle to the next") {
    TempDir home;
    FakeProvider provider;
    const std::string config = encode_config({}, {provider.base_url()});
    std::string key;
    {
      DaemonProcess first(home, config);
      must_listen(first);
      key = first.key();
      first.signal(SIGKILL);
      CHECK(first.wait_for_exit() == 128 + SIGKILL);
    }
    CHECK(has_note(home));
    DaemonProcess second(home, config);
    must_listen(second);
    CHECK(second.key() == key);
    check_no_secret(second);
  }

  TEST_CASE("a configuration with ten faults is told them all, and where they are") {
    TempDir home;
    const std::string config =
        "[server]\n"
        "listen = [\"nowhere\"]\n"  // 2:11
        "workers = -1\n"            // 3:11
        "header_mss = 5\n"          // 4:1
        "[logging]\n"
        "level = \"loud\"\n"  // 6:9
        "[[provider]]\n"
        "name = \"Acme!\"\n"                    // 8:8
        "format = \"opnai\"\n"                  // 9:10
        "base_url = \"http://user:pw@h/v1\"\n"  // 10:12
        "keys = [{ env = 7 }]\n"                // 11:17
        "[[provider.model]]\n"
        "id = \"model a\"\n"                                      // 13:6
        "pricing = { prompt = 0.000002, completion = \"0\" }\n";  // 14:22
    DaemonProcess daemon(home, config);
    CHECK(daemon.wait_for_exit() == 2);
    CHECK(daemon.output() == "");
    const std::string errors = daemon.errors();
    CAPTURE(errors);
    const std::string file = (home.path() / "arouter.toml").string();
    for (const char* place :
         {"2:11", "3:11", "4:1", "6:9", "8:8", "9:10", "10:12", "11:17", "13:6", "14:22"}) {
      CAPTURE(place);
      CHECK(count_of(errors, file + ":" + place + ": ") == 1);
    }
    CHECK(count_of(errors, "\n") == 10);
    CHECK(errors.find("did you mean 'header_ms'?") != std::string::npos);
    CHECK(errors.find("pw") == std::string::npos);
    CHECK_FALSE(std::filesystem::exists(state_of(home)));
    check_no_secret(daemon);
  }

  TEST_CASE("a credential that is missing is named, never guessed at") {
    TempDir home;
    DaemonProcess daemon(home, encode_config({}, {"http://127.0.0.1:1/v1"}), {{"ACME_KEY", ""}});
    CHECK(daemon.wait_for_exit() == 2);
    CHECK(daemon.errors().find("ACME_KEY") != std::string::npos);
  }

  TEST_CASE("a port that is taken is said so, with what to do") {
    std::uint16_t port = 0;
    const Descriptor taken = listen_on_loopback(port);
    const std::string address = "127.0.0.1:" + std::to_string(port);
    TempDir home;
    const std::string config = "[server]\nlisten = [\"" + address + "\"]\n";
    DaemonProcess daemon(home, config);
    CHECK(daemon.wait_for_exit() == 1);
    CHECK(daemon.errors().find(address) != std::string::npos);
    CHECK(daemon.errors().find("another program has this port") != std::string::npos);
    CHECK_FALSE(has_note(home));
    check_no_secret(daemon);
  }

  TEST_CASE("its own key is shown once, and what it writes is its user's alone") {
    TempDir home;
    FakeProvider provider;
    const std::string config = encode_config({}, {provider.base_url()});
    for (const bool first : {true, false}) {
      DaemonProcess daemon(home, config);
      must_listen(daemon);
      daemon.signal(SIGTERM);
      CHECK(daemon.wait_for_exit() == 0);
      CHECK((daemon.output().find(daemon.key()) != std::string::npos) == first);
      check_no_secret(daemon);
    }
    using std::filesystem::perms;
    const auto for_others = perms::group_all | perms::others_all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(state_of(home))) {
      CAPTURE(entry.path().string());
      CHECK((entry.status().permissions() & for_others) == perms::none);
    }
    CHECK((std::filesystem::status(state_of(home)).permissions() & for_others) == perms::none);
  }
}

}  // namespace arouter::test
