// What the daemon answers about single requests and about sums of them, and to whom.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/managed_world.hpp"

namespace arouter::test {

namespace {

nlohmann::json read_as(const ManagedWorld& world, const std::string& key, std::string_view path) {
  const RawResponse answer = call(world.daemon.port(), get(world.daemon.port(), path, key));
  CHECK(answer.status == 200);
  return nlohmann::json::parse(answer.body, nullptr, false);
}

}  // namespace

TEST_SUITE("usage answers") {
  TEST_CASE("a request is found by its generation id, by whoever made it and by the operator") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey one = world.give(R"({"name":"one"})");
    const GivenKey two = world.give(R"({"name":"two"})");
    const RawResponse answer = world.chat_as(one, R"(,"user":"ann")");
    REQUIRE(answer.status == 200);
    const std::string id = answer.field("x-generation-id");
    const std::string path = "/api/v1/generation?id=" + id;
    for (const std::string& key : {one.secret, world.daemon.key(), world.management_key}) {
      const nlohmann::json row = read_as(world, key, path);
      CHECK(row["id"] == id);
      CHECK(row["model"] == "acme/model-a");
      CHECK(row["provider"] == "acme");
      CHECK(row["user"] == "ann");
      CHECK(row["outcome"] == "ok");
      CHECK(row["streamed"] == false);
      CHECK(row["usage"]["prompt_tokens"] == 9);
      CHECK(row["usage"]["completion_tokens"] == 5);
      CHECK(row["usage"]["cost"].dump() == "4.8e-05");
      CHECK(row["key_hash"] == one.hash);
    }
    const auto status = [&](const std::string& key, const std::string& query) {
      return call(world.daemon.port(), get(world.daemon.port(), "/api/v1/generation" + query, key))
          .status;
    };
    CHECK(status(two.secret, "?id=" + id) == 404);
    CHECK(status(one.secret, "?id=gen-1-0123") == 404);
    CHECK(status(one.secret, "") == 400);
    CHECK(status("", "?id=" + id) == 401);
  }

  TEST_CASE("activity is the youngest requests first, of one user and of the caller's own key") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey one = world.give(R"({"name":"one"})");
    std::vector<std::string> ids;
    for (const char* user : {"ann", "bob", "ann"}) {
      const RawResponse answer = world.chat_as(one, R"(,"user":")" + std::string(user) + "\"");
      ids.push_back(answer.field("x-generation-id"));
    }
    CHECK(world.chat(chat_json(false)).status == 200);
    const auto found = [&](const std::string& key, const std::string& query) {
      std::vector<std::string> found_ids;
      const nlohmann::json body = read_as(world, key, "/api/v1/activity" + query);
      for (const auto& row : body["data"]) found_ids.push_back(row["id"]);
      return found_ids;
    };
    CHECK(found(one.secret, "") == std::vector{ids[2], ids[1], ids[0]});
    CHECK(found(one.secret, "?limit=1") == std::vector{ids[2]});
    CHECK(found(world.daemon.key(), "?user=ann") == std::vector{ids[2], ids[0]});
    CHECK(found(world.daemon.key(), "").size() == 4);
    CHECK(found(one.secret, "?user=carl").empty());
    const RawResponse wrong =
        call(world.daemon.port(), get(world.daemon.port(), "/api/v1/activity?limit=0", one.secret));
    CHECK(wrong.status == 400);
    CHECK(error_of(wrong)["param"] == "limit");
  }

  TEST_CASE("sums are by whatever is asked for, and a deleted key keeps its part") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey one = world.give(R"({"name":"one"})");
    const GivenKey two = world.give(R"({"name":"two"})");
    for (const GivenKey& key : {one, one, two}) {
      CHECK(world.chat_as(key, R"(,"user":"ann")").status == 200);
    }
    CHECK(world.chat(chat_json(false)).status == 200);
    CHECK(world.manage("DELETE", "/" + two.hash).status == 200);
    const auto sums = [&](const std::string& by) {
      std::map<std::string, int> requests;
      const nlohmann::json body = read_as(world, world.daemon.key(), "/api/usage/summary?by=" + by);
      for (const auto& each : body["data"]) requests[each[by]] = each["requests"];
      CHECK(body["total"]["requests"] == 4);
      CHECK(body["total"]["cost"] == "0.000192");
      return requests;
    };
    using Sums = std::map<std::string, int>;
    CHECK(sums("key") ==
          Sums{{"one", 2}, {two.hash.substr(0, 12) + " (deleted)", 1}, {"local", 1}});
    CHECK(sums("user") == Sums{{"", 1}, {"ann", 3}});
    CHECK(sums("provider") == Sums{{"acme", 4}});
    CHECK(sums("model") == Sums{{"acme/model-a", 4}});
    CHECK(sums("day").begin()->first.size() == 10);
  }

  TEST_CASE("sums are of a time, a provider, a model and a key, and of another price") {
    ConfigText text;
    text.tail =
        "[[provider]]\nname = \"beta\"\nbase_url = \"http://127.0.0.1:1/v1\"\n"
        "[[provider.model]]\nid = \"half\"\n"
        "pricing = { prompt = \"0.000001\", completion = \"0.000003\" }\n"
        "[[provider.model]]\nid = \"unpriced\"\n";
    ManagedWorld world(text);
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey one = world.give(R"({"name":"one"})");
    for (int i = 0; i < 2; ++i) CHECK(world.chat_as(one).status == 200);
    CHECK(world.chat(chat_json(false)).status == 200);
    const std::string key = world.daemon.key();
    const auto requests = [&](const std::string& query) {
      return read_as(world, key, "/api/usage/summary?" + query)["total"]["requests"].get<int>();
    };
    CHECK(requests("") == 3);
    CHECK(requests("start_time=2020-01-01T00:00:00Z&end_time=2021-01-01T00:00:00Z") == 0);
    CHECK(requests("start_time=2020-01-01T00:00:00Z&end_time=2120-01-01T00:00:00%2B01:00") == 3);
    CHECK(requests("key_id=" + one.hash) == 2);
    CHECK(requests("provider_id=acme&model=acme%2Fmodel-a") == 3);
    CHECK(requests("provider_id=beta") == 0);
    CHECK(requests("model=acme%2Fmodel-b") == 0);

    const nlohmann::json whole = read_as(world, key, "/api/usage/summary");
    CHECK(whole["total_requests"] == 3);
    CHECK(whole["total_tokens"] == 42);
    CHECK(whole["estimated_cost_usd"].dump() == "0.000144");
    CHECK(whole["by_provider"][0]["provider_id"] == "acme");
    CHECK(whole["by_model"][0]["input_tokens"] == 27);
    const nlohmann::json half = read_as(world, key, "/api/usage/summary?what_if=beta/half");
    CHECK(half["total"]["cost"] == "0.000144");
    CHECK(half["total"]["what_if_cost"] == "0.000072");
    CHECK_FALSE(whole["total"].contains("what_if_cost"));

    const nlohmann::json points = read_as(world, key, "/api/usage/timeseries?granularity=monthly");
    int counted = 0;  // one point, or two around midnight
    for (const auto& point : points["data_points"]) {
      counted += point["requests"].get<int>();
      CHECK(point["timestamp"].get<std::string>().ends_with("-01T00:00:00Z"));
    }
    CHECK(counted == 3);

    const auto refused = [&](const std::string& secret, const std::string& path) {
      const RawResponse answer = call(world.daemon.port(), get(world.daemon.port(), path, secret));
      return std::to_string(answer.status) + " " + error_of(answer).value("param", "none");
    };
    CHECK(refused(key, "/api/usage/summary?by=moon") == "400 by");
    CHECK(refused(key, "/api/usage/timeseries?granularity=weekly") == "400 granularity");
    CHECK(refused(key, "/api/usage/summary?start_time=yesterday") == "400 start_time");
    CHECK(refused(key, "/api/usage/summary?since=-1") == "400 since");
    CHECK(refused(key, "/api/usage/summary?what_if=beta/unpriced") == "400 what_if");
    CHECK(refused(key, "/api/usage/summary?what_if=beta/none") == "404 model");
    CHECK(refused(one.secret, "/api/usage/summary?key_id=" + std::string(64, 'a')) == "403 key_id");
  }
}

}  // namespace arouter::test
