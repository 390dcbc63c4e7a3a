// `arouter keys` against a running daemon: what it changes there, and what it prints.
#include <algorithm>

#include "tests/integration/keys_world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_SUITE("cli_keys") {
  TEST_CASE("create prints the secret and nothing else, and the secret calls models") {
    const KeysWorld world;
    const Ended made = world.keys("create backend --limit 25");
    const std::string secret = secret_of(made);
    CHECK(secret.starts_with("lr_live_"));
    CHECK(made.errors.starts_with("Made 'backend' ("));
    CHECK(holds(made.errors, "the only time"));
    CHECK_FALSE(holds(made.errors, secret));
    CHECK(world.chat_with(secret) == "200");

    const Ended list = world.keys("list");
    CHECK(list.code == 0);
    CHECK(list.errors == "");
    CHECK(list.output.starts_with("backend\tactive\t24.999952 of 25\t0.000048\t"));
    CHECK(lines_in(list.output) == 1);
    for (const std::string& output : {list.output, world.keys("show backend").output}) {
      CHECK(holds(output, "lr_live_..." + secret.substr(52)));
      CHECK_FALSE(holds(output, secret));
    }
    CHECK_FALSE(holds(world.daemon.errors(), secret));
  }

  TEST_CASE("at a terminal the list of keys has titles") {
    const KeysWorld world;
    world.make("backend");
    TerminalProgram list(world.home, {"keys", "list"}, {{"NO_COLOR", "1"}});
    CHECK(list.wait_for_exit() == 0);
    CAPTURE(list.screen());
    CHECK(list.screen().starts_with(
        "NAME     STATE   LEFT  SPENT  TODAY  HASH          LABEL            EXPIRES\r\n"
        "backend  active  -        $0     $0  "));
  }

  TEST_CASE("every option of create is kept, and every one of update takes it back") {
    const KeysWorld world;
    const json made = document_of(
        world.keys("create backend --limit 150.25 --reset monthly --soft --rpm 60 --rpd 1000"
                   " --tpm 100000 --concurrency 4 --provider acme --provider beta --model acme/*"
                   " --expires 30d --user anna --no-collection --zdr --priority critical --json"));
    CHECK(made["key"].get<std::string>().starts_with("lr_live_"));
    const json& key = made["data"];
    CHECK(key["name"] == "backend");
    CHECK(key["key_type"] == "regular");
    CHECK(key["limit"].dump() == "150.25");
    CHECK(key["limit_reset"] == "monthly");
    CHECK(key["limit_mode"] == "soft");
    CHECK(key["rate_limit"].dump() ==
          R"({"requests_per_day":1000,"requests_per_minute":60,"tokens_per_minute":100000})");
    CHECK(key["concurrency"] == 4);
    CHECK(key["allowed_providers"].dump() == R"(["acme","beta"])");
    CHECK(key["allowed_models"].dump() == R"(["acme/*"])");
    CHECK(key["expires_at"].is_string());
    CHECK(key["user"] == "anna");
    CHECK(key["data_policy"].dump() == R"({"data_collection":"deny","zdr":true})");
    CHECK(key["priority"] == "critical");
    CHECK(world.shown("backend") == key);

    const Ended updated = world.keys(
        "update backend --name front --limit none --reset never --hard --rpm none --rpd none"
        " --tpm none --concurrency none --provider none --model none --expires none --user none"
        " --collection --no-zdr --priority standard --json");
    const json freed = document_of(updated)["data"];
    CHECK(freed["name"] == "front");
    CHECK(freed["hash"] == key["hash"]);
    CHECK(freed["limit_mode"] == "hard");
    CHECK(freed["rate_limit"].dump() ==
          R"({"requests_per_day":null,"requests_per_minute":null,"tokens_per_minute":null})");
    CHECK(freed["data_policy"].dump() == R"({"data_collection":"allow","zdr":false})");
    CHECK(freed["priority"] == "standard");
    for (const char* member : {"limit", "limit_reset", "concurrency", "allowed_providers",
                               "allowed_models", "expires_at", "user"}) {
      CAPTURE(member);
      CHECK(freed[member].is_null());
    }
    CHECK(world.shown("front") == freed);
  }

  TEST_CASE("a limit that update sets is in force at once, and the rest of the key stays") {
    const KeysWorld world;
    const std::string secret = world.make("backend --limit 25");
    CHECK(world.chat_with(secret) == "200");
    CHECK(world.chat_with(secret) == "200");
    const Ended updated = world.keys("update backend --rpm 1");
    CHECK(updated.code == 0);
    CHECK(holds(updated.output, R"("requests_per_minute":1)"));
    CHECK(holds(updated.output, "\nlimit              25\n"));
    world.chat_with(secret);
    CHECK(world.chat_with(secret).starts_with("429 "));
    CHECK(world.keys("update backend --rpm none").code == 0);
    CHECK(world.chat_with(secret) == "200");
  }

  TEST_CASE("a disabled key is refused until it is enabled, and listed with --all only") {
    const KeysWorld world;
    const std::string secret = world.make("backend");
    world.make("other");
    const Ended disabled = world.keys("disable backend");
    CHECK(disabled.code == 0);
    CHECK(holds(disabled.output, "\ndisabled           true\n"));
    CHECK(world.chat_with(secret) == "401 key_disabled");
    const Ended list = world.keys("list");
    CHECK(list.output.starts_with("other\tactive\t"));
    CHECK(lines_in(list.output) == 1);
    CHECK(world.keys("list --all").output.starts_with("backend\tdisabled\t"));

    const Ended enabled = world.keys("enable backend");
    CHECK(enabled.code == 0);
    CHECK(holds(enabled.output, "\ndisabled           false\n"));
    CHECK(world.chat_with(secret) == "200");
    CHECK(world.keys("list").output.starts_with("backend\tactive\t"));
  }

  TEST_CASE("rotate prints a new secret, and the old one ends at once or after its grace") {
    const KeysWorld world;
    const std::string first = world.make("backend");
    const json before = world.shown("backend");
    const Ended rotated = world.keys("rotate backend");
    const std::string second = secret_of(rotated);
    CHECK(second != first);
    CHECK(rotated.errors.starts_with("Rotated 'backend' ("));
    CHECK_FALSE(holds(rotated.errors, second));
    CHECK(world.chat_with(first) == "401 invalid_api_key");
    CHECK(world.chat_with(second) == "200");

    const std::string third = secret_of(world.keys("rotate backend --grace 1h"));
    CHECK(third != second);
    CHECK(world.chat_with(second) == "200");
    CHECK(world.chat_with(third) == "200");
    CHECK(world.chat_with(first) == "401 invalid_api_key");
    const json after = world.shown("backend");
    CHECK(after["hash"] == before["hash"]);
    CHECK(after["label"].get<std::string>() == "lr_live_..." + third.substr(52));
  }

  TEST_CASE("delete does nothing until it is told to be sure") {
    const KeysWorld world;
    const std::string secret = world.make("backend");
    const Ended unsure = world.keys("delete backend");
    CHECK(unsure.code == 2);
    CHECK(unsure.output == "");
    CHECK(holds(unsure.errors, "--yes"));
    CHECK(holds(unsure.errors, "arouter keys disable backend"));
    CHECK(world.chat_with(secret) == "200");

    const Ended sure = world.keys("delete backend --yes");
    CHECK(sure.code == 0);
    CHECK(sure.output == "");
    CHECK(holds(sure.errors, "'backend'"));
    CHECK(world.chat_with(secret) == "401 invalid_api_key");
    const Ended none = world.keys("list --all");
    CHECK(none.code == 0);
    CHECK(none.output == "");
    CHECK(holds(none.errors, "arouter keys create"));
  }

  TEST_CASE("of two keys of one name each can be named by its hash or its label") {
    const KeysWorld world;
    const std::string first = world.make("twin");
    const std::string second = world.make("twin");
    const Ended both = world.keys("disable twin");
    CHECK(both.code != 0);
    CHECK(both.output == "");
    CHECK(world.chat_with(first) == "200");
    CHECK(world.chat_with(second) == "200");
    const json list = document_of(world.keys("list --json"))["data"];
    REQUIRE(list.size() == 2);
    for (const json& each : list) {
      CHECK(holds(both.errors, each["hash"].get<std::string>().substr(0, 12)));
    }
    const std::string hash = list[1]["hash"].get<std::string>();
    CHECK(world.keys("disable " + hash.substr(0, 12)).code == 0);
    CHECK(world.chat_with(first) == "200");
    CHECK(world.chat_with(second) == "401 key_disabled");
    CHECK(world.keys("enable " + hash).code == 0);
    CHECK(world.chat_with(second) == "200");
    CHECK(world.keys("show lr_live_..." + second.substr(52)).code == 0);
  }

  TEST_CASE("a key behind the daemon's first page is listed and found") {
    const KeysWorld world;
    for (int i = 0; i < 101; ++i) world.give(R"({"name":"key-)" + std::to_string(i) + "\"}");
    CHECK(lines_in(world.keys("list").output) == 101);
    CHECK(document_of(world.keys("list --json"))["data"].size() == 101);
    const Ended last = world.keys("show key-100");
    CHECK(last.code == 0);
    CHECK(holds(last.output, "\nname               key-100\n"));
  }

  TEST_CASE("--json is the daemon's own answer about keys") {
    const KeysWorld world;
    world.make("one");
    world.make("two --limit 0.000000000001");
    const Ended list = world.keys("list --json");
    CHECK(document_of(list) == json::parse(world.manage("GET", "").body));
    CHECK(holds(list.output, R"("limit":0.000000000001,)"));
    const json shown = document_of(world.keys("show two --json"));
    const std::string path = "/" + shown["data"]["hash"].get<std::string>();
    CHECK(shown == json::parse(world.manage("GET", path).body));
    CHECK(document_of(world.keys("disable two --json"))["data"]["disabled"] == true);
    CHECK(document_of(world.keys("enable two --json"))["data"]["disabled"] == false);
    const json rotated = document_of(world.keys("rotate two --json"));
    CHECK(world.chat_with(rotated["key"].get<std::string>()) == "402 budget_exhausted");
    CHECK(document_of(world.keys("delete two --yes --json"))["data"]["deleted"] == true);
    CHECK(world.manage("GET", path).status == 404);
  }
}

}  // namespace arouter::test
