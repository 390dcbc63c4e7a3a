// Who is asked when nobody says: a conversation stays, others spread, and the cheap are asked most.
#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "tests/integration/answers.hpp"
#include "tests/integration/routing_world.hpp"

namespace arouter::test {

namespace {

/// Each asked as "e1" … "e4", at prices in USD for a million tokens.
std::string four_offers(const std::vector<std::string>& prices) {
  constexpr const char* kProviders[] = {"acme", "beta", "gamma", "delta"};
  std::string text = "[[model]]\nid = \"maker/four\"\nendpoints = [\n";
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const std::string price = "\"0.00000" + prices[i] + "\"";
    text += "  { provider = \"" + std::string(kProviders[i]) + "\", model = \"e" +
            std::to_string(i + 1) + "\", pricing = { prompt = " + price +
            ", completion = " + price + " } },\n";
  }
  return text + "]\n";
}

const std::vector<std::string> kEqual{"1", "1", "1", "1"};

/// Four endpoints that answer whatever they are asked.
struct FourWorld : RoutingWorld {
  explicit FourWorld(const std::string& routing = {},
                     const std::vector<std::string>& prices = kEqual)
      : RoutingWorld(routing, "", four_offers(prices)) {
    provider.always(Script().send(json_answer(200, chat_body("a"))));
  }
  /// Who answers these messages; `more`: members with a comma behind each.
  std::string asked_for(const std::string& messages, const std::string& more = {},
                        const std::string& fields = {}) {
    const RawResponse answer =
        chat(R"({"model":"maker/four",)" + more + R"("messages":[)" + messages + "]}", fields);
    return answer.status == 200 ? asked() : answer.head + answer.body;
  }
};

std::string said(const std::string& role, const std::string& text) {
  return R"({"role":")" + role + R"(","content":")" + text + "\"}";
}

/// What `turn` of a conversation on `subject` sends: all that was said before, and one question.
std::string messages_of(const std::string& subject, int turn) {
  std::string messages = said("system", "Be brief.") + "," + said("user", "On " + subject);
  for (int i = 1; i < turn; ++i) {
    messages += "," + said("assistant", "Answer " + std::to_string(i)) + "," +
                said("user", "And " + std::to_string(i) + "?");
  }
  return messages;
}

using Counts = std::map<std::string, int>;

}  // namespace

TEST_SUITE("routing affinity") {
  TEST_CASE("a growing conversation stays at one of four equals, over all connections") {
    FourWorld world;
    const std::string at = world.asked_for(messages_of("cats", 1));
    for (int turn = 2; turn <= 50; ++turn) {
      CHECK(world.asked_for(messages_of("cats", turn)) == at);
    }
  }

  TEST_CASE("conversations spread") {
    FourWorld world;
    Counts counts;
    for (int i = 0; i < 200; ++i) ++counts[world.asked_for(messages_of(std::to_string(i), 1))];
    REQUIRE(counts.size() == 4);
    for (const auto& [model, count] : counts) {
      CAPTURE(model);
      CHECK(count >= 20);
      CHECK(count <= 90);
    }
  }

  TEST_CASE("a session by its name stays whatever is said, and sessions spread") {
    FourWorld world;
    using Naming = std::pair<std::string, std::string>;  // members, fields
    const std::vector<std::function<Naming(const std::string&)>> ways{
        [](const std::string& id) { return Naming(R"("session_id":")" + id + "\",", ""); },
        [](const std::string& id) { return Naming("", "X-Session-Id: " + id + "\r\n"); },
        [](const std::string& id) { return Naming(R"("prompt_cache_key":")" + id + "\",", ""); }};
    for (const auto& way : ways) {
      Counts counts;
      for (int session = 0; session < 30; ++session) {
        const auto [members, fields] = way("s" + std::to_string(session));
        const std::string at = world.asked_for(said("user", "first"), members, fields);
        ++counts[at];
        for (int i = 0; i < 3; ++i) {
          const std::string other = said("user", "other " + std::to_string(i));
          CHECK(world.asked_for(other, members, fields) == at);
        }
      }
      CHECK(counts.size() == 4);
    }
  }

  TEST_CASE("a conversation moves while its endpoint fails, and comes back") {
    FourWorld world;
    const std::string home = world.asked_for(messages_of("dogs", 1));
    const auto fails = [&] {
      world.provider.plays(Script().send(json_answer(503, R"({"error":{"message":"no"}})")));
      return world.asked_for(messages_of("dogs", 2));
    };
    const std::string moved = fails();
    CHECK(moved.starts_with(home + " e"));
    CHECK(moved != home + " " + home);
    CHECK(world.asked_for(messages_of("dogs", 3)) == home);
    CHECK(fails() == moved);
    CHECK(fails() == moved);
    // Three failures are an outage: the next one in line is asked at once, always the same.
    const std::string refuge = moved.substr(home.size() + 1);
    for (int turn = 4; turn < 10; ++turn) {
      CHECK(world.asked_for(messages_of("dogs", turn)) == refuge);
    }
    // As many answers as failures end it; they are asked for by name.
    const std::map<std::string, std::string> providers{
        {"e1", "acme"}, {"e2", "beta"}, {"e3", "gamma"}, {"e4", "delta"}};
    const std::string only = R"("provider":{"only":[")" + providers.at(home) + R"("]},)";
    for (int i = 0; i < 3; ++i) CHECK(world.asked_for(said("user", "x"), only) == home);
    CHECK(world.asked_for(messages_of("dogs", 10)) == home);
  }

  TEST_CASE("without affinity one conversation is spread") {
    FourWorld world("affinity = false");
    Counts counts;
    for (int i = 0; i < 120; ++i) {
      ++counts[world.asked_for(messages_of("cats", 1), R"("session_id":"s",)")];
    }
    CHECK(counts.size() == 4);
  }

  TEST_CASE("an endpoint at a third of the price is asked nine times as often") {
    for (const char* routing : {"affinity = false", "affinity = true"}) {
      CAPTURE(std::string(routing));
      FourWorld world(routing, {"1", "3"});
      Counts counts;
      for (int i = 0; i < 400; ++i) ++counts[world.asked_for(messages_of(std::to_string(i), 1))];
      // 360 of 400 on average, 6 the deviation: seven of them to either side.
      CHECK(counts["e1"] >= 318);
      CHECK(counts["e1"] <= 398);
      CHECK(counts["e1"] + counts["e2"] == 400);
    }
  }
}

}  // namespace arouter::test
