// Providers that are asked whether they are there, and what that is worth.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

constexpr const char* kChecked =
    "keys = [{ env = \"KEY_a\" }]\n"
    "breaker = { failures = 2, open_ms = 600000, max_open_ms = 600000 }\n"
    "health_check = { path = \"/health?deep=1\", interval_s = 1 }";

bool is_check(const RecordedRequest& request) {
  return request.head.starts_with("GET /health?deep=1 ");
}

std::size_t checks_of(const FakeProvider& provider) {
  const std::vector<RecordedRequest> requests = provider.requests();
  return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), is_check));
}

/// Answers checks with `check` and everybody else with `call`.
void answer(FakeProvider& provider, const Script& check, const Script& call) {
  provider.answers(
      [check, call](const RecordedRequest& request) { return is_check(request) ? check : call; });
}

Script status(int code) {
  return Script().send(json_answer(code, "{}"));
}

}  // namespace

TEST_SUITE("health checks") {
  TEST_CASE("a check is a GET of its path, again and again, without a credential") {
    HealthWorld world({kChecked});
    answer(world.providers[0], status(200), well());
    CHECK(ask_until([&] { return checks_of(world.providers[0]) >= 3; }));
    for (const RecordedRequest& check : world.providers[0].requests()) {
      CHECK(check.body.empty());
      CHECK(check.head.find("sk-canary") == std::string::npos);
      CHECK(check.field("authorization").empty());
      CHECK(check.field("host") == "127.0.0.1:" + std::to_string(world.providers[0].port()));
    }
    CHECK(world.stop_and_read_rows().empty());
  }

  TEST_CASE("a provider that is well again is asked again, though nobody tried") {
    HealthWorld world({kChecked, "keys = []"});
    FakeProvider& acme = world.providers[0];
    world.providers[1].always(well());
    answer(acme, status(500), well());
    // Failed checks count like failed requests: nobody needs to have asked.
    CHECK(ask_until([&] { return world.logged("its circuit breaker is open") == 1; }));
    CHECK(world.all_well(3, "beta"));
    CHECK(checks_of(acme) == acme.requests().size());
    // Nothing is known of it by what is neither good nor bad.
    answer(acme, status(404), well());
    const std::size_t before = checks_of(acme);
    CHECK(ask_until([&] { return checks_of(acme) >= before + 2; }));
    CHECK(world.all_well(1, "beta"));
    answer(acme, status(200), well());
    CHECK(world.comes_back("acme"));
    CHECK(world.all_well(4, "acme"));
  }

  TEST_CASE("checks that go well do not hide that requests fail") {
    HealthWorld world({kChecked});
    FakeProvider& acme = world.providers[0];
    answer(acme, status(200), refusal(500));
    CHECK(world.chat().status == 502);
    const std::size_t before = checks_of(acme);
    CHECK(ask_until([&] { return checks_of(acme) >= before + 2; }));
    CHECK(world.chat().status == 502);
    CHECK(ask_until([&] { return world.logged("its circuit breaker is open") == 1; }));
  }

  TEST_CASE("one check at a time, also of a provider that never answers, and none after a reload") {
    HealthWorld world({kChecked});
    FakeProvider& acme = world.providers[0];
    Gate asked, gone;
    answer(acme, Script().reach(asked).await_client_gone(gone), well());
    CHECK(asked.wait());
    CHECK(gone.wait());  // at its deadline, the interval
    CHECK(ask_until([&] { return world.logged("its circuit breaker is open") == 1; }));
    Gate again;
    answer(acme, Script().reach(again).stall(), well());
    CHECK(again.wait());
    world.home.write("arouter.toml", world.config({"keys = []"}));
    world.reload();
    const std::size_t before = checks_of(acme);
    CHECK(world.all_well(20, "acme"));
    CHECK(checks_of(acme) == before);
  }

  TEST_CASE("a daemon that is told to stop does not wait for a check") {
    HealthWorld world({kChecked});
    Gate asked;
    answer(world.providers[0], Script().reach(asked).stall(), well());
    CHECK(asked.wait());
    world.daemon.signal(SIGTERM);
    CHECK(world.daemon.wait_for_exit() == 0);
  }
}

}  // namespace arouter::test
