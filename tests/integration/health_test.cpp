// The circuit breaker as clients and providers see it: who is left alone, when, and until when.
#include <doctest/doctest.h>

#include <future>
#include <memory>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

using std::chrono::steady_clock;

constexpr const char* kLong = "breaker = { failures = 5, open_ms = 60000 }";
constexpr const char* kNever = "breaker = { failures = 0 }";
constexpr const char* kOpened = "provider 'acme': its circuit breaker is open, for ";

/// Five requests that acme fails; the others see to it that the callers do not notice.
void open_acme(HealthWorld& world, const Script& fault, bool stream = false) {
  const std::size_t before = world.providers[0].requests().size();
  for (int i = 0; i < 5; ++i) {
    world.providers[0].plays(fault);
    world.chat(stream);
  }
  CHECK(world.providers[0].requests().size() == before + 5);
}

}  // namespace

TEST_SUITE("health") {
  TEST_CASE("five failures in a row, and the provider is not asked any more") {
    const std::string cut = json_answer(200, chat_body("a")).substr(0, 200);
    const std::vector<std::pair<std::string, Script>> faults{
        {"500", refusal(500)},
        {"529", refusal(529)},
        {"reset", Script().reset()},
        {"silent", Script().stall()},
        {"cut", Script().send(cut).close()},
        {"HTML", Script().send("HTTP/1.1 200 OK\r\n\r\n<html>").close()},
    };
    for (const auto& [name, fault] : faults) {
      CAPTURE(name);
      const std::string quick = std::string(kLong) + "\ntimeouts = { first_byte_ms = 100 }";
      HealthWorld world({quick, kNever});
      FakeProvider &acme = world.providers[0], &beta = world.providers[1];
      acme.always(well());
      beta.always(well());
      open_acme(world, fault);
      CHECK(beta.requests().size() == 5);
      const int connections = acme.connections();
      CHECK(world.all_well(20, "beta"));
      CHECK(acme.requests().size() == 5);
      CHECK(acme.connections() == connections);
      CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
      const std::vector<Row> rows = world.stop_and_read_rows();
      REQUIRE(rows.size() == 25);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(rows[i].at("outcome") == "ok");
        CHECK(rows[i].at("attempt") == (i < 5 ? "2" : "1"));
      }
    }
  }

  TEST_CASE("a stream that is cut behind its first byte counts too") {
    HealthWorld world({kLong, kNever});
    world.providers[0].always(well());
    world.providers[1].always(well());
    const std::string delta = chat_events({"a"}).front();
    open_acme(world, Script().send(event_stream_head()).send(chunk(delta)).close(), true);
    CHECK(world.all_well(5, "beta"));
    CHECK(world.providers[0].requests().size() == 5);
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
  }

  TEST_CASE("a provider that nobody can connect to is passed over after five tries") {
    HealthWorld world({kLong, kNever});
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    world.home.write(
        "arouter.toml",
        world.config({kLong, kNever}, {"http://127.0.0.1:" + std::to_string(port) + "/v1"}));
    world.reload();
    world.providers[1].always(well());
    CHECK(world.all_well(10, "beta"));
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 10);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(rows[i].at("attempt") == (i < 5 ? "2" : "1"));
    }
  }

  TEST_CASE("four failures and a success are no outage") {
    HealthWorld world({kLong, kNever});
    world.providers[0].always(well());
    world.providers[1].always(well());
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 4; ++i) {
        world.providers[0].plays(refusal(500));
        CHECK(world.all_well(1, "beta"));
      }
      CHECK(world.all_well(1, "acme"));
    }
    CHECK(world.logged(kOpened) == 0);
  }

  TEST_CASE("what blames the request, or a client that leaves, opens nothing") {
    HealthWorld world({kLong});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    for (const int status : {400, 404, 413, 422}) {
      CAPTURE(status);
      for (int i = 0; i < 8; ++i) {
        acme.plays(refusal(status));
        CHECK(world.chat().status == status);
      }
    }
    for (int i = 0; i < 8; ++i) {
      const std::size_t before = acme.requests().size();
      const Gate gone;
      acme.plays(Script().await_client_gone(gone));
      RawClient client(world.daemon.port());
      client.send(world.request());
      REQUIRE(acme.wait_for_requests(before + 1).size() == before + 1);
      client.reset();
      REQUIRE(gone.wait());
    }
    CHECK(wait_for_rows(state_of(world.home), 40).size() == 40);
    CHECK(world.all_well(5, "acme"));
    CHECK(world.logged("circuit breaker") == 0);
  }

  TEST_CASE("with nobody else, one request a second is let through and the rest are told to wait") {
    HealthWorld world({kLong});
    FakeProvider& acme = world.providers[0];
    std::vector<steady_clock::time_point> asked;
    std::mutex mutex;
    acme.answers([&](const RecordedRequest&) {
      const std::lock_guard lock(mutex);
      asked.push_back(steady_clock::now());
      return refusal(500);
    });
    RawClient client(world.daemon.port());
    int refused = 0;
    CHECK(ask_until([&] {
      client.send(world.request());
      const RawResponse answer = client.read_response();
      if (error_code_of(answer) != "no_healthy_upstream") {
        CHECK(answer.status == 502);
      } else {
        CHECK(answer.status == 503);
        CHECK(error_source_of(answer) == "acme");
        CHECK(retry_after_of(answer) >= 1);
        CHECK(retry_after_of(answer) <= 72);
        ++refused;
      }
      return acme.requests().size() >= 8;
    }));
    CHECK(refused > 0);
    REQUIRE(asked.size() == 8);
    // Five that opened it, and three in panic.
    CHECK(asked[6] - asked[5] >= std::chrono::milliseconds(990));
    CHECK(asked[7] - asked[6] >= std::chrono::milliseconds(990));
    acme.answers([](const RecordedRequest&) { return well(); });
    CHECK(world.comes_back("acme"));  // by the next of these
    CHECK(world.all_well(3, "acme"));
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
  }

  TEST_CASE("when all are open, the one whose last failure is oldest is asked first") {
    HealthWorld world({kLong, kLong, kLong});
    for (FakeProvider& provider : world.providers) provider.always(refusal(500));
    for (const std::string name : {"gamma", "acme", "beta"}) {
      for (int i = 0; i < 5; ++i) CHECK(world.chat_with(name + "/shared").status == 502);
    }
    CHECK(ask_until([&] { return world.logged("circuit breaker is open") == 3; }));
    for (const std::string name : {"gamma", "acme", "beta"}) {
      const RawResponse answer = world.chat();
      CHECK(answer.status == 502);
      CHECK(error_source_of(answer) == name);
    }
    const RawResponse refused = world.chat();
    CHECK(refused.status == 503);
    CHECK(error_code_of(refused) == "no_healthy_upstream");
    for (const FakeProvider& provider : world.providers) CHECK(provider.requests().size() == 6);
  }

  TEST_CASE("an open breaker lets a probe through after open_ms, and one that goes well ends it") {
    HealthWorld world({"breaker = { failures = 5, open_ms = 200 }", kNever});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    world.providers[1].always(well());
    open_acme(world, refusal(500));
    const auto opened = steady_clock::now();
    CHECK(world.comes_back("acme"));
    const auto took = steady_clock::now() - opened;
    CHECK(took >= std::chrono::milliseconds(100));  // 200 less a fifth, and what five asks took
    CHECK(took < std::chrono::seconds(2));
    CHECK(acme.requests().size() == 6);
    CHECK(world.all_well(20, "acme"));
  }

  TEST_CASE("a probe that fails benches for longer, and the callers do not notice") {
    HealthWorld world({"breaker = { failures = 5, open_ms = 50, max_open_ms = 400 }", kNever});
    FakeProvider& acme = world.providers[0];
    acme.always(refusal(500));
    world.providers[1].always(well());
    open_acme(world, refusal(500));
    CHECK(ask_until([&] {
      CHECK(world.all_well(1, "beta"));
      return acme.requests().size() >= 8;
    }));
    acme.always(well());
    CHECK(world.comes_back("acme"));
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));  // one outage
  }

  TEST_CASE("one probe at a time") {
    HealthWorld world({"breaker = { failures = 5, open_ms = 50 }", kNever});
    FakeProvider &acme = world.providers[0], &beta = world.providers[1];
    beta.always(well());
    open_acme(world, refusal(500));
    const Gate finish;
    acme.plays(Script().wait(finish).send(json_answer(200, chat_body("a"))));
    acme.always(well());
    RawClient background(world.daemon.port());
    const std::string request = world.request();
    std::future<bool> probe = std::async(std::launch::async, [&] {
      return ask_until([&] {
        background.send(request);
        return background.read_response().field("x-arouter-provider") == "acme";
      });
    });
    REQUIRE(acme.wait_for_requests(6).size() == 6);
    CHECK(world.all_well(20, "beta"));
    CHECK(acme.requests().size() == 6);
    finish.open();
    CHECK(probe.get());
    CHECK(world.all_well(5, "acme"));
  }

  TEST_CASE("a probe is over with the first event of its stream; what comes of it counts") {
    HealthWorld world({"breaker = { failures = 5, open_ms = 300 }", kNever});
    FakeProvider& acme = world.providers[0];
    world.providers[1].answers([](const RecordedRequest& request) {
      const bool streamed = request.body.find("\"stream\":true") != std::string::npos;
      return streamed ? streamed_chat({"a"}) : well();
    });
    open_acme(world, refusal(500));
    const Gate finish;
    const std::string delta = chat_events({"a"}).front();
    acme.plays(Script().send(event_stream_head()).send(chunk(delta)).wait(finish).reset());
    acme.always(well());
    std::unique_ptr<RawClient> held;
    REQUIRE(ask_until([&] {
      held = std::make_unique<RawClient>(world.daemon.port());
      held->send(world.request(true));
      return held->read_head().field("x-arouter-provider") == "acme";
    }));
    CHECK(world.all_well(10, "acme"));  // beside the stream
    finish.open();
    CHECK_FALSE(held->read_rest().complete);
    for (int i = 0; i < 4; ++i) {
      acme.plays(refusal(500));
      CHECK(world.all_well(1, "beta"));
    }
    // The stream was the first of five.
    CHECK(world.all_well(5, "beta"));
    CHECK(acme.requests().size() == 20);
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
  }

  TEST_CASE("a probe is over with the head of a whole answer") {
    HealthWorld world({"breaker = { failures = 5, open_ms = 50 }", kNever});
    FakeProvider &acme = world.providers[0], &beta = world.providers[1];
    beta.always(well());
    open_acme(world, refusal(500));
    const Gate finish;
    const std::string answer = json_answer(200, chat_body("a"));
    const std::size_t body = answer.find("\r\n\r\n") + 4;
    acme.plays(Script().send(answer.substr(0, body)).wait(finish).send(answer.substr(body)));
    acme.always(well());
    std::future<bool> probe =
        std::async(std::launch::async, [&] { return world.comes_back("acme"); });
    REQUIRE(acme.wait_for_requests(6).size() == 6);
    RawClient client(world.daemon.port());
    const std::string request = world.request();
    CHECK(ask_until([&] {
      client.send(request);
      return client.read_response().field("x-arouter-provider") == "acme";
    }));
    finish.open();
    CHECK(probe.get());
  }

  TEST_CASE("a reload keeps what is known of a provider, unless it is elsewhere now") {
    HealthWorld world({kLong, kNever});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    world.providers[1].always(well());
    open_acme(world, refusal(500));
    world.reload();
    CHECK(world.all_well(10, "beta"));
    // Another setting of the same provider's.
    const std::string more = std::string(kLong) + "\ntimeouts = { first_byte_ms = 5000 }";
    world.home.write("arouter.toml", world.config({more, kNever}));
    world.reload();
    CHECK(world.all_well(10, "beta"));
    CHECK(acme.requests().size() == 5);
    FakeProvider moved;
    moved.always(well());
    world.home.write("arouter.toml", world.config({kLong, kNever}, {moved.base_url()}));
    world.reload();
    CHECK(world.all_well(10, "acme"));
    CHECK(moved.requests().size() == 10);
    CHECK(acme.requests().size() == 5);
    CHECK(ask_until([&] { return world.logged(kOpened) == 1; }));
  }

  TEST_CASE("another path of the same host is another service, of which nothing is known") {
    HealthWorld world({kLong, kNever});
    FakeProvider& acme = world.providers[0];
    acme.always(well());
    world.providers[1].always(well());
    open_acme(world, refusal(500));
    CHECK(world.all_well(10, "beta"));
    const std::string url = "http://127.0.0.1:" + std::to_string(acme.port()) + "/other/v1";
    world.home.write("arouter.toml", world.config({kLong, kNever}, {url}));
    world.reload();
    CHECK(world.all_well(10, "acme"));
    CHECK(acme.requests().back().head.starts_with("POST /other/v1/"));
  }
}

}  // namespace arouter::test
