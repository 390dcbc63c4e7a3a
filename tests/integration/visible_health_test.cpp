// What is seen of the providers' health: in the offers of a model, in the list of providers, and in
// the metrics.
#include <doctest/doctest.h>

#include <memory>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr const char* kLong = "breaker = { failures = 5, open_ms = 60000 }";
constexpr const char* kNever = "breaker = { failures = 0 }";
constexpr const char* kOffers = "/api/v1/models/maker/shared/endpoints";

RawResponse ask(const HealthWorld& world, std::string_view target) {
  return call(world.daemon.port(), get(world.daemon.port(), target, world.daemon.key()));
}

json read(const HealthWorld& world, std::string_view target) {
  const RawResponse answer = ask(world, target);
  CAPTURE(answer.body);
  CHECK(answer.status == 200);
  return json::parse(answer.body, nullptr, false);
}

/// The element of a list that has `value` as its `member`; null when there is none.
json find(const json& list, const char* member, std::string_view value) {
  for (const json& each : list) {
    if (each.value(member, "") == value) return each;
  }
  return {};
}

json offer_of(const HealthWorld& world, std::string_view provider) {
  const json answer = read(world, kOffers);
  return find(answer["data"]["endpoints"], "provider_id", provider);
}

json provider_of(const HealthWorld& world, std::string_view id) {
  const json answer = read(world, "/api/v1/providers");
  return find(answer["data"], "id", id);
}

/// The value of a series, written as the metrics write it; "" when there is none.
std::string metric(const HealthWorld& world, const std::string& series) {
  const std::string text = "\n" + ask(world, "/metrics").body;
  const std::size_t at = text.find("\n" + series + " ");
  if (at == text.npos) return "";
  const std::size_t begin = at + series.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_SUITE("visible health") {
  TEST_CASE("a breaker that has opened is seen in offers, providers and metrics") {
    HealthWorld world({kLong, kNever});
    world.providers[0].always(refusal(500));
    world.providers[1].always(well());
    CHECK(provider_of(world, "acme")["status"] == "healthy");
    CHECK(world.all_well(5, "beta"));

    const json acme = offer_of(world, "acme"), beta = offer_of(world, "beta");
    CHECK(acme["status"] == -3);
    CHECK(acme["setback"] == "circuit_open");
    CHECK(acme["uptime_last_30m"] == 0);
    CHECK(acme["requests_last_30m"] == 5);
    CHECK(acme["latency_last_30m"] == nullptr);
    CHECK(beta["status"] == 0);
    CHECK(beta["uptime_last_5m"] == 100);
    CHECK(beta["latency_last_30m"]["p50"] >= 0);
    CHECK(beta["throughput_last_30m"]["p99"] > 0);

    const json down = provider_of(world, "acme"), up = provider_of(world, "beta");
    CHECK(down["status"] == "unavailable");
    REQUIRE(down["keys"].size() == 1);
    CHECK(down["keys"][0]["name"] == nullptr);
    CHECK(down["keys"][0]["state"] == "open");
    CHECK(down["keys"][0]["ready_in"] >= 40);  // a minute, less a fifth at most
    CHECK(down["keys"][0]["ready_in"] <= 72);
    CHECK(down["keys"][0]["last_change"].is_string());
    CHECK(up["status"] == "healthy");
    CHECK(up["keys"][0]["state"] == "closed");
    CHECK(up["keys"][0]["last_change"] == nullptr);
    CHECK(up["model_count"] == 2);
    CHECK(up["requests_last_30m"] == 5);

    CHECK(metric(world, R"(arouter_breaker_state{provider="acme",key=""})") == "2");
    CHECK(metric(world, R"(arouter_key_usable{provider="acme",key=""})") == "0");
    CHECK(metric(world, R"(arouter_breaker_state{provider="beta",key=""})") == "0");
    const std::string shared = R"(provider="beta",model="shared")";
    CHECK(metric(world, "arouter_requests_total{" + shared + R"(,status="200"})") == "5");
    CHECK(metric(world, "arouter_attempts_total{" + shared + R"(,outcome="ok"})") == "5");
    CHECK(metric(world, "arouter_retries_total{" + shared + "}") == "5");
    CHECK(metric(world, "arouter_tokens_total{" + shared + R"(,kind="input"})") == "45");
    CHECK(metric(world, "arouter_cost_usd_total{" + shared + "}") == "0.000095");
    CHECK(metric(world, "arouter_first_token_seconds_count{" + shared + "}") == "5");
    CHECK(metric(world, "arouter_request_duration_seconds_bucket{" + shared + R"(,le="+Inf"})") ==
          "5");
    CHECK(metric(world,
                 R"(arouter_attempts_total{provider="acme",model="shared",outcome="failed"})") ==
          "5");
  }

  TEST_CASE("keys are told by name with their states, and no answer holds a key") {
    HealthWorld world({keys_line({"", "", ""}), kNever});
    world.providers[1].always(well());
    world.providers[0].answers([](const RecordedRequest& request) {
      if (key_of(request) == "a") return refusal(401);
      if (key_of(request) == "b") return refusal(429, "Retry-After: 100\r\n");
      return well();
    });
    CHECK(ask_until([&] {
      world.chat();
      const json keys = provider_of(world, "acme")["keys"];
      return keys[0]["state"] == "revoked" && keys[1]["state"] == "cooling";
    }));
    const json acme = provider_of(world, "acme");
    CHECK(acme["status"] == "degraded");
    CHECK(acme["keys"][0]["name"] == "a");
    CHECK(acme["keys"][0]["ready_in"] == nullptr);
    CHECK(acme["keys"][1]["ready_in"] >= 90);
    CHECK(acme["keys"][1]["ready_in"] <= 100);
    CHECK(acme["keys"][2]["state"] == "closed");
    const std::string labels = R"({provider="acme",key="b"})";
    CHECK(metric(world, "arouter_key_usable" + labels) == "0");
    CHECK(metric(world, "arouter_breaker_state" + labels) == "0");
    for (const char* target : {"/api/v1/providers", "/metrics", kOffers}) {
      CHECK(ask(world, target).body.find("sk-canary") == std::string::npos);
    }
  }

  TEST_CASE("a key that works to its limit is busy, and what it runs is counted") {
    HealthWorld world({keys_line({"limits = { concurrency = 1 }"})});
    FakeProvider& acme = world.providers[0];
    const Gate finish;
    acme.plays(Script().wait(finish).send(json_answer(200, chat_body("a"))));
    RawClient client(world.daemon.port());
    client.send(world.request());
    REQUIRE(acme.wait_for_requests(1).size() == 1);
    const json busy = provider_of(world, "acme");
    CHECK(busy["keys"][0]["state"] == "busy");
    CHECK(busy["keys"][0]["running"] == 1);
    CHECK(busy["running"] == 1);
    CHECK(busy["status"] == "healthy");
    CHECK(metric(world, R"(arouter_running_attempts{provider="acme",key="a"})") == "1");
    finish.open();
    CHECK(client.read_response().status == 200);
    CHECK(provider_of(world, "acme")["keys"][0]["state"] == "closed");
  }
}

}  // namespace arouter::test
