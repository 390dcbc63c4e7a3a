// A provider with several keys: which are used, which are benched and for how long, and that none
// of it is the caller's trouble as long as one key is left.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

/// Plays `script` to whoever comes with one of `keys`, and answers all others well.
void deny(FakeProvider& provider, const std::string& keys, const Script& script) {
  provider.answers([keys, script](const RecordedRequest& request) {
    return keys.find(key_of(request)) != std::string::npos ? script : well();
  });
}

/// A request under way whose answer waits for `finish`.
struct Held {
  explicit Held(HealthWorld& world) : client(world.daemon.port()) {
    world.providers[0].plays(
        Script().reach(asked).wait(finish).send(json_answer(200, chat_body("held"))));
    client.send(world.request());
    REQUIRE(asked.wait());
  }
  int end() {
    finish.open();
    return client.read_response().status;
  }
  Gate asked, finish;
  RawClient client;
};

}  // namespace

TEST_SUITE("keys") {
  TEST_CASE("a refused key among three is asked once, and once more after a reload") {
    for (const int status : {401, 403}) {
      CAPTURE(status);
      HealthWorld world({keys_line({"", "", ""})});
      FakeProvider& acme = world.providers[0];
      deny(acme, "b", refusal(status));
      CHECK(world.all_well(60, "acme"));
      CHECK(asked_with(acme, "b") == 1);
      CHECK(asked_with(acme, "a") > 10);
      CHECK(asked_with(acme, "c") > 10);
      constexpr std::string_view kRefused = "provider 'acme', key 'b': refused by the provider";
      CHECK(ask_until([&] { return world.logged(kRefused) == 1; }));
      world.reload();
      CHECK(world.all_well(60, "acme"));
      CHECK(asked_with(acme, "b") == 2);
      CHECK(ask_until([&] { return world.logged(kRefused) == 2; }));
      CHECK(ask_until([&] { return world.logged("key '") == 2; }));
      CHECK(world.keeps_secrets());
      const std::vector<Row> rows = world.stop_and_read_rows();
      REQUIRE(rows.size() == 120);
      for (const Row& row : rows) {
        CHECK(row.at("outcome") == "ok");
        CHECK(row.at("cost_pico_usd") == "19000000");  // of the answer alone
      }
    }
  }

  TEST_CASE("when every key is refused the caller is not told that its own is") {
    HealthWorld world({keys_line({"", ""})});
    deny(world.providers[0], "ab", refusal(401));
    for (int i = 0; i < 3; ++i) {
      const RawResponse answer = world.chat();
      CHECK(answer.status == 502);
      CHECK(error_code_of(answer) == "upstream_auth");
      CHECK(error_source_of(answer) == "acme");
      CHECK(answer.field("retry-after") == "");  // waiting mends nothing
      CHECK((answer.head + answer.body).find("sk-canary") == std::string::npos);
    }
    CHECK(world.providers[0].requests().size() == 2);
    CHECK(ask_until([&] { return world.logged("refused by the provider") == 2; }));
    CHECK(world.keeps_secrets());
  }

  TEST_CASE("keys share the requests by weight, and a conversation keeps its key") {
    HealthWorld world({keys_line({"weight = 1", "weight = 3"})});
    world.providers[0].always(well());
    CHECK(world.all_well(200, "acme"));
    CHECK(asked_with(world.providers[0], "a") > 30);
    CHECK(asked_with(world.providers[0], "a") < 70);
    CHECK(asked_with(world.providers[0], "a") + asked_with(world.providers[0], "b") == 200);
    const std::string again = world.request();
    for (int i = 0; i < 10; ++i) CHECK(call(world.daemon.port(), again).status == 200);
    const std::string key = key_of(world.providers[0].requests().back());
    CHECK(asked_with(world.providers[0], key) >= 40);
    const std::vector<RecordedRequest> requests = world.providers[0].requests();
    for (std::size_t i = 200; i < requests.size(); ++i) CHECK(key_of(requests[i]) == key);
  }

  TEST_CASE("a key is used for its models only") {
    HealthWorld world({keys_line({"models = [\"shared\"]", "models = [\"sh*\", \"other\"]"})});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    for (int i = 0; i < 20; ++i) CHECK(world.chat_with("acme/other").status == 200);
    CHECK(asked_with(acme, "a") == 0);
    for (int i = 0; i < 20; ++i) CHECK(world.chat_with("acme/shared").status == 200);
    CHECK(asked_with(acme, "a") > 0);
    // The only key for it is refused: the other is not tried in its place.
    deny(acme, "b", refusal(401));
    const std::size_t before = asked_with(acme, "a");
    CHECK(world.chat_with("acme/other").status == 502);
    CHECK(world.chat_with("acme/other").status == 502);
    CHECK(asked_with(acme, "a") == before);
    CHECK(asked_with(acme, "b") + before == 41);
    CHECK(world.all_well(10, "acme"));
  }

  TEST_CASE("a key has no more requests at once than it may") {
    const std::string one = "limits = { concurrency = 1 }";
    HealthWorld world({keys_line({one, one})});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    {
      Held first(world);
      const std::string busy = key_of(acme.requests().back());
      CHECK(world.all_well(10, "acme"));  // by the other
      CHECK(asked_with(acme, busy) == 1);
      Held second(world);
      CHECK(key_of(acme.requests().back()) != busy);
      const RawResponse refused = world.chat();
      CHECK(refused.status == 503);
      CHECK(error_code_of(refused) == "overloaded");
      CHECK(retry_after_of(refused) == 1);
      CHECK(first.end() == 200);
      CHECK(world.comes_back("acme"));
      CHECK(second.end() == 200);
    }
    CHECK(acme.requests().size() == 13);
    CHECK(world.logged("key '") == 0);  // no news
  }

  TEST_CASE("a key makes no more requests in a minute than it may, and another provider serves") {
    const std::string two = "limits = { requests_per_minute = 2 }";
    HealthWorld world({keys_line({two, two}), "keys = []"});
    world.providers[0].always(well());
    world.providers[1].always(well());
    CHECK(world.all_well(4, "acme"));
    CHECK(asked_with(world.providers[0], "a") == 2);
    CHECK(asked_with(world.providers[0], "b") == 2);
    CHECK(world.all_well(4, "beta"));
    const RawResponse refused = world.chat_with("acme/other");
    CHECK(refused.status == 503);
    CHECK(retry_after_of(refused) >= 1);
    CHECK(retry_after_of(refused) <= 30);
    CHECK(world.providers[0].requests().size() == 4);
  }

  TEST_CASE("a 429 benches the key that met it for as long as it says") {
    HealthWorld world({keys_line({"", "", ""})});
    FakeProvider& acme = world.providers[0];
    deny(acme, "a", refusal(429, "Retry-After: 30\r\n"));
    CHECK(world.all_well(60, "acme"));
    CHECK(asked_with(acme, "a") == 1);
    CHECK(ask_until([&] {
      return world.logged("provider 'acme', key 'a': at its limit, benched for 30 s") == 1;
    }));
    CHECK(ask_until([&] { return world.logged("key '") == 1; }));
    world.reload();  // does not make the provider forget
    CHECK(world.all_well(20, "acme"));
    CHECK(asked_with(acme, "a") == 1);
    CHECK(world.keeps_secrets());
  }

  TEST_CASE("a 429 benches a provider that is asked without a key as well") {
    HealthWorld world({"keys = []", "keys = []"});
    world.providers[0].always(refusal(429, "Retry-After: 30\r\n"));
    world.providers[1].always(well());
    CHECK(world.all_well(5, "beta"));
    CHECK(world.providers[0].requests().size() == 1);
    CHECK(ask_until(
        [&] { return world.logged("provider 'acme': at its limit, benched for 30 s") == 1; }));
    const RawResponse answer = world.chat_with("acme/other");
    CHECK(answer.status == 429);
    CHECK(retry_after_of(answer) >= 20);
    CHECK(error_source_of(answer) == "acme");
    CHECK(world.providers[0].requests().size() == 1);
    // A 401 is about no key that there is.
    world.providers[1].plays(refusal(401));
    CHECK(world.chat().status == 502);
    CHECK(world.all_well(1, "beta"));
  }

  TEST_CASE("a 429 of a provider's own API benches the key for as long as it says") {
    HealthWorld world({keys_line({""})});
    world.providers[0].plays(refusal(429, "Retry-After: 20\r\n"));
    const auto ask = [&] {
      return call(world.daemon.port(),
                  get(world.daemon.port(), "/acme/v1/files", world.daemon.key()))
          .status;
    };
    CHECK(ask() == 429);
    CHECK(ask_until([&] { return world.logged("key 'a': at its limit, benched for 20 s") == 1; }));
  }

  TEST_CASE("when all keys are limited the caller is told of the one that is free first") {
    HealthWorld world({keys_line({"", "", ""})});
    FakeProvider& acme = world.providers[0];
    acme.answers([](const RecordedRequest& request) {
      const std::string key = key_of(request);
      const std::string wait = key == "a" ? "50" : key == "b" ? "20" : "80";
      return refusal(429, "Retry-After: " + wait + "\r\n");
    });
    for (int i = 0; i < 5; ++i) {
      CAPTURE(i);
      const RawResponse answer = world.chat();
      CHECK(answer.status == 429);
      CHECK(error_source_of(answer) == "acme");
      CHECK(retry_after_of(answer) <= 20);
      CHECK(retry_after_of(answer) >= 15);
    }
    CHECK(acme.requests().size() == 3);
  }

  TEST_CASE("a key comes back when its wait is over") {
    HealthWorld world({keys_line({""})});
    FakeProvider& acme = world.providers[0];
    acme.plays(refusal(429, "Retry-After: 1\r\n"));
    acme.always(well());
    const auto began = std::chrono::steady_clock::now();
    const RawResponse limited = world.chat();
    CHECK(limited.status == 429);
    CHECK(retry_after_of(limited) == 1);
    CHECK(world.comes_back("acme"));
    CHECK(std::chrono::steady_clock::now() - began >= std::chrono::seconds(1));
    CHECK(acme.requests().size() == 2);
  }

  TEST_CASE("whatever stands in Retry-After, a key waits a second to five minutes") {
    struct Case {
      const char* value;
      const char* wait;
    };
    for (const Case& each :
         {Case{"5", "5 s"}, Case{"0", "1 s"}, Case{"-1", "1 s"}, Case{"1e18", "1 s"},
          Case{"999999999999999999999", "300 s"}, Case{"Sun, 06 Nov 1994 08:49:37 GMT", "1 s"},
          Case{"Fri, 31 Dec 2100 23:59:59 GMT", "300 s"}, Case{"soon", "1 s"}}) {
      CAPTURE(each.value);
      HealthWorld world({keys_line({"", ""})});
      deny(world.providers[0], "a",
           refusal(429, "Retry-After: " + std::string(each.value) + "\r\n"));
      CHECK(ask_until(
          [&] { return world.all_well(1, "acme") && asked_with(world.providers[0], "a") > 0; }));
      CHECK(world.daemon.wait_for_errors("benched for "));
      CHECK(world.daemon.errors().find("at its limit, benched for " + std::string(each.wait)) !=
            std::string::npos);
    }
  }

  TEST_CASE("a key without credit gives way to another, and is left alone for long") {
    const std::string quota =
        R"({"error":{"message":"no","type":"insufficient_quota","code":"insufficient_quota"}})";
    const std::vector<std::pair<std::string, Script>> refusals{
        {"402", refusal(402)}, {"429 of OpenAI", Script().send(json_answer(429, quota))}};
    for (const auto& [name, script] : refusals) {
      CAPTURE(name);
      HealthWorld world({keys_line({"", "", ""})});
      deny(world.providers[0], "a", script);
      CHECK(world.all_well(40, "acme"));
      CHECK(asked_with(world.providers[0], "a") == 1);
      CHECK(
          ask_until([&] { return world.logged("key 'a': at its limit, benched for 300 s") == 1; }));
      deny(world.providers[0], "abc", script);
      const RawResponse answer = world.chat();
      CHECK(answer.status != 402);  // the caller's own credit is another matter
      CHECK(answer.status >= 429);
      CHECK(world.providers[0].requests().size() == 43);
    }
  }
}

}  // namespace arouter::test
