// What the daemon refuses before it asks any provider, and how it says so.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

/// A POST with exactly these lines behind Host.
std::string post_with(const World& world, std::string_view path, std::string_view fields,
                      std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(world.daemon.port()) + "\r\n" +
         std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string bearer(const World& world) {
  return "Authorization: Bearer " + world.daemon.key() + "\r\n";
}

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

std::string with_host(const World& world, std::string_view host, std::string_view more = {}) {
  return "GET /v1/models HTTP/1.1\r\nHost: " + std::string(host) + "\r\n" + bearer(world) +
         std::string(more) + "\r\n";
}

/// Status and code at a glance; and that every refusal can be found again by its id.
std::string told(const RawResponse& answer) {
  const json error = error_of(answer);
  if (!error.is_object()) return std::to_string(answer.status) + " " + answer.body;
  const std::string id = answer.field("x-request-id");
  CHECK(id.starts_with("gen-"));
  CHECK(error["request_id"] == id);
  CHECK(error["source"] == "arouter");
  CHECK(error["message"].get<std::string>().size() > 5);
  CHECK(error.contains("type"));
  CHECK(error.contains("param"));
  CHECK(answer.field("content-type") == "application/json");
  CHECK(answer.field("x-content-type-options") == "nosniff");
  CHECK(answer.field("cache-control") == "no-store");
  CHECK(answer.field("access-control-allow-origin") == "");
  const json code = error["code"];
  return std::to_string(answer.status) + " " +
         (code.is_string() ? code.get<std::string>() : code.dump());
}

std::string message_of(const RawResponse& answer) {
  return error_of(answer).value("message", "");
}

/// No refusal reached the provider or the ledger.
void check_untouched(World& world) {
  CHECK(world.provider.connections() == 0);
  CHECK(world.is_well());
  CHECK(world.stop_and_read_rows().size() == 1);
}

std::string nested(std::size_t depth) {
  return R"({"model":"acme/model-a","x":)" + std::string(depth - 1, '[') +
         std::string(depth - 1, ']') + "}";
}

}  // namespace

TEST_SUITE("refusals") {
  TEST_CASE("a key is wanted, in any of the headers that clients use, and one only") {
    World world;
    const std::string key = world.daemon.key();
    const std::string other = "lr_live_" + std::string(48, '0');
    const std::string path(kChatPath), type(kJson), body = chat_json(false);
    const auto ask = [&](const std::string& fields) {
      return told(call(world.daemon.port(), post_with(world, path, type + fields, body)));
    };
    const std::vector<std::pair<std::string, std::string>> refused{
        {"", "401 missing_api_key"},
        {"Authorization: Basic " + key + "\r\n", "401 missing_api_key"},
        {"Authorization: Bearer  " + key + "\r\n", "401 missing_api_key"},
        {"Authorization: Bearer " + key + " x\r\n", "401 missing_api_key"},
        {"Authorization: Bearer " + other + "\r\n", "401 invalid_api_key"},
        {"Authorization: Bearer " + key.substr(0, 30) + "\r\n", "401 invalid_api_key"},
        {"Authorization: Bearer ' OR 1=1--\r\n", "401 missing_api_key"},
        {"X-Api-Key: " + key + "x\r\n", "401 invalid_api_key"},
        {bearer(world) + "X-Api-Key: " + other + "\r\n", "400 ambiguous_credentials"},
        {bearer(world) + "Authorization: Bearer " + other + "\r\n", "400 ambiguous_credentials"},
    };
    for (const auto& [fields, expected] : refused) {
      CAPTURE(fields);
      CHECK(ask(fields) == expected);
    }
    const std::string in_query = path + "?api_key=" + key;
    CHECK(told(call(world.daemon.port(), post_with(world, in_query, type, body))) ==
          "401 missing_api_key");
    CHECK(world.provider.connections() == 0);

    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    for (const std::string name : {"Authorization: Bearer ", "authorization: bEARER ",
                                   "X-Api-Key: ", "api-key: ", "x-goog-api-key: "}) {
      CAPTURE(name);
      CHECK(ask(name + key + "\r\n").starts_with("200"));
    }
    CHECK(ask(bearer(world) + "X-Api-Key: " + key + "\r\n").starts_with("200"));
    CHECK(world.daemon.errors().find(key) == std::string::npos);
  }

  TEST_CASE("an unknown model is a 404 that names the nearest") {
    World world;
    const RawResponse typo = world.chat(R"({"model":"acme/modle-a","messages":[]})");
    CHECK(told(typo) == "404 model_not_found");
    CHECK(message_of(typo).find("did you mean 'acme/model-a'?") != std::string::npos);
    CHECK(error_of(typo)["param"] == "model");
    CHECK(error_of(typo)["type"] == "not_found_error");
    for (const std::string name :
         {"../../x", "http://evil.example/x", "acme/", "\\u0000acme", "acme/model-a\\u0000"}) {
      CAPTURE(name);
      CHECK(told(world.chat(R"({"model":")" + name + R"("})")) == "404 model_not_found");
    }
    const RawResponse longest = world.chat(R"({"model":")" + std::string(100'000, 'x') + R"("})");
    CHECK(told(longest) == "404 model_not_found");
    CHECK(longest.body.size() < 1'000);
    CHECK(told(call(world.daemon.port(), get(world.daemon.port(), "/v1/models/acme/model-b",
                                             world.daemon.key()))) == "404 model_not_found");
    check_untouched(world);
  }

  TEST_CASE("an unknown route is a 404 that names the nearest, but only to who has a key") {
    World world;
    const std::uint16_t port = world.daemon.port();
    const RawResponse typo = call(
        port, post_with(world, "/v1/chat/completion", bearer(world) + std::string(kJson), "{}"));
    CHECK(told(typo) == "404 not_found");
    CHECK(message_of(typo).find("did you mean /v1/chat/completions?") != std::string::npos);
    CHECK(told(call(port, get(port, "/v1/modles", world.daemon.key()))) == "404 not_found");
    CHECK(told(call(port, get(port, "/v1/nothing", ""))) == "401 missing_api_key");
    check_untouched(world);
  }

  TEST_CASE("a verb that Gemini's models do not have is a route that is not there") {
    World world;
    const std::uint16_t port = world.daemon.port();
    for (const std::string version : {"/v1beta", "/v1"}) {
      CAPTURE(version);
      const std::string path = version + "/models/m:generatecontent";
      CHECK(call(port, post_with(world, path, kJson, "{}")).status == 401);
      const RawResponse posted =
          call(port, post_with(world, path, bearer(world) + std::string(kJson), "{}"));
      CHECK(posted.status == 404);
      CHECK(message_of(posted).find("did you mean /v1beta/models/MODEL:generateContent?") !=
            std::string::npos);
    }
    // The model may be called so.
    CHECK(call(port, get(port, "/v1/models/m:latest", world.daemon.key())).status == 404);
    const RawResponse put = call(port, "DELETE /v1/models/m:latest HTTP/1.1\r\nHost: localhost:" +
                                           std::to_string(port) + "\r\n\r\n");
    CHECK(put.status == 405);
    check_untouched(world);
  }

  TEST_CASE("a route says which methods it takes") {
    World world;
    const std::uint16_t port = world.daemon.port();
    const RawResponse got = call(port, get(port, kChatPath, world.daemon.key()));
    CHECK(told(got) == "405 method_not_allowed");
    CHECK(got.field("allow") == "POST, OPTIONS");
    const RawResponse posted = call(port, post(port, "/v1/models", world.daemon.key(), "{}"));
    CHECK(told(posted) == "405 method_not_allowed");
    CHECK(posted.field("allow") == "GET, HEAD, OPTIONS");
    const RawResponse options =
        call(port,
             "OPTIONS /v1/models HTTP/1.1\r\nHost: localhost:" + std::to_string(port) + "\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.field("allow") == "GET, HEAD, OPTIONS");
    check_untouched(world);
  }

  TEST_CASE("HEAD answers as GET does, without the body") {
    World world;
    const std::string fields =
        "Host: 127.0.0.1:" + std::to_string(world.daemon.port()) + "\r\n" + bearer(world) + "\r\n";
    RawClient client(world.daemon.port());
    client.send("HEAD /v1/models HTTP/1.1\r\n" + fields);
    const RawResponse head = client.read_response(true);
    client.send("GET /v1/models HTTP/1.1\r\n" + fields);
    const RawResponse whole = client.read_response();
    CHECK(head.status == 200);
    CHECK(head.field("content-length") == std::to_string(whole.body.size()));
    CHECK(json::parse(whole.body)["data"][0]["id"] == "acme/model-a");
    client.send("HEAD /v1/nothing HTTP/1.1\r\n" + fields);
    CHECK(client.read_response(true).status == 404);
    client.send("GET /healthz HTTP/1.1\r\n" + fields);
    CHECK(client.read_response().status == 200);
  }

  TEST_CASE("a body that is too large is refused by its length, or where it crosses the limit") {
    World world({.server = "max_body_bytes = 20000"});
    const std::string start = "POST " + std::string(kChatPath) + " HTTP/1.1\r\nHost: 127.0.0.1:" +
                              std::to_string(world.daemon.port()) + "\r\n" + bearer(world) +
                              std::string(kJson);
    const auto ask = [&](const std::vector<std::string>& pieces) {
      RawClient client(world.daemon.port());
      client.send_pieces(pieces);
      const std::string answer = told(client.read_response());
      return answer + (client.read_ending() == ReadEnd::fin ? " FIN" : " no end");
    };
    const std::string expected = "413 body_too_large FIN";
    CHECK(ask({start + "Content-Length: 20001\r\n\r\n"}) == expected);
    CHECK(ask({start + "Transfer-Encoding: chunked\r\n\r\n", chunk(std::string(20'000, ' ')),
               chunk(" ")}) == expected);
    // What was already on its way does not take the answer away.
    CHECK(ask({start + "Content-Length: 50000\r\n\r\n", std::string(50'000, ' ')}) == expected);
    check_untouched(world);
  }

  TEST_CASE("only JSON in UTF-8 is taken, and only as it is") {
    World world;
    const auto ask = [&](const std::string& fields) {
      return told(call(world.daemon.port(),
                       post_with(world, kChatPath, bearer(world) + fields, chat_json(false))));
    };
    for (const std::string fields :
         {"", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n",
          "Content-Type: application/json; charset=latin1\r\n",
          "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"}) {
      CAPTURE(fields);
      CHECK(ask(fields) == "415 unsupported_media_type");
    }
    CHECK(ask("Content-Type: multipart/form-data; boundary=" + std::string(10'000, '-') + "\r\n") ==
          "415 unsupported_media_type");
    check_untouched(world);
  }

  TEST_CASE("a body that is no JSON object is an error of the caller's") {
    World world;
    const std::vector<std::string> bodies{"",
                                          " ",
                                          "{",
                                          "[]",
                                          "null",
                                          "\"x\"",
                                          "{} {}",
                                          "{}x",
                                          "{\"a\":01}",
                                          "{\"a\":1.}",
                                          "{\"a\":+1}",
                                          "{\"a\":NaN}",
                                          "{\"a\":0x1}",
                                          "{\"a\":1,}",
                                          "{'a':1}",
                                          "{\"a\":\"\n\"}",
                                          "{/* */}",
                                          "\xef\xbb\xbf{}",
                                          "{\"a\":\"\xff\"}",
                                          "{\"a\":\"\xc0\xaf\"}",
                                          "{\"a\":\"\xed\xa0\x80\"}",
                                          std::string("{\"a\":\"\0\"}", 9),
                                          nested(65),
                                          nested(100'000)};
    for (const std::string& body : bodies) {
      CAPTURE(body.substr(0, 40));
      const std::string said = told(world.chat(body));
      CHECK(said.starts_with("400 "));
    }
    // What is told of it, to the client or the log, is never a part of it.
    for (const std::string body :
         {R"({"model":"acme/model-a","messages":"a-canary)", R"({"model":"acme/model-a",a-canary)",
          R"({"model":"acme/model-a","stream":"a-canary","messages":[]})",
          R"({"model":["a-canary"],"messages":[]})"}) {
      CAPTURE(body);
      const RawResponse answer = world.chat(body);
      CHECK(answer.status == 400);
      CHECK((answer.head + answer.body + world.daemon.errors()).find("canary") ==
            std::string::npos);
    }
    CHECK(told(world.chat(nested(65))) == "400 invalid_json");
    CHECK(told(world.chat("{\"a\":tru")) == "400 invalid_json");
    check_untouched(world);
  }

  TEST_CASE("64 levels are not too deep") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat(nested(64)).status == 200);
  }

  TEST_CASE("a key that we read must not come twice, however it is spelt") {
    World world;
    for (const std::string more :
         {R"(,"model":"acme/model-a")", R"(,"mod\u0065l":"x")", R"(,"stream":true,"stream":false)",
          R"(,"messages":[])", R"(,"max_tokens":1,"max_tokens":2)", R"(,"n":1,"n":1)"}) {
      CAPTURE(more);
      CHECK(told(world.chat(chat_json(false, more))) == "400 duplicate_key");
    }
    check_untouched(world);
  }

  TEST_CASE("a field of the wrong type or beyond its bounds is named") {
    World world;
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"(,"stream":"true")", "stream"},
        {R"(,"stream":1)", "stream"},
        {R"(,"max_tokens":-1)", "max_tokens"},
        {R"(,"max_tokens":0)", "max_tokens"},
        {R"(,"max_tokens":1.5)", "max_tokens"},
        {R"(,"max_tokens":"5")", "max_tokens"},
        {R"(,"max_tokens":true)", "max_tokens"},
        {R"(,"max_tokens":18446744073709551616)", "max_tokens"},
        {R"(,"max_completion_tokens":[])", "max_completion_tokens"},
        {R"(,"n":129)", "n"},
        {R"(,"user":7)", "user"},
        {R"(,"user":"\u0000")", "user"},
        {R"(,"stream_options":[])", "stream_options"},
        {R"(,"stream_options":{"include_usage":1})", "stream_options"},
        {R"(,"api_base":"http://evil.example")", "api_base"},
        {R"(,"base_url":null)", "base_url"},
        {R"(,"api_key":"sk-mine")", "api_key"},
    };
    for (const auto& [more, field] : cases) {
      CAPTURE(more);
      const RawResponse answer = world.chat(chat_json(false, more));
      CHECK(told(answer).starts_with("400 "));
      CHECK(error_of(answer)["param"] == field);
    }
    for (const std::string body : {R"({"messages":[]})", R"({"model":null})", R"({"model":7})",
                                   R"({"model":""})", R"({"model":["acme/model-a"]})"}) {
      CAPTURE(body);
      const RawResponse answer = world.chat(body);
      CHECK(told(answer) == "400 invalid_request");
      CHECK(error_of(answer)["param"] == "model");
    }
    check_untouched(world);
  }

  TEST_CASE("a null is as good as an absent field") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat(chat_json(false, R"(,"stream":null,"max_tokens":null,"n":null,"user":null)"))
              .status == 200);
  }

  TEST_CASE("only the daemon's own names are served: a page that rebinds its name gets nothing") {
    World world;
    const std::uint16_t port = world.daemon.port();
    const std::string own = ":" + std::to_string(port);
    for (const std::string& host :
         {"r.attacker.example" + own, "0.0.0.0" + own, "localhost.attacker.example" + own,
          "127.0.0.1.nip.io" + own, "[::ffff:127.0.0.1]" + own, "2130706433" + own, "0x7f.1" + own,
          "localhost." + own, std::string("127.0.0.1"), std::string("127.0.0.1:1"),
          std::string("localhost")}) {
      CAPTURE(host);
      CHECK(told(call(port, with_host(world, host))) == "403 host_forbidden");
    }
    for (const std::string& host :
         {"localhost" + own, "LocalHost" + own, "127.0.0.1" + own, "[::1]" + own}) {
      CAPTURE(host);
      CHECK(call(port, with_host(world, host)).status == 200);
    }
    const std::string hostile = "Host: evil.example\r\n\r\n";
    for (const std::string path : {"/healthz", "/v1/nothing", "/api/usage/summary"}) {
      CAPTURE(path);
      CHECK(told(call(port, "GET " + path + " HTTP/1.1\r\n" + hostile)) == "403 host_forbidden");
    }
    check_untouched(world);
  }

  TEST_CASE("web pages may call only from an Origin that the configuration names") {
    World world({.server = "allowed_origins = [\"https://app.example\"]\n"
                           "allowed_hosts = [\"router.lan\"]"});
    const std::uint16_t port = world.daemon.port();
    const std::string host = "127.0.0.1:" + std::to_string(port);
    for (const std::string more :
         {"Origin: https://evil.example\r\n", "Origin: null\r\n", "Origin: http://app.example\r\n",
          "Origin: https://app.example.evil.example\r\n", "Origin: chrome-extension://x\r\n",
          "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
      CAPTURE(more);
      CHECK(told(call(port, with_host(world, host, more))) == "403 origin_forbidden");
    }
    const RawResponse read = call(port, with_host(world, host, "Origin: https://app.example\r\n"));
    CHECK(read.status == 200);
    CHECK(read.field("access-control-allow-origin") == "https://app.example");
    CHECK(read.field("access-control-expose-headers").find("X-Request-Id") != std::string::npos);
    CHECK(call(port, with_host(world, host, "Sec-Fetch-Site: none\r\n")).status == 200);
    CHECK(call(port, with_host(world, "router.lan")).status == 200);

    const auto preflight = [&](const std::string& origin) {
      return call(port, "OPTIONS " + std::string(kChatPath) + " HTTP/1.1\r\nHost: " + host +
                            "\r\nOrigin: " + origin +
                            "\r\nAccess-Control-Request-Method: POST\r\n"
                            "Access-Control-Request-Headers: anthropic-version,X-Stainless-Os, "
                            "x-other,x-stainless-a:b,x-arouter-provider-key\r\n\r\n");
    };
    const RawResponse listed = preflight("https://app.example");
    CHECK(listed.status == 204);
    CHECK(listed.field("access-control-allow-origin") == "https://app.example");
    CHECK(listed.field("vary") == "Origin");
    CHECK(listed.field("access-control-allow-credentials") == "");
    const std::string allowed = listed.field("access-control-allow-headers");
    CHECK(allowed.find("anthropic-version") != allowed.npos);
    CHECK(allowed.ends_with(", x-stainless-os, x-arouter-provider-key"));
    CHECK(allowed.find("x-other") == allowed.npos);
    CHECK(told(preflight("https://evil.example")) == "403 origin_forbidden");
    check_untouched(world);
  }

  TEST_CASE("the mirror of the model routes has numbers for codes") {
    World world;
    const std::uint16_t port = world.daemon.port();
    const std::string key = world.daemon.key();
    const std::string path = "/api/v1/chat/completions";
    CHECK(told(call(port, post(port, path, key, R"({"model":"x"})"))) == "404 404");
    CHECK(told(call(port, post(port, path, "", "{}"))) == "401 401");
    CHECK(told(call(port, post(port, path, key, "{"))) == "400 400");
    CHECK(told(call(port, get(port, path, key))) == "405 405");
    CHECK(world.provider.connections() == 0);
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(call(port, post(port, path, key, chat_json(false))).status == 200);
  }

  TEST_CASE("a refused request leaves its connection fit for the next, where the body was read") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    RawClient client(world.daemon.port());
    for (int i = 0; i < 3; ++i) {
      client.send(world.chat_request(R"({"model":"nobody/has"})"));
      CHECK(client.read_response().status == 404);
      client.send(world.chat_request(chat_json(false)));
      CHECK(client.read_response().status == 200);
    }
    CHECK(world.stop_and_read_rows().size() == 3);
  }
}

}  // namespace arouter::test
