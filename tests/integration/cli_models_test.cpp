// `arouter models explain` against a daemon whose model four providers serve.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/integration/program.hpp"
#include "tests/integration/routing_world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// The second column of every row: "acme/int4 beta".
std::string endpoints_in(const std::string& rows) {
  std::string tags;
  std::size_t begin = 0;
  for (std::size_t end; (end = rows.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::size_t tab = rows.find('\t', begin) + 1;
    tags += (tags.empty() ? "" : " ") + rows.substr(tab, rows.find('\t', tab) - tab);
  }
  return tags;
}

}  // namespace

TEST_SUITE("cli_models") {
  TEST_CASE("explain tells the plan for a name, asks nobody, and books nothing") {
    RoutingWorld world;
    const Ended ended = run_program(world.home, {"models", "explain", "maker/m:floor"});
    CHECK(ended.code == 0);
    CHECK(ended.errors == "");
    CHECK(endpoints_in(ended.output) == "acme/int4 acme/fp8 gamma beta delta");
    CHECK(ended.output.starts_with(
        "1\tacme/int4\tmaker/m\ta4\topenai\t0.5\t1\t\t1 of 1 ready\tkept\tthe cheapest first\n"));
    CHECK(holds(run_program(world.home, {"models", "explain", "smart"}).output, "\tmaker/n\t"));
    CHECK(world.provider.connections() == 0);
    CHECK(world.stop_and_read_rows().empty());
  }

  TEST_CASE("explain honours a body, in each format, from a file or from a pipe") {
    RoutingWorld world;
    const std::string wishes = R"("provider":{"max_price":{"prompt":2},"sort":"price"})";
    const std::string file =
        world.home.write("body.json", "{\"model\":\"other\"," + wishes + "}").string();
    for (const std::string format : {"openai", "anthropic", "gemini", "responses"}) {
      CAPTURE(format);
      const Ended ended = run_program(
          world.home, {"models", "explain", "maker/m", "--body", file, "--format", format});
      CHECK(ended.code == 0);
      CHECK(endpoints_in(ended.output) == "acme/int4 acme/fp8 gamma beta delta");
      CHECK(holds(ended.output, "\tdropped\tcosts more than max_price allows: prompt 3 USD\n"));
    }
    const Ended piped =
        run_program(world.home, {"models", "explain", "--body", "-", "--json"}, {},
                    R"({"model":"maker/free","models":["maker/n"],"provider":{"zdr":true}})");
    CHECK(piped.code == 0);
    const json plan = json::parse(piped.output, nullptr, false);
    REQUIRE(plan.is_object());
    CHECK(plan["candidates"].size() == 4);
    CHECK(plan["candidates"][0]["endpoint"] == "acme");
    CHECK(plan["candidates"][3]["code"] == "data_policy:zdr");
  }

  TEST_CASE("explain shows a person a table, with a reason below whom it leaves out") {
    RoutingWorld world;
    world.home.write("body.json", R"({"provider":{"ignore":["beta"],"sort":"price"}})");
    const std::string file = (world.home.path() / "body.json").string();
    TerminalProgram program(world.home, {"models", "explain", "claude-x", "--body", file},
                            {{"NO_COLOR", "1"}});
    CHECK(program.wait_for_exit() == 0);
    CHECK(program.screen() ==
          "claude-x means maker/n (alias with '*'): 1 of 2 endpoints may be asked, the cheapest "
          "first\r\n"
          "  # ENDPOINT  IN $/M  OUT $/M  HEALTH  KEYS          ASKED AS\r\n"
          "  1 acme       $1.00    $1.00  -       1 of 1 ready  n-a in openai\r\n"
          "  - beta       $2.00    $2.00  -       1 of 1 ready  n-b in openai\r\n"
          "    dropped: provider.ignore names it\r\n");
  }

  TEST_CASE("explain fails in words: no such model, nobody left, a bad body, a bad key") {
    RoutingWorld world;
    const Ended unknown = run_program(world.home, {"models", "explain", "maker/mm"});
    CHECK(unknown.code == 1);
    CHECK(unknown.output == "");
    CHECK(holds(unknown.errors, "did you mean 'maker/m'"));
    const Ended nobody = run_program(world.home, {"models", "explain", "maker/n", "--body", "-"},
                                     {}, R"({"provider":{"ignore":["acme","beta"]}})");
    CHECK(nobody.code == 1);
    CHECK(endpoints_in(nobody.output) == "acme beta");
    CHECK(holds(nobody.errors, "no endpoint may be asked"));
    for (const std::string_view body : {"[]", "{", R"({"provider":{"x":1}})", "\xff", ""}) {
      CAPTURE(body);
      const Ended bad =
          run_program(world.home, {"models", "explain", "maker/n", "--body", "-"}, {}, body);
      CHECK(bad.code != 0);
      CHECK(bad.output == "");
      CHECK_FALSE(bad.errors.empty());
    }
    CHECK(run_program(world.home, {"models", "explain", "m", "--body", "/none"}).code == 2);
    CHECK(run_program(world.home, {"models", "explain"}).code == 2);
    CHECK(run_program(world.home, {"models", "explain", "m", "--format", "x"}).code == 2);
    const Ended refused = run_program(world.home, {"models", "explain", "maker/n"},
                                      {{"AROUTER_API_KEY", "lr_live_wrong-canary"}});
    CHECK(refused.code == 3);
    CHECK_FALSE(holds(refused.errors, "canary"));
  }

  TEST_CASE("explain without a daemon says how to start one") {
    const TempDir home;
    const Ended ended = run_program(home, {"models", "explain", "maker/m"});
    CHECK(ended.code == 3);
    CHECK(holds(ended.errors, "no daemon runs"));
    CHECK(holds(ended.errors, "arouter serve"));
  }

  TEST_CASE("explain shows what health and keys have come to") {
    World world({.provider = "breaker = { failures = 5 }"});
    world.provider.always(
        Script().send(json_answer(429, R"({"error":{"message":"slow"}})", "Retry-After: 100\r\n")));
    CHECK(world.chat(chat_json(false)).status == 429);
    const Ended ended = run_program(world.home, {"models", "explain", "acme/model-a"});
    CHECK(ended.code == 0);
    CAPTURE(ended.output);
    CHECK(holds(ended.output, "\t0 of 1 ready: 1 cooling, in "));
  }
}

}  // namespace arouter::test
