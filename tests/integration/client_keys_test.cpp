// Keys that an operator gives to others: what they may do, and from when on they may not.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/managed_world.hpp"

namespace arouter::test {

namespace {

RawResponse get_as(const ManagedWorld& world, std::string_view path, const std::string& key) {
  return call(world.daemon.port(), get(world.daemon.port(), path, key));
}

}  // namespace

TEST_SUITE("client keys") {
  TEST_CASE("a key that was made calls models, and from the moment it is disabled no more") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const RawResponse made =
        world.manage("POST", "", R"({"name":"backend","limit":25,"limit_reset":"monthly"})");
    CHECK(made.status == 201);
    const GivenKey key = world.give(R"({"name":"backend"})");
    CHECK(key.secret.starts_with("lr_live_"));
    CHECK(world.chat_as(key).status == 200);

    world.change(key, R"({"disabled":true})");
    const RawResponse refused = world.chat_as(key);
    CHECK(refused.status == 401);
    CHECK(error_code_of(refused) == "key_disabled");
    CHECK(world.provider.requests().size() == 1);

    world.change(key, R"({"disabled":false})");
    CHECK(world.chat_as(key).status == 200);
    CHECK(world.manage("DELETE", "/" + key.hash).status == 200);
    CHECK(error_code_of(world.chat_as(key)) == "invalid_api_key");
    CHECK(world.manage("GET", "/" + key.hash).status == 404);
    CHECK(world.daemon.errors().find(key.secret) == std::string::npos);
  }

  TEST_CASE("a key that has expired is told so") {
    ManagedWorld world;
    const RawResponse late =
        world.manage("POST", "", R"({"name":"late","expires_at":"2001-01-01T00:00:00Z"})");
    CHECK(late.status == 400);
    CHECK(error_of(late)["param"] == "expires_at");
  }

  TEST_CASE("each type of key has its routes") {
    ManagedWorld world;
    const GivenKey key = world.give(R"({"name":"one"})");
    const auto code = [&](std::string_view path, const std::string& secret) {
      const RawResponse answer = get_as(world, path, secret);
      CHECK(answer.status == 403);
      return error_code_of(answer);
    };
    for (const std::string& secret : {key.secret, world.daemon.key()}) {
      const RawResponse refused = get_as(world, "/api/v1/keys", secret);
      CHECK(refused.status == 403);
      CHECK(error_of(refused)["code"] == 403);  // this API says numbers
    }
    CHECK(world.daemon.wait_for_errors("code=management_key_required"));
    CHECK(code("/metrics", key.secret) == "local_key_required");
    CHECK(get_as(world, "/metrics", world.daemon.key()).status == 200);
    CHECK(get_as(world, "/api/v1/keys", "").status == 401);

    const RawResponse chat =
        call(world.daemon.port(),
             post(world.daemon.port(), kChatPath, world.management_key, chat_json(false)));
    CHECK(chat.status == 403);
    CHECK(error_code_of(chat) == "model_key_required");
    CHECK(world.provider.requests().empty());

    const GivenKey manager = world.give(R"({"name":"ops","key_type":"management"})");
    CHECK(manager.secret.starts_with("lr_mgmt_"));
    CHECK(get_as(world, "/api/v1/keys", manager.secret).status == 200);
  }

  TEST_CASE("a key for some providers and models only calls no others") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey elsewhere = world.give(R"({"name":"a","allowed_providers":["other"]})");
    const RawResponse provider = world.chat_as(elsewhere);
    CHECK(provider.status == 403);
    CHECK(error_code_of(provider) == "provider_not_allowed");

    const GivenKey small = world.give(R"({"name":"b","allowed_models":["acme/small-*"]})");
    const RawResponse model = world.chat_as(small);
    CHECK(model.status == 403);
    CHECK(error_code_of(model) == "model_not_allowed");
    const RawResponse native =
        call(world.daemon.port(), post(world.daemon.port(), "/acme/chat/completions", small.secret,
                                       R"({"model":"model-a","messages":[]})"));
    CHECK(error_code_of(native) == "model_not_allowed");
    CHECK(world.provider.requests().empty());

    world.change(small, R"({"allowed_models":["acme/*"]})");
    CHECK(world.chat_as(small).status == 200);
    const RawResponse list = get_as(world, "/v1/models", elsewhere.secret);
    CHECK(list.status == 200);
    CHECK(list.body.find("model-a") == std::string::npos);
    CHECK(get_as(world, "/v1/models", small.secret).body.find("model-a") != std::string::npos);
  }

  TEST_CASE("a rotated key keeps its name and its budget, and the old secret its grace") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey key = world.give(R"({"name":"backend"})");
    CHECK(world.chat_as(key).status == 200);
    const RawResponse graced =
        world.manage("POST", "/" + key.hash + "/rotate", R"({"grace_period":3600})");
    REQUIRE(graced.status == 200);
    const GivenKey second{nlohmann::json::parse(graced.body)["key"], key.hash};
    CHECK(world.chat_as(key).status == 200);
    CHECK(world.chat_as(second).status == 200);

    const RawResponse cut = world.manage("POST", "/" + key.hash + "/rotate");
    REQUIRE(cut.status == 200);
    const GivenKey third{nlohmann::json::parse(cut.body)["key"], key.hash};
    CHECK(world.chat_as(key).status == 401);
    CHECK(world.chat_as(second).status == 401);
    CHECK(world.chat_as(third).status == 200);
    CHECK(world.show(third)["name"] == "backend");
    CHECK(world.show(third)["usage"].dump() == "0.000192");  // four answers
  }

  TEST_CASE("a key sees what it has spent, and nobody else's") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey one = world.give(R"({"name":"one","limit":1})");
    const GivenKey two = world.give(R"({"name":"two"})");
    CHECK(world.chat_as(one).status == 200);
    const auto own = [&](const GivenKey& key) {
      return nlohmann::json::parse(get_as(world, "/api/v1/key", key.secret).body)["data"];
    };
    CHECK(own(one)["usage"].dump() == "4.8e-05");
    CHECK(own(one)["limit_remaining"].dump() == "0.999952");
    CHECK(own(two)["usage"].dump() == "0");
    const auto requests = [&](const std::string& secret) {
      const RawResponse answer = get_as(world, "/api/usage/summary", secret);
      CHECK(answer.status == 200);
      return answer.body;
    };
    CHECK(requests(two.secret).find("model-a") == std::string::npos);
    CHECK(requests(one.secret).find("model-a") != std::string::npos);
    CHECK(requests(world.daemon.key()).find("model-a") != std::string::npos);
  }

  TEST_CASE("what cannot be understood of a key is refused by its field") {
    ManagedWorld world;
    const GivenKey key = world.give(R"({"name":"one"})");
    const auto param = [&](std::string_view method, const std::string& path,
                           std::string_view body) {
      const RawResponse answer = world.manage(method, path, body);
      CHECK(answer.status == 400);
      return error_of(answer).value("param", "none");
    };
    CHECK(param("POST", "", R"({"limit":1})") == "name");
    CHECK(param("POST", "", R"({"name":"x","limmit":1})") == "limmit");
    CHECK(param("PATCH", "/" + key.hash, R"({"limit":"much"})") == "limit");
    CHECK(param("POST", "/" + key.hash + "/rotate", R"({"grace_period":-1})") == "grace_period");
    CHECK(param("GET", "?page_size=1000000", "") == "page_size");
    const RawResponse wrong = world.manage("PUT", "/" + key.hash, R"({"limit":1})");
    CHECK(wrong.status == 405);
    CHECK(wrong.field("allow").find("PATCH") != std::string::npos);
    CHECK(world.manage("PATCH", "/0123", R"({"limit":1})").status == 404);
    CHECK(world.show(key)["limit"].is_null());
  }
}

}  // namespace arouter::test
