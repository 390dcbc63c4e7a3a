// A provider that answers with an error: what of it reaches the client, and under which status.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/fault_table.hpp"

namespace arouter::test {

namespace {

const std::string kKey(kProviderKey);

std::string refusal(int status, std::string_view fields = {}) {
  return json_answer(status, R"({"error":{"message":"because","type":"t","code":"c"}})", fields);
}

Fault refused(int status, const std::string& told) {
  return {std::to_string(status), Script().send(refusal(status)), told};
}

std::string message_of(const RawResponse& answer) {
  return error_of(answer).value("message", "no message");
}

}  // namespace

TEST_SUITE("provider_refusals") {
  TEST_CASE("each status of a provider has one of ours, and a row") {
    World world;
    check_faults(world, world.chat_request(chat_json(false)),
                 {
                     refused(400, "400 provider_rejected"),
                     refused(404, "404 provider_rejected"),
                     refused(409, "409 provider_rejected"),
                     refused(413, "413 provider_rejected"),
                     refused(422, "422 provider_rejected"),
                     refused(401, "502 upstream_auth"),
                     refused(403, "502 upstream_auth"),
                     refused(407, "502 upstream_proxy_auth"),
                     refused(402, "502 upstream_credit"),
                     refused(500, "502 upstream_refused"),
                     refused(502, "502 upstream_refused"),
                     refused(503, "503 overloaded"),
                     refused(529, "503 overloaded"),
                     refused(408, "504 upstream_timeout"),
                     refused(504, "504 upstream_timeout"),
                     refused(429, "429 rate_limit_exceeded"),
                     refused(304, "502 upstream_redirect"),
                 });
  }

  TEST_CASE("a streamed chat is refused in the same way") {
    World world;
    check_faults(world, world.chat_request(chat_json(true)),
                 {refused(400, "400 provider_rejected"), refused(401, "502 upstream_auth"),
                  refused(429, "429 rate_limit_exceeded"), refused(500, "502 upstream_refused")});
  }

  TEST_CASE("who is to blame reads the provider's words, whatever shape they have") {
    World world;
    const std::vector<std::pair<std::string, std::string>> bodies{
        {R"({"error":{"message":"too many tokens"}})", "too many tokens"},
        {R"({"error":"too many tokens"})", "too many tokens"},
        {R"({"message":"too many tokens","code":7})", "too many tokens"},
        {R"({"detail":"too many \u0074okens"})", "too many tokens"},
        {R"({"detail":[{"msg":"too many tokens"}]})", "too many tokens"},
        {R"({"errors":[{"message":"too many tokens"}]})", "too many tokens"},
        {"too many tokens\n", "too many tokens"},
        {"<html><b>secret stack</b></html>", "provider 'acme' answered with status 400"},
        {"", "provider 'acme' answered with status 400"},
        {R"({"error":{"message":7}})", "provider 'acme' answered with status 400"},
    };
    for (const auto& [body, message] : bodies) {
      CAPTURE(body);
      world.provider.plays(Script().send(json_answer(400, body)));
      CHECK(message_of(world.chat(chat_json(false))) == message);
    }
    world.provider.plays(
        Script().send(json_answer(400, R"({"error":")" + std::string(100'000, 'x') + "\"}")));
    CHECK(message_of(world.chat(chat_json(false))).size() < 600);
  }

  TEST_CASE("how long to wait is passed on, within reason") {
    World world;
    const std::vector<std::pair<std::string, std::string>> cases{
        {"Retry-After: 5\r\n", "5"},       {"Retry-After: 0\r\n", "1"},
        {"Retry-After: -1\r\n", "1"},      {"Retry-After: 1000000000000000000\r\n", "300"},
        {"Retry-After: 99999\r\n", "300"}, {"Retry-After: Tue, 24 Nov 2026 00:00:00 GMT\r\n", "1"},
        {"Retry-After: soon\r\n", "1"},    {"", "1"},
    };
    for (const int status : {429, 503, 529}) {
      for (const auto& [field, seconds] : cases) {
        CAPTURE(field);
        world.provider.plays(Script().send(refusal(status, field)));
        CHECK(world.chat(chat_json(false)).field("retry-after") == seconds);
      }
    }
    world.provider.plays(Script().send(refusal(400, "Retry-After: 5\r\n")));
    CHECK(world.chat(chat_json(false)).field("retry-after") == "");
  }

  TEST_CASE("a redirect is not followed, and the credential stays at home") {
    World world;
    FakeProvider elsewhere;
    for (const int status : {301, 302, 303, 307, 308}) {
      world.provider.plays(Script().send(
          json_answer(status, "", "Location: " + elsewhere.base_url() + "/chat/completions\r\n")));
      const RawResponse answer = world.chat(chat_json(false));
      CHECK(answer.status == 502);
      CHECK(error_code_of(answer) == "upstream_redirect");
      CHECK(answer.field("location") == "");
    }
    CHECK(elsewhere.connections() == 0);
  }

  TEST_CASE("a credential that the provider repeats is seen by nobody") {
    World world;
    const std::string error = R"({"error":{"message":"bad key )" + kKey + " and " + kKey + R"("}})";
    const std::string late = R"({"error":{"message":")" + std::string(480, 'x') + kKey + R"("}})";
    const std::string escaped = R"({"error":{"message":"\u0073)" + kKey.substr(1) + R"("}})";
    const std::string delta = chat_events({"a"}).front();
    for (const bool stream : {false, true}) {
      CAPTURE(stream);
      std::vector<Script> scripts;
      for (const std::string& body : {error, late, escaped}) {
        for (const int status : {400, 401, 500}) {
          scripts.push_back(Script().send(json_answer(status, body)));
        }
        if (stream) {
          scripts.push_back(
              Script().send(event_stream_head()).send(chunk("data: " + body + "\n\n")));
        } else {
          scripts.push_back(Script().send(json_answer(200, body)));
        }
      }
      for (Script& script : scripts) {
        world.provider.plays(script.close());
        const RawResponse answer = world.chat(chat_json(stream));
        CHECK(answer.status >= 400);
        // Neither whole nor in part.
        CHECK(answer.body.find(kKey.substr(0, 12)) == std::string::npos);
      }
    }
    for (const std::string& body : {error, escaped}) {
      Gate seen;
      world.provider.plays(Script()
                               .send(event_stream_head())
                               .send(chunk(delta))
                               .wait(seen)
                               .send(chunk("data: " + body + "\n\n"))
                               .close());
      RawClient client(world.daemon.port());
      client.send(world.chat_request(chat_json(true)));
      client.read_head();
      REQUIRE(client.read_body_until(delta));
      seen.open();
      const RawResponse& answer = client.read_rest();
      CHECK(answer.body.find("error", delta.size()) != std::string::npos);
      CHECK(answer.body.find(kKey.substr(1)) == std::string::npos);
    }
    world.stop_and_read_rows();
    CHECK(world.daemon.errors().find(kKey.substr(0, 12)) == std::string::npos);
    CHECK(world.daemon.output().find(kKey) == std::string::npos);
  }

  TEST_CASE("a refusal that comes before the request was read is the answer") {
    World world;
    world.provider.plays(Script().on_head().send(refusal(413)).close());
    const std::string padding(8'000'000, 'x');
    const RawResponse answer = world.chat(chat_json(false, R"(,"x":")" + padding + R"(")"));
    CHECK(answer.status == 413);
    CHECK(message_of(answer) == "because");
    CHECK(world.is_well());
  }
}

}  // namespace arouter::test
