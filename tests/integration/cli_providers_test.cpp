// `arouter providers` with a daemon that has seen providers fail, and without one.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"
#include "tests/integration/program.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr const char* kLong = "breaker = { failures = 5, open_ms = 60000 }";
constexpr const char* kNever = "breaker = { failures = 0 }";

/// acme's breaker is open, and beta has answered in its place.
void open_acme(HealthWorld& world) {
  world.providers[0].always(refusal(500));
  world.providers[1].always(well());
  CHECK(world.all_well(5, "beta"));
}

}  // namespace

TEST_SUITE("cli_providers") {
  TEST_CASE("in a pipe a provider is a line of tab-separated cells") {
    HealthWorld world({kLong, kNever});
    open_acme(world);
    const Ended ended = run_program(world.home, {"providers"});
    CHECK(ended.code == 0);
    CHECK(ended.errors == "");
    CHECK(ended.output.find("acme\tunavailable\t\t2\t\t\t0\topen ") == 0);
    CHECK(ended.output.find("\nbeta\thealthy\t\t2\t") != std::string::npos);
  }

  TEST_CASE("at a terminal they are a table with titles and units") {
    HealthWorld world({kLong, kNever});
    open_acme(world);
    TerminalProgram table(world.home, {"providers"});
    CHECK(table.shows("PROVIDER  STATUS       KEYS  MODELS"));
    CHECK(table.shows("acme      unavailable     -       2"));
    CHECK(table.shows("0 %"));
    CHECK(table.shows("beta      healthy         -       2"));
    CHECK(table.shows("100 %"));
    CHECK(table.wait_for_exit() == 0);
    TerminalProgram narrow(world.home, {"providers"}, {{"COLUMNS", "24"}});
    CHECK(narrow.shows("acme      unavailable\r\n"));
    CHECK(narrow.wait_for_exit() == 0);
  }

  TEST_CASE("--json is the daemon's own document") {
    HealthWorld world({keys_line({"", ""})});
    const Ended ended = run_program(world.home, {"providers", "--json"});
    CHECK(ended.code == 0);
    const json providers = json::parse(ended.output, nullptr, false);
    CHECK(providers["data"][0]["id"] == "acme");
    CHECK(providers["data"][0]["keys"].size() == 2);
    CHECK(ended.output.find("sk-canary") == std::string::npos);
  }

  TEST_CASE("without a daemon nothing is known of how they fare, and it says so") {
    const TempDir home;
    const Ended ended = run_program(home, {"providers"});
    CHECK(ended.code == 3);
    CHECK(ended.output == "");
    CHECK(ended.errors.find("no daemon runs") != std::string::npos);
    CHECK(ended.errors.find("arouter serve") != std::string::npos);
  }
}

}  // namespace arouter::test
