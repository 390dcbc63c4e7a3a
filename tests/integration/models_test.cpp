// Lists of models over the real daemon, each in its caller's dialect; and what is true of every
// route: HEAD, OPTIONS, and where a key may stand.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr std::string_view kMoreModels = R"(
[[model]]
id = "meta/maverick"
name = "Maverick"
endpoints = [{ provider = "acme", model = "model-a" }]
[[model]]
id = "zeta/last"
endpoints = [{ provider = "acme", model = "model-a" }]
)";

ConfigText three_models() {
  return {.tail = std::string(kMoreModels)};
}

constexpr std::string_view kAnthropic = "anthropic-version: 2023-06-01\r\n";

/// A GET whose only fields are Host and these.
RawResponse bare_get(const World& world, std::string_view target, std::string_view fields = {},
                     std::string_view method = "GET") {
  return call(world.daemon.port(),
              std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                  std::to_string(world.daemon.port()) + "\r\n" + std::string(fields) + "\r\n");
}

json read(const World& world, std::string_view target, std::string_view fields = {}) {
  const RawResponse answer =
      call(world.daemon.port(), get(world.daemon.port(), target, world.daemon.key(), fields));
  CAPTURE(answer.body);
  CHECK(answer.status == 200);
  CHECK(answer.field("content-type") == "application/json");
  return json::parse(answer.body, nullptr, false);
}

RawResponse ask(const World& world, std::string_view target, std::string_view fields = {}) {
  return call(world.daemon.port(), get(world.daemon.port(), target, world.daemon.key(), fields));
}

std::string google_key(const World& world) {
  return "x-goog-api-key: " + world.daemon.key() + "\r\n";
}

}  // namespace

TEST_SUITE("models") {
  TEST_CASE("one path lists the models in five dialects") {
    const World world(three_models());
    const json openai = read(world, "/v1/models");
    CHECK(openai["object"] == "list");
    CHECK(openai["data"].size() == 3);
    CHECK(openai["data"][0]["id"] == "acme/model-a");

    const json anthropic = read(world, "/v1/models?limit=1000", kAnthropic);
    CHECK(anthropic["data"][1]["type"] == "model");
    CHECK(anthropic["data"][1]["display_name"] == "Maverick");
    CHECK(anthropic["has_more"] == false);
    CHECK(anthropic["last_id"] == "zeta/last");

    for (const std::string path :
         {"/v1beta/models", "/v1alpha/models", "/genai/v1beta/models", "/v1beta/v1beta/models"}) {
      CAPTURE(path);
      CHECK(read(world, path)["models"][0]["name"] == "models/acme/model-a");
    }
    CHECK(read(world, "/v1/models", google_key(world)) == read(world, "/v1beta/models"));

    const json codex = read(world, "/v1/models?client_version=0.169.0");
    CHECK(codex["models"][1]["slug"] == "meta/maverick");
    CHECK(!codex.contains("data"));

    const json mirror = read(world, "/api/v1/models");
    CHECK(mirror["total_count"] == 3);
    CHECK(mirror["links"]["next"] == nullptr);
    CHECK(mirror["data"][0]["architecture"]["modality"] == "text->text");
    CHECK(mirror["data"][0]["pricing"]["prompt"] == "0.000002");
  }

  TEST_CASE("one model is told in the caller's dialect, its id raw or encoded") {
    const World world(three_models());
    for (const std::string id : {"meta/maverick", "meta%2Fmaverick", "Meta/maverick", "maverick"}) {
      CAPTURE(id);
      CHECK(read(world, "/v1/models/" + id)["id"] == "meta/maverick");
      CHECK(read(world, "/v1/models/" + id, kAnthropic)["type"] == "model");
      CHECK(read(world, "/v1beta/models/" + id)["displayName"] == "Maverick");
      CHECK(read(world, "/v1beta/models/models/" + id)["displayName"] == "Maverick");
      CHECK(read(world, "/api/v1/models/" + id)["links"]["details"] ==
            "/api/v1/models/meta/maverick/endpoints");
    }
    for (const std::string path : {"/v1/models/none", "/v1/models/models/maverick",
                                   "/v1beta/models/none", "/v1/models/models%2Fnone"}) {
      CAPTURE(path);
      CHECK(ask(world, path).status == 404);
    }
    CHECK(ask(world, "/v1/models/%zz").status == 400);
    CHECK(ask(world, "/v1/models/%00").status == 400);
  }

  TEST_CASE("Anthropic's and Gemini's lists can be walked page by page") {
    const World world(three_models());
    const json first = read(world, "/v1/models?limit=2", kAnthropic);
    CHECK(first["has_more"] == true);
    CHECK(first["last_id"] == "meta/maverick");
    const json next = read(world, "/v1/models?limit=2&after_id=meta%2Fmaverick", kAnthropic);
    CHECK(next["data"].size() == 1);
    CHECK(next["has_more"] == false);
    const json back = read(world, "/v1/models?limit=1&before_id=zeta/last", kAnthropic);
    CHECK(back["first_id"] == "meta/maverick");
    CHECK(back["has_more"] == true);
    for (const std::string query :
         {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=99999999999999999999",
          "after_id=a&before_id=b", "after_id=%f"}) {
      CAPTURE(query);
      CHECK(ask(world, "/v1/models?" + query, kAnthropic).status == 400);
      CHECK(ask(world, "/v1/models?" + query).status == 200);  // not that list's business
    }

    const json page = read(world, "/v1beta/models?pageSize=2");
    CHECK(page["models"].size() == 2);
    const std::string token = page["nextPageToken"];
    const json rest = read(world, "/v1beta/models?pageSize=2&pageToken=" + token);
    CHECK(rest["models"].size() == 1);
    CHECK(!rest.contains("nextPageToken"));
    CHECK(read(world, "/v1beta/models?pageSize=5000")["models"].size() == 3);
    CHECK(ask(world, "/v1beta/models?pageSize=many").status == 400);
  }

  TEST_CASE("a key may stand in the query on Gemini's routes and nowhere else") {
    const World world;
    const std::string key = "key=" + world.daemon.key();
    CHECK(bare_get(world, "/v1beta/models?" + key).status == 200);
    CHECK(bare_get(world, "/v1beta/models/acme/model-a?alt=json&" + key).status == 200);
    std::string encoded = "key=%6C" + world.daemon.key().substr(1);
    REQUIRE(world.daemon.key().starts_with("l"));
    CHECK(bare_get(world, "/v1beta/models?" + encoded).status == 200);
    CHECK(bare_get(world, "/v1/models?" + key, google_key(world)).status == 200);

    for (const std::string path :
         {"/v1/models", "/api/v1/models", "/v1/models/acme/model-a", "/api/usage/summary"}) {
      CAPTURE(path);
      CHECK(bare_get(world, path + "?" + key).status == 401);
      CHECK(bare_get(world, path + "?" + key, kAnthropic).status == 401);
    }
    CHECK(call(world.daemon.port(),
               post(world.daemon.port(), std::string(kChatPath) + "?" + key, "", "{}"))
              .status == 401);

    const std::string wrong = "key=" + std::string("lr_live_wrong");
    CHECK(bare_get(world, "/v1beta/models?" + wrong).status == 401);
    CHECK(bare_get(world, "/v1beta/models?key=").status == 401);
    for (const RawResponse& two : {bare_get(world, "/v1beta/models?" + wrong, google_key(world)),
                                   bare_get(world, "/v1beta/models?" + wrong + "&" + key)}) {
      CHECK(two.status == 400);
      CHECK(two.body.find("two different API keys") != std::string::npos);
      CHECK(two.body.find(R"("status":"INVALID_ARGUMENT")") != std::string::npos);
    }
    CHECK(bare_get(world, "/v1beta/models?" + key + "&" + key, google_key(world)).status == 200);
  }

  TEST_CASE("a key in the query is in no answer and no log") {
    World world;
    const std::string secret = "lr_live_of-somebody-else";
    for (const std::string& target :
         {"/v1beta/models?key=" + secret, "/v1/models?key=" + secret, "/nowhere?key=" + secret,
          "/v1beta/models/none?key=" + secret}) {
      CAPTURE(target);
      const RawResponse answer = bare_get(world, target);
      CHECK((answer.head + answer.body).find(secret) == std::string::npos);
    }
    world.daemon.signal(SIGTERM);
    CHECK(world.daemon.wait_for_exit() == 0);
    CHECK((world.daemon.output() + world.daemon.errors()).find(secret) == std::string::npos);
  }

  TEST_CASE("HEAD answers as GET does, without the body") {
    const World world;
    const std::string auth = "Authorization: Bearer " + world.daemon.key() + "\r\n";
    for (const std::string path :
         {"/", "/api/hello", "/healthz", "/v1/models", "/api/v1/models", "/v1beta/models",
          "/v1/models/acme/model-a", "/v1/models/none", "/api/usage/summary"}) {
      CAPTURE(path);
      const RawResponse got = bare_get(world, path, auth);
      RawClient client(world.daemon.port());
      CHECK(client.send("HEAD " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                        std::to_string(world.daemon.port()) + "\r\n" + auth + "\r\n"));
      const RawResponse head = client.read_response(true);
      CHECK(head.status == got.status);
      if (got.status == 200) CHECK(head.field("content-length") == got.field("content-length"));
      CHECK(client.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:" +
                        std::to_string(world.daemon.port()) + "\r\nConnection: close\r\n\r\n"));
      CHECK(client.read_response().status == 200);  // no byte of a body stood in between
    }
  }

  TEST_CASE("OPTIONS names the methods of every route, without a key") {
    const World world;
    const std::vector<std::pair<std::string, std::string>> routes{
        {"/", "GET, HEAD, OPTIONS"},
        {"/healthz", "GET, HEAD, OPTIONS"},
        {"/v1/models", "GET, HEAD, OPTIONS"},
        {"/v1beta/models", "GET, HEAD, OPTIONS"},
        {"/v1/models/a/b", "GET, HEAD, OPTIONS"},
        {"/v1/chat/completions", "POST, OPTIONS"},
        {"/v1/responses", "POST, OPTIONS"},
        {"/v1/messages", "POST, OPTIONS"},
        {"/v1beta/models/m:streamGenerateContent", "POST, OPTIONS"},
    };
    for (const auto& [path, methods] : routes) {
      CAPTURE(path);
      const RawResponse answer = bare_get(world, path, "", "OPTIONS");
      CHECK(answer.status == 204);
      CHECK(answer.field("allow") == methods);
      const RawResponse refused = bare_get(world, path, "", "DELETE");
      CHECK(refused.status == 405);
      CHECK(refused.field("allow") == methods);
    }
  }

  TEST_CASE("probes for connectivity need no key") {
    const World world;
    for (const std::string path : {"/", "/api/hello"}) {
      const RawResponse answer = bare_get(world, path);
      CHECK(answer.status == 200);
      const json hello = json::parse(answer.body, nullptr, false);
      CHECK(hello["name"] == "arouter");
      CHECK(hello["version"].is_string());
    }
  }

  TEST_CASE("a WebSocket is refused in the way that makes clients fall back at once") {
    const World world;
    const std::string upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: c29tZSBzaXh0ZWVuIGJ5dGVz\r\n";
    CHECK(bare_get(world, "/v1/responses", upgrade).status == 426);
    CHECK(bare_get(world, "/v1/responses").status == 405);
    CHECK(bare_get(world, "/healthz", upgrade).status == 200);
  }
}

}  // namespace arouter::test
