// A key of a provider's that the caller brings along: it comes first, it benches nobody, and nobody
// but the provider ever sees it.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr std::string_view kMine = "sk-mine-canary-0123456789abcdef";

std::string brought(std::string_view provider, std::string_view more = {}) {
  return "X-ARouter-Provider-Key: " + std::string(provider) + "=" + std::string(kMine) +
         std::string(more) + "\r\n";
}

/// acme with keys of its own, beta with one, both taking those of callers; acme is to be asked
/// first.
struct CallersWorld : HealthWorld {
  explicit CallersWorld(const std::string& more = "breaker = { failures = 1 }")
      : HealthWorld({keys_line({""}) + "\nbyok = true\n" + more,
                     "keys = [{ env = \"KEY_b\" }]\nbyok = true\n" + more}) {
    for (FakeProvider& provider : providers) provider.always(well());
  }

  RawResponse chat_bringing(std::string_view fields, std::string_view more = {}) {
    return call(
        daemon.port(),
        post(daemon.port(), kChatPath, daemon.key(),
             R"({"model":"maker/shared","messages":[],"provider":{"order":["acme","beta"]})" +
                 std::string(more) + "}",
             fields));
  }
  FakeProvider& acme() { return providers[0]; }
  FakeProvider& beta() { return providers[1]; }
  bool keeps_the_callers_key() const {
    return keeps_secrets() && (daemon.output() + daemon.errors()).find(kMine) == std::string::npos;
  }
};

bool came_with_mine(const RecordedRequest& request) {
  return request.field("authorization") == "Bearer " + std::string(kMine);
}

std::size_t asked_with_mine(const FakeProvider& provider) {
  std::size_t count = 0;
  for (const RecordedRequest& each : provider.requests()) count += came_with_mine(each) ? 1 : 0;
  return count;
}

/// Answers well, but to whoever comes with the caller's key.
void refuse_mine(FakeProvider& provider, const Script& script) {
  provider.answers([script](const RecordedRequest& request) {
    return came_with_mine(request) ? script : well();
  });
}

bool is_byok(const RawResponse& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  return body.is_object() && body["usage"]["is_byok"] == true;
}

}  // namespace

TEST_SUITE("caller keys") {
  TEST_CASE("the provider of a caller's key is asked first, with it, whatever the order says") {
    CallersWorld world;
    const RawResponse answer = world.chat_bringing(brought("beta"));
    CHECK(answer.status == 200);
    CHECK(answer.field("x-arouter-provider") == "beta");
    CHECK(is_byok(answer));
    CHECK(answer.body.find(R"("cost":)") != std::string::npos);
    CHECK(world.acme().requests().empty());
    const std::vector<RecordedRequest> asked = world.beta().requests();
    REQUIRE(asked.size() == 1);
    CHECK(came_with_mine(asked[0]));
    CHECK(asked[0].field("x-arouter-provider-key") == "");
    // Without it everything is as ever.
    const RawResponse plain = world.chat_bringing({});
    CHECK(plain.field("x-arouter-provider") == "acme");
    CHECK_FALSE(is_byok(plain));
    CHECK(asked_with(world.acme(), "a") == 1);
    CHECK(world.keeps_the_callers_key());
  }

  TEST_CASE("a refused key of the caller's gives way to the provider's own, and benches nobody") {
    for (const int status : {401, 402, 403, 429}) {
      CAPTURE(status);
      CallersWorld world;
      refuse_mine(world.acme(), refusal(status, "Retry-After: 60\r\n"));
      for (int i = 0; i < 12; ++i) {  // more than there are retries for failures
        const RawResponse answer = world.chat_bringing(brought("acme"));
        CHECK(answer.status == 200);
        CHECK(answer.field("x-arouter-provider") == "acme");
        CHECK_FALSE(is_byok(answer));
      }
      CHECK(asked_with_mine(world.acme()) == 12);
      CHECK(asked_with(world.acme(), "a") == 12);
      CHECK(world.all_well(1, "acme"));
      CHECK(world.logged("benched") + world.logged("breaker") + world.logged("not used") == 0);
      CHECK(world.keeps_the_callers_key());
    }
  }

  TEST_CASE("with 'only' the caller hears of the refusal, and whose key it was") {
    struct Case {
      int status, told;
      const char* code;
    };
    for (const Case& each :
         {Case{401, 401, "provider_key_refused"}, Case{403, 403, "provider_key_refused"},
          Case{402, 402, "upstream_credit"}, Case{429, 429, "rate_limit_exceeded"}}) {
      CAPTURE(each.status);
      CallersWorld world;
      const std::string said = R"({"error":{"message":"no good: )" + std::string(kMine) + R"("}})";
      refuse_mine(world.acme(), Script().send(json_answer(each.status, said)));
      const RawResponse answer = world.chat_bringing(brought("acme", ";only"));
      CHECK(answer.status == each.told);
      CHECK(error_code_of(answer) == each.code);
      CHECK(error_source_of(answer) == "acme");
      const std::string message = error_of(answer).value("message", "");
      CAPTURE(message);
      CHECK(message.find("the request's own key") != std::string::npos);
      CHECK(message.find("no good: ***") != std::string::npos);
      CHECK(answer.head.find(kMine) == std::string::npos);
      CHECK(world.acme().requests().size() == 1);
      CHECK(world.beta().requests().empty());
      CHECK(world.all_well(1, "acme"));
      CHECK(world.keeps_the_callers_key());
    }
  }

  TEST_CASE("a failure that is not about the key leads to others, 'only' or not") {
    CallersWorld world;
    refuse_mine(world.acme(), refusal(500));
    for (int i = 0; i < 5; ++i) {
      const RawResponse answer = world.chat_bringing(brought("acme", ";only"));
      CHECK(answer.status == 200);
      CHECK(answer.field("x-arouter-provider") == "beta");
    }
    // It counts against the endpoint, and against no key: one failure would open a breaker.
    CHECK(world.logged("circuit breaker") == 0);
    const RawResponse plan = world.chat_bringing("X-ARouter-Explain: only\r\n");
    CHECK(plan.body.find(R"("code":"recent_outage")") != std::string::npos);
    CHECK(plan.body.find(R"("code":"circuit_open")") == std::string::npos);
  }

  TEST_CASE("the keys of the pool may be benched: the caller's is asked with") {
    CallersWorld world;
    world.acme().plays(refusal(401));
    CHECK(world.chat_bringing({}).field("x-arouter-provider") == "beta");
    CHECK(ask_until([&] { return world.logged("key 'a': refused") == 1; }));
    const RawResponse answer = world.chat_bringing(brought("acme"));
    CHECK(answer.field("x-arouter-provider") == "acme");
    CHECK(is_byok(answer));
    // And when it is refused as well, the caller hears of its own.
    refuse_mine(world.acme(), refusal(401));
    CHECK(world.chat_bringing(brought("acme")).field("x-arouter-provider") == "beta");
    world.beta().always(refusal(401));
    CHECK(world.chat_bringing(brought("acme")).status == 502);
  }

  TEST_CASE("rules on who may be asked come before a caller's key") {
    CallersWorld world;
    const auto ask = [&](std::string_view rules) {
      return call(world.daemon.port(), post(world.daemon.port(), kChatPath, world.daemon.key(),
                                            R"({"model":"maker/shared","messages":[],"provider":)" +
                                                std::string(rules) + "}",
                                            brought("beta")));
    };
    CHECK(ask(R"({"ignore":["beta"]})").field("x-arouter-provider") == "acme");
    CHECK(error_code_of(ask(R"({"zdr":true})")) == "privacy_restricted");
    CHECK(asked_with_mine(world.beta()) == 0);
  }

  TEST_CASE("a provider without a key of its own is asked with the caller's or not at all") {
    HealthWorld world({"keys = []\nbyok = true", keys_line({""})});
    for (FakeProvider& provider : world.providers) provider.always(well());
    CHECK(world.all_well(1, "beta"));
    const auto ask = [&](std::string_view model, std::string_view fields) {
      return call(world.daemon.port(),
                  post(world.daemon.port(), kChatPath, world.daemon.key(),
                       R"({"model":")" + std::string(model) + R"(","messages":[]})", fields));
    };
    const RawResponse refused = ask("acme/shared", {});
    CHECK(refused.status == 400);
    CHECK(error_code_of(refused) == "provider_key_required");
    CHECK(error_of(refused).value("message", "").find("X-ARouter-Provider-Key: acme=KEY") !=
          std::string::npos);
    CHECK(world.providers[0].requests().empty());
    CHECK(ask("acme/shared", brought("acme")).status == 200);
    // There is nobody else to ask there: a refusal is the caller's to hear of.
    world.providers[0].always(refusal(401));
    CHECK(ask("acme/shared", brought("acme")).status == 401);
    CHECK(world.providers[0].requests().size() == 2);
    CHECK(ask("maker/shared", brought("acme")).field("x-arouter-provider") == "beta");
  }

  TEST_CASE("what is no such field is refused in the caller's words, and the key not repeated") {
    CallersWorld world;
    for (const std::string& value :
         {std::string(kMine), "nobody=" + std::string(kMine), "acme=" + std::string(kMine) + ";no",
          "acme=" + std::string(kMine) + ",acme=" + std::string(kMine), std::string("acme=")}) {
      CAPTURE(value);
      const std::string field = "X-ARouter-Provider-Key: " + value + "\r\n";
      const RawResponse answer = world.chat_bringing(field);
      CHECK(answer.status == 400);
      CHECK(error_code_of(answer) == "invalid_provider_key");
      CHECK((answer.head + answer.body).find(kMine) == std::string::npos);
      const RawResponse of_anthropic =
          call(world.daemon.port(), post(world.daemon.port(), "/v1/messages", world.daemon.key(),
                                         R"({"model":"maker/shared","messages":[]})", field));
      CHECK(of_anthropic.status == 400);
      CHECK(of_anthropic.body.find(R"("type":"error")") != std::string::npos);
      CHECK(call(world.daemon.port(),
                 get(world.daemon.port(), "/acme/v1/models", world.daemon.key(), field))
                .status == 400);
    }
    CHECK(world.acme().connections() + world.beta().connections() == 0);
    CHECK(world.keeps_the_callers_key());
  }

  TEST_CASE("streams and other formats are asked for with the caller's key too") {
    CallersWorld world;
    world.acme().plays(streamed_chat({"one", "two"}));
    const RawResponse stream = world.chat_bringing(
        brought("acme"), R"(,"stream":true,"stream_options":{"include_usage":true})");
    CHECK(stream.status == 200);
    CHECK(stream.body.find(R"("is_byok":true)") != std::string::npos);
    const auto ask = [&](std::string_view path, std::string_view body) {
      return call(world.daemon.port(),
                  post(world.daemon.port(), path, world.daemon.key(), body, brought("acme")));
    };
    const RawResponse response = ask("/v1/responses", R"({"model":"acme/shared","input":"hi"})");
    CHECK(response.status == 200);
    CHECK(response.body.find(R"("is_byok":true)") != std::string::npos);
    CHECK(
        ask("/v1/messages",
            R"({"model":"acme/shared","max_tokens":5,"messages":[{"role":"user","content":"hi"}]})")
            .status == 200);
    CHECK(asked_with_mine(world.acme()) == 3);
  }

  TEST_CASE("the provider's own API is called with the caller's key, and its refusal passes") {
    CallersWorld world;
    const auto ask = [&](std::string_view path, std::string_view fields) {
      return call(world.daemon.port(), get(world.daemon.port(), path, world.daemon.key(), fields));
    };
    CHECK(ask("/acme/v1/files", brought("acme")).status == 200);
    CHECK(ask("/acme/v1/files", brought("beta")).status == 200);
    const std::vector<RecordedRequest> asked = world.acme().requests();
    REQUIRE(asked.size() == 2);
    CHECK(came_with_mine(asked[0]));
    CHECK(asked[0].field("x-arouter-provider-key") == "");
    CHECK(key_of(asked[1]) == "a");
    const std::string said = R"({"error":{"message":"no good: )" + std::string(kMine) + R"("}})";
    for (const int status : {401, 429, 500}) {
      refuse_mine(world.acme(), Script().send(json_answer(status, said)));
      const RawResponse refused = ask("/acme/v1/files", brought("acme"));
      CHECK(refused.status == status);
      CHECK(refused.body == R"({"error":{"message":"no good: ***"}})");
    }
    CHECK(world.all_well(1, "acme"));
    CHECK(world.logged("benched") + world.logged("breaker") + world.logged("not used") == 0);
    CHECK(world.keeps_the_callers_key());
  }

  TEST_CASE("the plan tells which provider is asked with the caller's key") {
    CallersWorld world;
    const RawResponse answer = world.chat_bringing(brought("beta") + "X-ARouter-Explain: only\r\n");
    const json plan = json::parse(answer.body, nullptr, false);
    REQUIRE(plan["candidates"].size() == 2);
    CHECK(plan["candidates"][0]["provider"] == "beta");
    CHECK(plan["candidates"][0]["is_byok"] == true);
    CHECK(plan["candidates"][0]["reason"] == "the request brings a key for it");
    CHECK(plan["candidates"][1]["provider"] == "acme");
    CHECK(plan["candidates"][1]["is_byok"] == false);
    CHECK((answer.head + answer.body).find(kMine) == std::string::npos);
  }
}

}  // namespace arouter::test
