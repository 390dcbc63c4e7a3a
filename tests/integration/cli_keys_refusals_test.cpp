// `arouter keys` where it is refused: wrong usage, unknown names, wrong keys, other daemons, none.
#include "tests/integration/keys_world.hpp"

namespace arouter::test {

namespace {

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("cli_keys_refusals") {
  TEST_CASE("a key that is not there is no wrong usage, and the answer says what may be meant") {
    const KeysWorld world;
    world.make("backend");
    for (const char* line : {"show nobody", "update nobody --rpm 1", "disable nobody",
                             "enable nobody", "delete nobody --yes", "rotate nobody"}) {
      CAPTURE(line);
      const Ended ended = world.keys(line);
      CHECK(ended.code == 1);
      CHECK(ended.output == "");
      CHECK(holds(ended.errors, "'nobody'"));
      CHECK(holds(ended.errors, "arouter keys list"));
    }
    CHECK(holds(world.keys("show bakcend").errors, "did you mean 'backend'?"));
  }

  TEST_CASE("keys alone is wrong usage, and says where the help is") {
    const TempDir home;
    const Ended alone = run_program(home, {"keys"});
    CHECK(alone.code == 2);
    CHECK(alone.output == "");
    CHECK(holds(alone.errors, "arouter keys --help"));
    const Ended help = run_program(home, {"keys", "--help"});
    CHECK(help.code == 0);
    for (const char* command :
         {"create", "list", "show", "update", "disable", "enable", "delete", "rotate"}) {
      CAPTURE(command);
      CHECK(holds(help.output, "\n  " + std::string(command) + " "));
    }
    CHECK(holds(run_program(home, {"keys", "lst"}).errors, "did you mean list?"));
  }

  TEST_CASE("a wrong option of keys is refused before anything is done") {
    const KeysWorld world;
    world.make("backend");
    for (const char* line :
         {"lst", "create", "create x --limit much", "create x --rpm 0", "create x --expires soon",
          "create x --reset yearly", "create x --priority vip", "create x --hard", "update backend",
          "update backend --soft --hard", "update backend --management",
          "rotate backend --grace soon", "list backend"}) {
      CAPTURE(line);
      const Ended ended = world.keys(line);
      CHECK(ended.code == 2);
      CHECK(ended.output == "");
      CHECK(ended.errors.starts_with("arouter: "));
    }
    const nlohmann::json list = document_of(world.keys("list --json"))["data"];
    REQUIRE(list.size() == 1);
    CHECK(list[0]["updated_at"].is_null());
  }

  TEST_CASE("what the daemon refuses of a key is told in its words") {
    const KeysWorld world;
    const Ended name = world.keys("create " + std::string(129, 'x'));
    CHECK(name.code == 1);
    CHECK(name.output == "");
    CHECK(holds(name.errors, "'name'"));
    const Ended expiry = world.keys("create x --expires 2001-01-01T00:00:00Z");
    CHECK(expiry.code == 1);
    CHECK(expiry.output == "");
    CHECK(holds(expiry.errors, "in the past"));
    world.make("backend");
    const Ended grace = world.keys("rotate backend --grace 31d");
    CHECK(grace.code == 2);  // known here already
    CHECK(grace.output == "");
    CHECK(holds(grace.errors, "at most 30d"));
  }

  TEST_CASE("another machine's daemon is managed with the key in AROUTER_MGMT_KEY") {
    const KeysWorld world;
    const TempDir elsewhere;
    const Arguments list{"keys", "list", "--base-url", world.base_url() + "/v1"};
    const Ended without = run_program(elsewhere, list, {{"AROUTER_API_KEY", world.management_key}});
    CHECK(without.code == 3);
    CHECK(without.output == "");
    CHECK(holds(without.errors, "export AROUTER_MGMT_KEY="));

    const Environment managed{{"AROUTER_MGMT_KEY", world.management_key}};
    const Environment named{{"AROUTER_MGMT_KEY", world.management_key},
                            {"AROUTER_BASE_URL", world.base_url()}};
    const std::string secret = secret_of(
        run_program(elsewhere, {"keys", "create", "far", "--base-url", world.base_url()}, managed));
    CHECK(world.chat_with(secret) == "200");
    for (const Ended& ended :
         {run_program(elsewhere, list, managed), run_program(elsewhere, {"keys", "list"}, named)}) {
      CHECK(ended.code == 0);
      CHECK(ended.errors == "");
      CHECK(ended.output.starts_with("far\tactive\t"));
    }
    // The daemon of this machine is known by its address as well.
    CHECK(world.keys("list --base-url " + world.base_url()).code == 0);
  }

  TEST_CASE("only a management key manages keys, and it calls no models") {
    const KeysWorld world;
    for (const std::string& key :
         {world.daemon.key(), world.make("backend"), std::string("lr_mgmt_wrong-canary")}) {
      const Ended refused = world.keys("list", {{"AROUTER_MGMT_KEY", key}});
      CHECK(refused.code == 3);
      CHECK(refused.output == "");
      CHECK_FALSE(refused.errors.empty());
      CHECK_FALSE(holds(refused.errors, key));
    }
    const std::string ops = world.make("ops --management");
    CHECK(ops.starts_with("lr_mgmt_"));
    CHECK(world.chat_with(ops) == "403 model_key_required");
    const Ended list = world.keys("list", {{"AROUTER_MGMT_KEY", ops}});
    CHECK(list.code == 0);
    CHECK(holds(list.output, "ops\tmanages\t"));
  }

  TEST_CASE("where no daemon answers about keys it says how to start one") {
    const TempDir home;
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    const std::string url = "http://127.0.0.1:" + std::to_string(port);
    for (const Ended& ended : {run_program(home, {"keys", "list", "--base-url", url}),
                               run_program(home, {"keys", "list"}, {{"AROUTER_BASE_URL", url}})}) {
      CHECK(ended.code == 3);
      CHECK(ended.output == "");
      CHECK(holds(ended.errors, url));
      CHECK(holds(ended.errors, "arouter serve"));
    }
  }

  TEST_CASE("with nothing running keys are made all the same, for the daemon that comes") {
    const TempDir home;
    const Ended unconfigured = run_program(home, {"keys", "create", "early"});
    CHECK(unconfigured.code == 2);
    CHECK(unconfigured.output == "");
    CHECK(holds(unconfigured.errors, "[[provider]]"));

    const FakeProvider provider;
    const std::string config = encode_config({}, {provider.base_url()});
    std::filesystem::create_directories(home.path() / "config" / "arouter");
    home.write("config/arouter/arouter.toml", config);
    const std::string secret = secret_of(run_program(home, {"keys", "create", "early"}));
    DaemonProcess daemon(home, config);
    must_listen(daemon);
    CHECK(call(daemon.port(), get(daemon.port(), "/v1/models", secret)).status == 200);
    CHECK(run_program(home, {"keys", "list"}).output.starts_with("early\tactive\t"));
  }
}

}  // namespace arouter::test
