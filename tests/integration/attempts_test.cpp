// How often a request is tried, and when it is not tried again.
#include <doctest/doctest.h>

#include <deque>
#include <mutex>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"
#include "tests/integration/routing_world.hpp"

namespace arouter::test {

namespace {

constexpr const char* kNever = "breaker = { failures = 0 }";
const std::vector<std::string> kThree{kNever, kNever, kNever};

}  // namespace

TEST_SUITE("attempts") {
  TEST_CASE("no more are made than max_attempts says") {
    for (const std::size_t most : {1U, 2U, 3U}) {
      CAPTURE(most);
      HealthWorld world(kThree, "[routing]\nmax_attempts = " + std::to_string(most));
      for (FakeProvider& provider : world.providers) provider.always(refusal(500));
      const RawResponse answer = world.chat();
      CHECK(answer.status == 502);
      CHECK(answer.field("x-should-retry") == (most > 1 ? "false" : ""));
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(world.providers[i].requests().size() == (i < most ? 1 : 0));
      }
      const std::vector<Row> rows = world.stop_and_read_rows();
      REQUIRE(rows.size() == 1);
      CHECK(rows[0].at("attempt") == std::to_string(most));
      CHECK(rows[0].at("cost_pico_usd") == "0");
    }
  }

  TEST_CASE("the keys of one provider are attempts too, but the last is for another provider") {
    HealthWorld world({keys_line({"", "", ""}), kNever}, "[routing]\nmax_attempts = 3");
    world.providers[0].always(refusal(429, "Retry-After: 9\r\n"));
    world.providers[1].always(well());
    CHECK(world.all_well(1, "beta"));
    CHECK(world.providers[0].requests().size() == 2);
    CHECK(world.all_well(1, "beta"));  // by way of the third key
    CHECK(world.all_well(5, "beta"));
    CHECK(world.providers[0].requests().size() == 3);
    // Where there is nobody else every attempt is for a key.
    HealthWorld alone({keys_line({"", "", ""})}, "[routing]\nmax_attempts = 2");
    alone.providers[0].always(refusal(429, "Retry-After: 9\r\n"));
    const RawResponse answer = alone.chat();
    CHECK(answer.status == 429);
    CHECK(retry_after_of(answer) == 9);
    CHECK(alone.providers[0].requests().size() == 2);
  }

  TEST_CASE("what may have been worked on is tried elsewhere once") {
    const std::string half = json_answer(200, chat_body("a")).substr(0, 200);
    const std::string lines = std::string(kNever) + "\ntimeouts = { first_byte_ms = 100 }";
    for (const Script& fault :
         {Script().close(), Script().reset(), Script().stall(), Script().send(half).close()}) {
      HealthWorld world({lines, lines, lines});
      for (FakeProvider& provider : world.providers) provider.always(well());
      world.providers[0].always(fault);
      CHECK(world.all_well(1, "beta"));
      world.providers[1].always(fault);
      const RawResponse answer = world.chat();
      CHECK(answer.status >= 502);
      CHECK(error_source_of(answer) == "beta");
      CHECK(answer.field("x-should-retry") == "false");
      CHECK(world.providers[2].connections() == 0);
      // What was refused for certain does not count.
      world.providers[0].always(refusal(500));
      CHECK(world.all_well(1, "gamma"));
    }
  }

  TEST_CASE("what may have been worked on is not tried again where that is not wanted") {
    HealthWorld world(kThree, "[routing]\nretry_ambiguous = false");
    for (FakeProvider& provider : world.providers) provider.always(well());
    world.providers[0].plays(Script().close());
    const RawResponse answer = world.chat();
    CHECK(answer.status == 502);
    CHECK(answer.field("x-should-retry") == "");  // the client may know better
    CHECK(world.providers[1].connections() == 0);
    world.providers[0].plays(refusal(500));
    CHECK(world.all_well(1, "beta"));
  }

  TEST_CASE("a provider that failed is left alone before another of its endpoints is asked") {
    using std::chrono::steady_clock;
    RoutingWorld world;
    std::mutex mutex;
    std::vector<steady_clock::time_point> asked;
    world.provider.answers([&](const RecordedRequest&) {
      const std::lock_guard lock(mutex);
      asked.push_back(steady_clock::now());
      return asked.size() % 2 == 1 ? refusal(500) : well();
    });
    const std::string body = routed_chat(R"("provider":{"only":["acme"],"sort":"price"})");
    for (int i = 0; i < 5; ++i) CHECK(world.chat(body).status == 200);
    REQUIRE(asked.size() == 10);
    steady_clock::duration left_alone{};
    for (std::size_t i = 0; i < 10; i += 2) left_alone += asked[i + 1] - asked[i];
    // Five times anything up to 100 ms: less than this in all once in 370,000 times.
    CHECK(left_alone >= std::chrono::milliseconds(20));
  }

  TEST_CASE("an outage is not multiplied: retries have a budget") {
    HealthWorld world({kNever, kNever});
    FakeProvider &acme = world.providers[0], &beta = world.providers[1];
    const Gate fail, finish;
    acme.always(
        Script().wait(fail).send(json_answer(500, R"({"error":{"message":"no"}})")).close());
    beta.always(Script().wait(finish).send(json_answer(200, chat_body("a"))));
    std::deque<RawClient> clients;
    for (int i = 0; i < 40; ++i) {
      clients.emplace_back(world.daemon.port());
      clients.back().send(world.request());
    }
    REQUIRE(acme.wait_for_requests(40).size() == 40);
    fail.open();
    // A fifth of the 40 under way for nothing, and ten tokens; the rest are refused at once.
    CHECK(wait_for_rows(state_of(world.home), 22).size() == 22);
    CHECK(beta.wait_for_requests(18).size() == 18);
    finish.open();
    int well = 0;
    for (RawClient& client : clients) {
      const RawResponse answer = client.read_response();
      if (answer.status == 200) ++well;
      if (answer.status != 200) CHECK(answer.status == 502);
    }
    CHECK(well == 18);
    // Given back, so that the next few have theirs.
    acme.always(refusal(500));
    CHECK(world.all_well(20, "beta"));
  }
}

}  // namespace arouter::test
