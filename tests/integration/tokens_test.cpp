// Providers whose credential is a token that is fetched: how often, when again, and what callers
// see when there is none to be had.
#include <doctest/doctest.h>
#include <signal.h>

#include <deque>

#include "shared/base64.hpp"
#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kClientSecret = "sk-canary-0123456789-of-key-a";  // HealthWorld's $KEY_a
const std::string kToken = "token-canary-abcdefghijklmnop";

/// The provider's credential is what `tokens` gives out.
std::string oauth2_line(const FakeProvider& tokens, const std::string& more = {}) {
  return "oauth2 = { token_url = \"" + tokens.base_url() +
         "/token\", client_id = \"me\", client_secret = { env = \"KEY_a\" }" + more + " }";
}

std::string token_body(const std::string& token, int lifetime = 3'600) {
  return R"({"access_token":")" + token + R"(","token_type":"Bearer","expires_in":)" +
         std::to_string(lifetime) + "}";
}

Script token_answer(const std::string& token, int lifetime = 3'600) {
  return Script().send(json_answer(200, token_body(token, lifetime)));
}

std::string bearer_of(const RecordedRequest& request) {
  const std::string credential = request.field("authorization");
  return credential.starts_with("Bearer ") ? credential.substr(7) : "";
}

/// Answers well to `token` alone.
void take_only(FakeProvider& provider, const std::string& token) {
  provider.answers([token](const RecordedRequest& request) {
    return bearer_of(request) == token ? well() : refusal(401);
  });
}

/// Nothing that the daemon said or answered holds a token or the secret.
void check_secrets(const HealthWorld& world, const RawResponse& answer = {}) {
  CHECK(world.keeps_secrets());
  const std::string all = world.daemon.output() + world.daemon.errors() + answer.head + answer.body;
  CHECK(all.find(kToken) == std::string::npos);
  CHECK(all.find(kClientSecret) == std::string::npos);
}

}  // namespace

TEST_SUITE("tokens") {
  TEST_CASE("a token is fetched as RFC 6749 has it, once, and shown to the provider") {
    FakeProvider tokens;
    tokens.always(token_answer(kToken));
    HealthWorld world({oauth2_line(tokens, ", scope = \"all-apis\", audience = \"a&b\"")});
    take_only(world.providers[0], kToken);
    CHECK(world.all_well(20, "acme"));
    REQUIRE(tokens.requests().size() == 1);
    const RecordedRequest asked = tokens.requests()[0];
    CHECK(asked.head.starts_with("POST /v1/token HTTP/1.1\r\n"));
    CHECK(asked.field("content-type") == "application/x-www-form-urlencoded");
    CHECK(asked.field("authorization") ==
          "Basic " + encode_base64("me:" + std::string(kClientSecret)));
    CHECK(asked.body == "grant_type=client_credentials&scope=all-apis&audience=a%26b");
    check_secrets(world);
  }

  TEST_CASE("fifty requests at once on two loops make one request for a token") {
    FakeProvider tokens;
    Gate asked, given;
    tokens.plays(Script().reach(asked).wait(given).send(json_answer(200, token_body(kToken))));
    HealthWorld world({oauth2_line(tokens)});
    take_only(world.providers[0], kToken);
    std::deque<RawClient> clients;
    for (int i = 0; i < 50; ++i) {
      clients.emplace_back(world.daemon.port());
      CHECK(clients.back().send(world.request()));
    }
    CHECK(asked.wait());
    CHECK(world.providers[0].requests().empty());
    given.open();
    for (RawClient& client : clients) CHECK(client.read_response().status == 200);
    CHECK(tokens.requests().size() == 1);
    CHECK(world.providers[0].requests().size() == 50);
  }

  TEST_CASE("a token is renewed before it ends while requests go on with it") {
    FakeProvider tokens;
    Gate renewing, given;
    tokens.plays(token_answer(kToken, 10));  // renewed after eight seconds, used for nine
    tokens.plays(Script().reach(renewing).wait(given).send(json_answer(200, token_body("second"))));
    HealthWorld world({oauth2_line(tokens)});
    world.providers[0].always(well());
    CHECK(ask_until([&] { return world.all_well(1, "acme") && tokens.requests().size() == 2; }));
    CHECK(renewing.wait());
    CHECK(world.all_well(1, "acme"));
    CHECK(bearer_of(world.providers[0].requests().back()) == kToken);
    given.open();
    CHECK(ask_until([&] {
      return world.all_well(1, "acme") &&
             bearer_of(world.providers[0].requests().back()) == "second";
    }));
    CHECK(tokens.requests().size() == 2);
  }

  TEST_CASE("an expired token is not used") {
    FakeProvider tokens;
    tokens.plays(token_answer(kToken, 1));
    tokens.always(token_answer("second"));
    HealthWorld world({oauth2_line(tokens)});
    world.providers[0].always(well());
    CHECK(world.all_well(1, "acme"));
    CHECK(ask_until([&] {
      return world.all_well(1, "acme") &&
             bearer_of(world.providers[0].requests().back()) == "second";
    }));
    CHECK(tokens.requests().size() == 2);
  }

  TEST_CASE("an endpoint that takes the secret in the body only is found out, once") {
    FakeProvider tokens;
    tokens.answers([](const RecordedRequest& request) {
      const bool in_body =
          request.body.find("&client_id=me&client_secret=sk-canary-") != std::string::npos;
      if (in_body && request.field("authorization").empty()) return token_answer(kToken, 1);
      return Script().send(json_answer(400, R"({"error":"invalid_grant"})"));
    });
    HealthWorld world({oauth2_line(tokens)});
    world.providers[0].always(well());
    CHECK(world.all_well(1, "acme"));
    CHECK(tokens.requests().size() == 2);
    CHECK(ask_until([&] { return world.all_well(1, "acme") && tokens.requests().size() > 2; }));
    CHECK(tokens.requests()[2].field("authorization").empty());
    check_secrets(world);
  }

  TEST_CASE("without a token the error says whose and why, and another provider serves") {
    FakeProvider tokens;
    const std::string secret(kClientSecret);
    tokens.always(Script().send(json_answer(
        401, R"({"error":"invalid_client","error_description":"no secret )" + secret + "\"}")));
    {
      HealthWorld world({oauth2_line(tokens)});
      for (int i = 0; i < 5; ++i) {
        const RawResponse answer = world.chat();
        CHECK(answer.status == 502);
        CHECK(error_code_of(answer) == "upstream_auth");
        CHECK(error_source_of(answer) == "acme");
        CHECK(error_of(answer).value("message", "") ==
              "no token for provider 'acme' could be had: its token endpoint refused: "
              "invalid_client");
        CHECK(retry_after_of(answer) >= 1);
        check_secrets(world, answer);
      }
      CHECK(ask_until(
          [&] { return world.logged("it said: no secret ***; asked again after 1 s") == 1; }));
      CHECK(world.providers[0].requests().empty());
    }
    // Both ways to prove who we are, in a second at most once.
    CHECK(tokens.requests().size() <= 4);
    HealthWorld world({oauth2_line(tokens), "keys = []"});
    world.providers[1].always(well());
    CHECK(world.all_well(5, "beta"));
  }

  TEST_CASE("an endpoint that is down is left alone for longer and longer, and recovers") {
    FakeProvider tokens;
    tokens.always(Script().send(json_answer(503, "{}")));
    HealthWorld world({oauth2_line(tokens)});
    take_only(world.providers[0], kToken);
    CHECK(world.chat().status == 502);
    CHECK(world.chat().status == 502);
    CHECK(tokens.requests().size() == 1);
    CHECK(ask_until([&] { return world.chat().status == 502 && tokens.requests().size() == 2; }));
    CHECK(ask_until([&] { return world.logged("asked again after 2 s") == 1; }));
    tokens.always(token_answer(kToken));
    CHECK(world.comes_back("acme"));
    CHECK(tokens.requests().size() == 3);
    CHECK(ask_until([&] { return world.logged("gives out tokens again") == 1; }));
  }

  TEST_CASE("a token that never comes is waited for as long as to connect, not longer") {
    FakeProvider tokens;
    tokens.always(Script().stall());
    HealthWorld world(
        {oauth2_line(tokens) + "\ntimeouts = { connect_ms = 300, tls_ms = 300 }", "keys = []"});
    world.providers[1].always(well());
    CHECK(world.all_well(1, "beta"));
    CHECK(
        ask_until([&] { return world.logged("its token endpoint did not answer in time") == 1; }));
    CHECK(world.all_well(3, "beta"));
  }

  TEST_CASE("a caller who leaves while a token is fetched leaves the fetch to the others") {
    FakeProvider tokens;
    Gate asked, given;
    tokens.plays(Script().reach(asked).wait(given).send(json_answer(200, token_body(kToken))));
    HealthWorld world({oauth2_line(tokens)});
    take_only(world.providers[0], kToken);
    RawClient first(world.daemon.port());
    CHECK(first.send(world.request()));
    CHECK(asked.wait());
    RawClient second(world.daemon.port());
    CHECK(second.send(world.request()));
    first.reset();
    CHECK(wait_for_rows(state_of(world.home), 1).size() == 1);
    given.open();
    CHECK(second.read_response().status == 200);
    CHECK(tokens.requests().size() == 1);
    CHECK(world.stop_and_read_rows().size() == 2);
  }

  TEST_CASE("a token that the provider refuses is fetched anew once, and the call made again") {
    FakeProvider tokens;
    tokens.plays(token_answer(kToken));
    tokens.always(token_answer("second"));
    HealthWorld world({oauth2_line(tokens) + "\nlimits = { concurrency = 1 }"});
    FakeProvider& acme = world.providers[0];
    take_only(acme, kToken);
    CHECK(world.all_well(3, "acme"));
    take_only(acme, "second");
    CHECK(world.all_well(3, "acme"));
    CHECK(tokens.requests().size() == 2);
    CHECK(acme.requests().size() == 7);
    // When the next one is refused too, the tokens are not what is wrong.
    take_only(acme, "none");
    for (int i = 0; i < 3; ++i) {
      const RawResponse answer = world.chat();
      CHECK(answer.status == 502);
      CHECK(error_code_of(answer) == "upstream_auth");
    }
    CHECK(tokens.requests().size() == 2);
    CHECK(acme.requests().size() == 10);
    take_only(acme, "second");
    CHECK(world.all_well(1, "acme"));
    const std::vector<Row> rows = world.stop_and_read_rows();
    CHECK(rows.size() == 10);
  }

  TEST_CASE("the proxy shows the token too, as a bearer token in every format, and renews it") {
    FakeProvider tokens;
    tokens.plays(token_answer(kToken));
    tokens.always(token_answer("second"));
    HealthWorld world({oauth2_line(tokens) + "\nformat = \"anthropic\""});
    FakeProvider& acme = world.providers[0];
    take_only(acme, kToken);
    const auto ask = [&] {
      return call(world.daemon.port(),
                  get(world.daemon.port(), "/acme/v1/files", world.daemon.key()));
    };
    CHECK(ask().status == 200);
    CHECK(acme.requests()[0].field("x-api-key").empty());
    take_only(acme, "second");
    CHECK(ask().status == 200);
    CHECK(tokens.requests().size() == 2);
    // A provider that repeats the token is not believed to mean the caller.
    acme.answers([](const RecordedRequest& request) {
      return Script().send(json_answer(401, R"({"error":"bad )" + bearer_of(request) + "\"}"));
    });
    const RawResponse refused = ask();
    CHECK(refused.status == 401);
    CHECK(refused.body == R"({"error":"bad ***"})");
    CHECK(tokens.requests().size() == 2);
    check_secrets(world, refused);
  }

  TEST_CASE("a reload keeps the token of a source that is the same, and no other") {
    FakeProvider tokens;
    tokens.always(token_answer(kToken));
    HealthWorld world({oauth2_line(tokens)});
    take_only(world.providers[0], kToken);
    CHECK(world.all_well(1, "acme"));
    world.home.write("arouter.toml",
                     world.config({oauth2_line(tokens) + "\ndisplay_name = \"A\""}));
    world.reload();
    CHECK(world.all_well(2, "acme"));
    CHECK(tokens.requests().size() == 1);
    world.home.write("arouter.toml", world.config({oauth2_line(tokens, ", scope = \"more\"")}));
    world.reload();
    CHECK(world.all_well(2, "acme"));
    CHECK(tokens.requests().size() == 2);
  }

  TEST_CASE("a daemon that is told to stop does not wait for a renewal") {
    FakeProvider tokens;
    Gate renewing;
    tokens.plays(token_answer(kToken, 1));
    tokens.always(Script().reach(renewing).stall());
    HealthWorld world(
        {oauth2_line(tokens) + "\ntimeouts = { connect_ms = 60000, tls_ms = 60000 }"});
    world.providers[0].always(well());
    CHECK(world.all_well(1, "acme"));
    std::deque<RawClient> waiting;
    CHECK(ask_until([&] {
      waiting.emplace_back(world.daemon.port());
      CHECK(waiting.back().send(world.request()));
      return tokens.requests().size() == 2;
    }));
    CHECK(renewing.wait());
    waiting.clear();  // whoever waits for it leaves
    world.daemon.signal(SIGTERM);
    CHECK(world.daemon.wait_for_exit() == 0);
  }
}

}  // namespace arouter::test
