// `arouter models sync` against a provider that lists what a test says, and files of all kinds.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/integration/fake_provider.hpp"
#include "tests/integration/program.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kList = R"({"object":"list","data":[
 {"id":"model-a","context_length":128000,"pricing":{"prompt":"0.000003","completion":"0.000006"}},
 {"id":"model-b","pricing":{"prompt":"0.000001","completion":"2e-6"}}]})";

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A configuration in the place where commands find it, whose provider lists kList.
struct SyncWorld {
  TempDir home;
  FakeProvider provider;
  std::string text;
  std::filesystem::path file;

  explicit SyncWorld(const std::string& format = "openai", const std::string& base_path = "/v1") {
    const std::string root = provider.base_url().substr(0, provider.base_url().rfind("/v1"));
    text = "# Ours.\n[[provider]]\nname = \"acme\"   # first\nformat = \"" + format +
           "\"\nbase_url = \"" + root + base_path +
           "\"\nkeys = [{ env = \"ACME_KEY\" }]\n\n"
           "[[provider.model]]\nid = \"model-a\"\ncontext_length = 8_000 # small\n"
           "pricing = { prompt = \"0.000002\", completion = \"0.000006\" } # by contract\n\n"
           "# Another.\n[[provider]]\nname = \"beta\"\nbase_url = \"http://127.0.0.1:1/v1\"\n";
    std::filesystem::create_directories(home.path() / "config" / "arouter" / "providers.d");
    file = home.write("config/arouter/arouter.toml", text);
    provider.always(Script().send(json_answer(200, kList)));
  }

  Ended sync(Arguments more, std::string_view input = {}) const {
    Arguments arguments{"models", "sync", "acme"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(home, arguments, {{"ACME_KEY", std::string(kProviderKey)}}, input);
  }

  static std::string read(const std::filesystem::path& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
  }
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

constexpr std::string_view kNewModel =
    "by contract\n\n[[provider.model]]\nid = \"model-b\"\n"
    "pricing = { prompt = \"0.000001\", completion = \"0.000002\" }\n";

}  // namespace

TEST_SUITE("cli_sync") {
  TEST_CASE("--dry-run shows the differences, asks once with the key, and writes nothing") {
    SyncWorld world;
    const Ended ended = world.sync({"--dry-run"});
    CHECK(ended.code == 1);
    CHECK(ended.output ==
          "~ model-a\n"
          "    context_length: 8000 -> 128000\n"
          "    PRICE pricing.prompt: $2.00 per million -> $3.00 per million\n"
          "+ model-b  prompt $1.00 per million, completion $2.00 per million\n");
    CHECK(ended.errors ==
          "acme: 2 models listed, 1 configured; 1 new, 1 changed, 0 no longer listed\n");
    CHECK(world.read(world.file) == world.text);
    const auto requests = world.provider.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].head.starts_with("GET /v1/models HTTP/1.1\r\n"));
    CHECK(requests[0].field("authorization") == "Bearer " + std::string(kProviderKey));
  }

  TEST_CASE("--yes writes what changed but for known prices, and keeps every other byte") {
    SyncWorld world;
    ::chmod(world.file.c_str(), 0640);
    const Ended ended = world.sync({"--yes"});
    CHECK(ended.code == 0);
    CHECK(holds(ended.errors, "Prices of models that are configured already stay"));
    std::string wanted = replaced(world.text, "8_000", "128000");
    wanted = replaced(wanted, "by contract\n", kNewModel);
    CHECK(world.read(world.file) == wanted);
    CHECK(world.read(world.file.string() + "~") == world.text);
    struct stat info {};
    REQUIRE(::stat(world.file.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0640);

    const Ended prices = world.sync({"--yes", "--prices"});
    CHECK(prices.code == 0);
    CHECK(world.read(world.file) == replaced(wanted, "0.000002", "0.000003"));
    CHECK(world.sync({"--dry-run"}).code == 0);
    CHECK(world.sync({}).code == 0);
  }

  TEST_CASE(
      "unasked nothing is written: a pipe needs --yes, a terminal is asked twice for prices") {
    SyncWorld world;
    const Ended piped = world.sync({}, "y\n");
    CHECK(piped.code == 2);
    CHECK(holds(piped.errors, "--yes"));
    CHECK(world.read(world.file) == world.text);

    const Environment key{{"ACME_KEY", std::string(kProviderKey)}};
    TerminalProgram no(world.home, {"models", "sync", "acme"}, key);
    REQUIRE(no.shows("? [y/N] "));
    no.type("n\n");
    CHECK(no.wait_for_exit() == 1);
    CHECK(world.read(world.file) == world.text);

    // Whoever thinks for long may have changed the file in between.
    TerminalProgram late(world.home, {"models", "sync", "acme", "--known"}, key);
    REQUIRE(late.shows("? [y/N] "));
    world.home.write("config/arouter/arouter.toml", world.text + "# mine\n");
    late.type("y\n");
    REQUIRE(late.shows("? [y/N] "));
    late.type("y\n");
    REQUIRE(late.shows("has changed meanwhile"));
    CHECK(late.wait_for_exit() == 1);
    CHECK(world.read(world.file) == world.text + "# mine\n");
    world.home.write("config/arouter/arouter.toml", world.text);

    TerminalProgram yes(world.home, {"models", "sync", "acme", "--match", "none-*"}, key);
    REQUIRE(yes.shows("PRICE"));
    REQUIRE(yes.shows("? [y/N] "));
    yes.type("y\n");
    REQUIRE(yes.shows("prices of 1 model"));
    yes.type("y\n");
    CHECK(yes.wait_for_exit() == 0);
    CHECK(world.read(world.file) ==
          replaced(replaced(world.text, "8_000", "128000"), "0.000002", "0.000003"));
  }

  TEST_CASE("a provider in providers.d is written there, and the whole is checked first") {
    SyncWorld world;
    const std::string acme = world.text.substr(0, world.text.find("\n# Another."));
    const std::string alias = "[[alias]]\nname = \"small\"\nmodel = \"acme/model-a\"\n";
    world.home.write("config/arouter/arouter.toml", alias);
    const auto file = world.home.write("config/arouter/providers.d/acme.toml", acme);
    CHECK(world.sync({"--yes", "--known"}).code == 0);
    CHECK(world.read(file) == replaced(acme, "8_000", "128000"));
    CHECK(world.read(world.file) == alias);

    // The alias would lead nowhere.
    world.provider.always(Script().send(json_answer(200, R"({"data":[]})")));
    const std::string before = world.read(file);
    const Ended dangling = world.sync({"--yes", "--comment-out"});
    CHECK(dangling.code == 2);
    CHECK(holds(dangling.errors, "arouter.toml:"));
    CHECK(world.read(file) == before);
    world.home.write("config/arouter/arouter.toml", "");
    CHECK(world.sync({"--yes"}).code == 0);
    CHECK(world.read(file) == before);
    CHECK(world.sync({"--yes", "--comment-out"}).code == 0);
    CHECK(holds(world.read(file), "\n#[[provider.model]]\n#id = \"model-a\"\n"));
  }

  TEST_CASE("lists of Anthropic and Gemini are walked page by page, with their own heads") {
    SyncWorld anthropic("anthropic", "");
    anthropic.provider.plays(Script().send(
        json_answer(200, R"({"data":[{"id":"model-a"}],"has_more":true,"last_id":"model-a"})")));
    anthropic.provider.plays(Script().send(
        json_answer(200, R"({"data":[{"id":"claude-y","max_input_tokens":5}],"has_more":false})")));
    CHECK(anthropic.sync({"-n"}).output == "+ claude-y  context_length 5, without a price\n");
    auto requests = anthropic.provider.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].head.starts_with("GET /v1/models?limit=1000 "));
    CHECK(requests[1].head.starts_with("GET /v1/models?limit=1000&after_id=model-a "));
    CHECK(requests[1].field("x-api-key") == kProviderKey);
    CHECK(requests[1].field("anthropic-version") == "2023-06-01");
    CHECK(requests[1].field("authorization") == "");

    SyncWorld gemini("gemini", "/v1beta");
    gemini.provider.plays(Script().send(
        json_answer(200, R"({"models":[{"name":"models/model-a"}],"nextPageToken":"a&b"})")));
    gemini.provider.plays(
        Script().send(json_answer(200, R"({"models":[{"name":"models/gemini-x"}]})")));
    CHECK(gemini.sync({"-n"}).output == "+ gemini-x  without a price\n");
    requests = gemini.provider.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].head.starts_with("GET /v1beta/models?pageSize=1000&pageToken=a%26b "));
    CHECK(requests[1].field("x-goog-api-key") == kProviderKey);

    gemini.provider.always(
        Script().send(json_answer(200, R"({"models":[],"nextPageToken":"again"})")));
    const Ended endless = gemini.sync({"-n"});
    CHECK(endless.code == 1);
    CHECK(holds(endless.errors, "has no end"));
  }

  TEST_CASE("what fails is told in words, and no key with it") {
    SyncWorld world;
    const auto fails = [&](const Script& script, int code, std::string_view words) {
      CAPTURE(words);
      world.provider.plays(script);
      const Ended ended = world.sync({"--yes"});
      CHECK(ended.code == code);
      CAPTURE(ended.errors);
      CHECK(holds(ended.errors, words));
      CHECK_FALSE(holds(ended.errors, "canary"));
      CHECK(world.read(world.file) == world.text);
    };
    fails(Script().send(json_answer(401, R"({"error":{"message":"bad key"}})")), 3,
          "acme refused the key 'env ACME_KEY': bad key");
    fails(Script().send(json_answer(500, "oops")), 1, "acme answered 500");
    fails(Script().send(json_answer(200, "<html>")), 1, "no list of models");
    fails(Script().send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                        "Content-Length: 0\r\n\r\n"),
          1, "acme answered 302");
    fails(Script().reset(), 3, "acme: ");
    CHECK(run_program(world.home, {"models", "sync", "acme"}).code == 2);  // its key is not set
    const Ended near = run_program(world.home, {"models", "sync", "amce"});
    CHECK(near.code == 2);
    CHECK(holds(near.errors, "did you mean acme?"));
    CHECK(world.sync({"--yes", "--dry-run"}).code == 2);
    world.home.write("config/arouter/arouter.toml", "[server]\nx = 1\n");
    CHECK(holds(world.sync({"--yes"}).errors, "arouter.toml:2:1: "));
  }

  TEST_CASE("a list cannot command the terminal or write what is no name") {
    SyncWorld world;
    world.provider.always(Script().send(json_answer(
        200,
        R"({"data":[{"id":"model-a"},{"id":"\u001b[2Jx"},{"id":"b","name":"N\u001b]0;x\u0007\"\n"},
                 {"id":"b","context_length":7}]})")));
    const Ended ended = world.sync({"--yes"});
    CHECK(ended.code == 0);
    CHECK_FALSE(holds(ended.output + ended.errors, "\x1b"));
    CHECK(holds(ended.errors, "no name that can be asked for"));
    CHECK(holds(ended.errors, "b: listed twice"));
    CHECK(world.read(world.file) ==
          replaced(world.text, "by contract\n",
                   "by contract\n\n[[provider.model]]\nid = \"b\"\nname = \"N\\\" \"\n"));
  }
}

}  // namespace arouter::test
