// The commands with our own daemon: one that runs already, and one in the command's process.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "shared/paths.hpp"
#include "tests/integration/program.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

/// A configuration where commands find it by themselves, and no daemon.
struct Configured {
  TempDir home;
  FakeProvider provider;

  Configured() {
    std::filesystem::create_directories(home.path() / "config" / "arouter");
    home.write("config/arouter/arouter.toml", encode_config({}, {provider.base_url()}));
  }
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string key_in(const TempDir& home) {
  const Result<Secret> key = read_local_key(state_of(home));
  return key ? std::string(key->reveal()) : "";
}

}  // namespace

TEST_SUITE("cli_daemon") {
  TEST_CASE("chat, models and usage find the running daemon and its key") {
    World world;
    world.provider.plays(streamed_chat({"fi", "ne"}));
    TerminalProgram chat(world.home, {"chat", "hi"});
    CHECK(chat.shows("fine\r\n"));
    CHECK(chat.shows("acme/model-a @ acme · 9 in, 2 out · $0.00003 · first token"));
    CHECK(chat.wait_for_exit() == 0);
    CHECK(world.provider.requests()[0].field("authorization") ==
          "Bearer " + std::string(kProviderKey));

    const Ended usage = run_program(world.home, {"usage", "--since", "1h"});
    CHECK(usage.code == 0);
    CHECK(usage.output == "acme/model-a\tacme\t1\t0\t9\t2\t0.00003\n");
    const Ended models = run_program(world.home, {"models"});
    CHECK(models.code == 0);
    CHECK(models.output == "acme/model-a\t128000\t2\t6\ttext->text\n");
  }

  TEST_CASE("a key that the daemon does not know is refused in words") {
    World world;
    const Ended ended =
        run_program(world.home, {"models"}, {{"AROUTER_API_KEY", "lr_live_wrong-canary"}});
    CHECK(ended.code == 3);
    CHECK(holds(ended.errors, "invalid_api_key"));
    CHECK_FALSE(holds(ended.errors, "canary"));
  }

  TEST_CASE("with nothing running chat runs a daemon of its own, and books what it used") {
    Configured world;
    world.provider.plays(streamed_chat({"fine"}));
    const Ended ended = run_program(world.home, {"chat", "-m", "acme/model-a", "hi"});
    CHECK(ended.code == 0);
    CHECK(ended.output == "fine\n");
    CHECK(ended.errors == "");
    const Ended usage = run_program(world.home, {"usage", "--json"});
    CHECK(json::parse(usage.output)["total"]["requests"] == 1);
  }

  TEST_CASE("Ctrl-C in such a chat ends the provider's request") {
    Configured world;
    const Gate client_gone;
    world.provider.plays(Script()
                             .send(event_stream_head())
                             .send(chunk(chat_events({"half"}).front()))
                             .await_client_gone(client_gone));
    TerminalProgram chat(world.home, {"chat", "hi"});
    REQUIRE(chat.shows("half"));
    chat.type("\x03");
    CHECK(client_gone.wait());
    CHECK(chat.wait_for_exit() == 130);
  }

  TEST_CASE("models filters, shows one, and hands on the daemon's objects") {
    World world;
    const Ended list = run_program(world.home, {"models", "--json", "--max-price", "6"});
    CHECK(list.code == 0);
    const RawResponse answer =
        call(world.daemon.port(), get(world.daemon.port(), "/v1/models", world.daemon.key()));
    CHECK(json::parse(list.output) == json::parse(answer.body)["data"]);
    const Ended none = run_program(world.home, {"models", "--max-price", "5.99"});
    CHECK(none.code == 1);
    CHECK(none.output == "");
    const Ended near = run_program(world.home, {"models", "--provider", "acem"});
    CHECK(holds(near.errors, "did you mean acme?"));
    const Ended one = run_program(world.home, {"models", "show", "model-a"});
    CHECK(one.code == 0);
    CHECK(holds(one.output, "$2.00 in, $6.00 out, per million tokens"));
    const Ended misspelt = run_program(world.home, {"models", "show", "acme/modle-a"});
    CHECK(misspelt.code == 1);
    CHECK(holds(misspelt.errors, "did you mean acme/model-a?"));
  }

  TEST_CASE("serve shows a new key once, then names its file") {
    TempDir home;
    FakeProvider provider;
    const std::string config = encode_config({}, {provider.base_url()});
    for (const bool first : {true, false}) {
      CAPTURE(first);
      DaemonProcess daemon(home, config);
      must_listen(daemon);
      daemon.signal(SIGTERM);
      CHECK(daemon.wait_for_exit() == 0);
      const std::string said = daemon.output();
      CHECK(holds(said, "http://127.0.0.1:" + std::to_string(daemon.port())));
      CHECK(holds(said, "acme"));
      CHECK(holds(said, "export OPENAI_API_KEY=" + key_in(home)) == first);
      CHECK(holds(said, "local.key") != first);
      CHECK_FALSE(holds(daemon.errors(), key_in(home)));
    }
  }

  TEST_CASE("serve refuses a faulty configuration with all its faults, and wrong addresses") {
    TempDir home;
    const std::string file =
        home.write("bad.toml", "[server]\nlsten = 1\n[[provider]]\nname = \"A\"\n").string();
    const Ended faulty = run_program(home, {"serve", "--config", file});
    CHECK(faulty.code == 2);
    CHECK(faulty.output == "");
    CHECK(holds(faulty.errors, file + ":2:1: "));
    CHECK(holds(faulty.errors, file + ":4:"));
    Configured world;
    CHECK(run_program(world.home, {"serve", "--listen", "nowhere"}).code == 2);
    const Ended none = run_program(home, {"serve"});
    CHECK(none.code == 2);
    CHECK(holds(none.errors, "[[provider]]"));
  }

  TEST_CASE("a second daemon on the same state is refused, and says who has it") {
    World world;
    const std::string config = (world.home.path() / "arouter.toml").string();
    const Ended second = run_program(world.home, {"serve", "--config", config});
    CHECK(second.code == 1);
    CHECK(holds(second.errors, std::to_string(world.daemon.pid())));
    CHECK(world.is_well());
  }
}

}  // namespace arouter::test
