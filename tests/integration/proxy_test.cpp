// /{provider}/{path}: the provider's own words both ways, with the credential swapped and what is
// known accounted for.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

/// A request of any method; `body` as it is.
std::string request(const World& world, std::string_view method, std::string_view target,
                    std::string_view body = {}, std::string_view fields = {}) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n" +
                     "Host: 127.0.0.1:" + std::to_string(world.daemon.port()) + "\r\n" +
                     "Authorization: Bearer " + world.daemon.key() + "\r\n" + std::string(fields);
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + std::string(body);
}

RawResponse ask(const World& world, std::string_view method, std::string_view target,
                std::string_view body = {}, std::string_view fields = {}) {
  return call(world.daemon.port(), request(world, method, target, body, fields));
}

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

std::string first_line(const RecordedRequest& request) {
  return request.head.substr(0, request.head.find("\r\n"));
}

}  // namespace

TEST_SUITE("proxy") {
  TEST_CASE("method, path, query and body reach the provider as they are, with its own key") {
    World world;
    world.provider.always(Script().send(json_answer(200, R"({"deleted":true})")));
    const std::string bytes("\x00\xff--part\r\nname\r\n\r\nvalue", 24);
    CHECK(ask(world, "DELETE", "/acme/v1/files/f-1?purpose=a%20b").status == 200);
    CHECK(ask(world, "PUT", "/acme/v1/files", bytes,
              "Content-Type: multipart/form-data; boundary=part\r\nCookie: a=b\r\n"
              "X-Forwarded-Host: evil.example\r\n")
              .status == 200);
    CHECK(ask(world, "GET", "/ACME/other?key=client-key&page=2").status == 200);
    const std::vector<RecordedRequest> got = world.provider.wait_for_requests(3);
    REQUIRE(got.size() == 3);
    CHECK(first_line(got[0]) == "DELETE /v1/files/f-1?purpose=a%20b HTTP/1.1");
    CHECK(first_line(got[1]) == "PUT /v1/files HTTP/1.1");
    CHECK(got[1].body == bytes);
    CHECK(got[1].field("content-type") == "multipart/form-data; boundary=part");
    CHECK(got[1].field("cookie") == "");
    CHECK(got[1].field("x-forwarded-host") == "");
    CHECK(first_line(got[2]) == "GET /other?page=2 HTTP/1.1");
    for (const RecordedRequest& each : got) {
      CHECK(each.field("authorization") == "Bearer " + std::string(kProviderKey));
      CHECK(each.head.find(world.daemon.key()) == std::string::npos);
    }
  }

  TEST_CASE("binary answers, errors and heads come back as they are") {
    World world;
    const std::string sound("RIFF\x00\x01\x02\xff\r\n\r\n0\r\n", 16);
    world.provider.plays(
        Script().send("HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n"
                      "Content-Length: 16\r\nSet-Cookie: a=b\r\n"
                      "Server: acme\r\nX-Request-Id: up-1\r\n\r\n" +
                      sound));
    const RawResponse audio = ask(world, "POST", "/acme/v1/audio/speech", "{}", kJson);
    CHECK(audio.status == 200);
    CHECK(audio.body == sound);
    CHECK(audio.field("content-type") == "audio/wav");
    CHECK(audio.field("content-length") == "16");
    CHECK(audio.field("set-cookie") == "");
    CHECK(audio.field("server") == "");
    CHECK(audio.field("x-arouter-upstream-id") == "up-1");
    CHECK(audio.field("x-arouter-provider") == "acme");

    const std::string refusal = R"({"odd":"error", "of":"its own"})";
    world.provider.plays(Script().send(json_answer(418, refusal)));
    const RawResponse error = ask(world, "POST", "/acme/v1/x", "{}", kJson);
    CHECK(error.status == 418);
    CHECK(error.body == refusal);

    world.provider.plays(
        Script().send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nETag: \"e\"\r\n\r\n"));
    RawClient client(world.daemon.port());
    client.send(request(world, "HEAD", "/acme/v1/files/f-1"));
    const RawResponse head = client.read_response(true);
    CHECK(head.status == 200);
    CHECK(head.field("content-length") == "1000");
    CHECK(head.field("etag") == "\"e\"");
    CHECK(world.is_well());
  }

  TEST_CASE("what came in chunks goes in chunks, and what was cut is cut") {
    World world;
    world.provider.plays(Script().send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" +
        chunk("one") + chunk("two") + std::string(kLastChunk)));
    const RawResponse whole = ask(world, "GET", "/acme/v1/log");
    CHECK(whole.complete);
    CHECK(whole.body == "onetwo");
    world.provider.plays(Script()
                             .send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n" +
                                   chunk("one"))
                             .reset());
    const RawResponse cut = ask(world, "GET", "/acme/v1/log");
    CHECK_FALSE(cut.complete);
  }

  TEST_CASE("calls that we know are accounted for, plain and streamed, with the price") {
    World world;
    const std::string body = R"({"model":"model-a","messages":[{"role":"user","content":"x"}]})";
    const std::string answer = chat_body("hello");
    world.provider.plays(Script().send(json_answer(200, answer)));
    CHECK(ask(world, "POST", "/acme/v1/chat/completions", body, kJson).body == answer);
    CHECK(world.provider.wait_for_requests(1)[0].body == body);

    const std::string streamed =
        R"({"model":"model-a","stream":true,"messages":[{"role":"user","content":"x"}]})";
    world.provider.plays(streamed_chat({"a", "b"}));
    const RawResponse stream = ask(world, "POST", "/acme/v1/chat/completions", streamed, kJson);
    CHECK(stream.complete);
    std::string events;
    for (const std::string& event : chat_events({"a", "b"})) events += event;
    CHECK(stream.body == events);

    const std::string message =
        R"({"id":"msg_1","type":"message","role":"assistant","model":"c","content":)"
        R"([{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,)"
        R"("usage":{"input_tokens":7,"cache_read_input_tokens":3,"output_tokens":2}})";
    world.provider.plays(Script().send(json_answer(200, message)));
    CHECK(ask(world, "POST", "/acme/v1/messages",
              R"({"model":"c","max_tokens":9,"messages":[{"role":"user","content":"x"}]})", kJson)
              .body == message);

    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].at("route") == "proxy");
    CHECK(rows[0].at("input_tokens") == "9");
    CHECK(rows[0].at("output_tokens") == "5");
    CHECK(rows[0].at("usage_origin") == "reported");
    CHECK(rows[0].at("cost_pico_usd") == "48000000");
    CHECK(rows[1].at("output_tokens") == "2");
    CHECK(rows[1].at("streamed") == "1");
    CHECK(rows[1].at("outcome") == "ok");
    CHECK(rows[2].at("input_tokens") == "10");
    CHECK(rows[2].at("cached_input_tokens") == "3");
    CHECK(rows[2].at("upstream_id") == "msg_1");
  }

  TEST_CASE("a redirect is neither followed nor shown, and a repeated key is masked") {
    World world;
    world.provider.plays(
        Script().send("HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n"
                      "Content-Length: 0\r\n\r\n"));
    const RawResponse redirect = ask(world, "GET", "/acme/v1/files");
    CHECK(redirect.status == 502);
    CHECK(error_code_of(redirect) == "upstream_redirect");
    CHECK(redirect.head.find("evil.example") == std::string::npos);
    world.provider.plays(Script().send(
        json_answer(401, "{\"error\":\"bad key " + std::string(kProviderKey) + "\"}")));
    const RawResponse echoed = ask(world, "GET", "/acme/v1/files");
    CHECK(echoed.status == 401);
    CHECK(echoed.body == R"({"error":"bad key ***"})");
  }

  TEST_CASE(
      "paths that two readers understand in two ways, and callers without a key, get nothing") {
    World world;
    for (const char* path : {"/acme/../beta/x", "/acme/%2e%2e/x", "/acme//x", "/acme/a%2fb"}) {
      CAPTURE(path);
      const RawResponse refused = ask(world, "GET", path);
      CHECK(refused.status == 400);
      CHECK(error_code_of(refused) == "bad_path");
    }
    const RawResponse anonymous =
        call(world.daemon.port(), get(world.daemon.port(), "/acme/v1/files", ""));
    CHECK(anonymous.status == 401);
    CHECK(world.provider.requests().empty());
    CHECK(world.stop_and_read_rows().empty());
  }
}

}  // namespace arouter::test
