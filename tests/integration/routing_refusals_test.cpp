// What a request may not ask of routing, whom the data policy leaves out, and how each client is
// told; and that none of it reaches a provider.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/routing_world.hpp"
#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

std::string message_of(const RawResponse& answer) {
  const nlohmann::json error = error_of(answer);
  return error.is_object() ? error.value("message", "") : answer.head + answer.body;
}

void check_holds(const std::string& text, const std::vector<const char*>& parts) {
  CAPTURE(text);
  for (const char* part : parts) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

constexpr std::string_view kGone = R"(
[[provider]]
name = "old"
base_url = "http://127.0.0.1:9/v1"
keys = [{ env = "ACME_KEY" }]
[[provider.model]]
id = "gone"
expiration_date = "2020-01-31"
)";

}  // namespace

TEST_SUITE("routing refusals") {
  TEST_CASE("the router's own fields reach no provider, and are not called lost") {
    WireWorld world;
    for (const std::string_view from : kFormats) {
      for (const std::string_view to : kFormats) {
        CAPTURE(from);
        CAPTURE(to);
        world.provider.plays(Script().send(json_answer(200, reply_wire(to))));
        const std::string own = R"(,"provider":{"order":["nobody"],"zdr":null},"models":[")" +
                                model_of(to) +
                                R"("],"route":"fallback","session_id":"canary",)"
                                R"("plugins":[{"id":"auto-router","allowed_models":["x/*"]}])";
        const RawResponse answer =
            world.ask({.format = from, .model = model_of(to), .stream = false, .more = own});
        REQUIRE(answer.status == 200);
        CHECK(answer.field("x-arouter-dropped") == "");
        const std::string sent = world.provider.requests().back().body;
        CAPTURE(sent);
        for (const char* name : {"\"provider\"", "\"models\"", "\"route\"", "plugin", "canary",
                                 "nobody", "session_id"}) {
          CHECK(sent.find(name) == std::string::npos);
        }
      }
    }
    CHECK(world.provider.requests().size() == 16);
  }

  TEST_CASE("nor of a request for embeddings") {
    WireWorld world;
    world.provider.plays(Script().send(json_answer(200, R"({"embeddings":[{"values":[1.5]}]})")));
    const RawResponse answer =
        call(world.daemon.port(),
             post(world.daemon.port(), "/v1/embeddings", world.daemon.key(),
                  R"({"models":["to-gemini/m"],"input":"hi","session_id":"canary",)"
                  R"("provider":{"require_parameters":true},"plugins":[{"id":"auto-router"}]})"));
    REQUIRE(answer.status == 200);
    CHECK(answer.field("x-arouter-dropped") == "");
    CHECK(world.provider.requests().back().body.find("canary") == std::string::npos);
  }

  TEST_CASE("a plugin of the provider's own is passed on, and called lost where it cannot be") {
    WireWorld world;
    const std::string web = R"(,"plugins":[{"id":"web"}])";
    world.provider.plays(Script().send(json_answer(200, reply_wire("openai"))));
    world.ask({.format = "openai", .model = model_of("openai"), .stream = false, .more = web});
    CHECK(world.provider.requests().back().body.find(web) != std::string::npos);
    world.provider.plays(Script().send(json_answer(200, reply_wire("gemini"))));
    const RawResponse answer =
        world.ask({.format = "openai", .model = model_of("gemini"), .stream = false, .more = web});
    CHECK(answer.field("x-arouter-dropped") == "plugins");
  }

  TEST_CASE(
      "what is not known of provider is refused in the client's words, before anybody is asked") {
    WireWorld world;
    for (const std::string_view format : kFormats) {
      CAPTURE(format);
      const RawResponse answer = world.ask({.format = format,
                                            .model = model_of("openai"),
                                            .stream = false,
                                            .more = R"(,"provider":{"ordr":["acme"]})"});
      CHECK(answer.status == 400);
      const Told told = told_by(format, answer);
      CHECK(told.code == told_code(format, "invalid_request", 400));
      check_holds(told.message, {"'provider.ordr' is not known", "'order'"});
    }
    CHECK(world.provider.connections() == 0);
  }

  TEST_CASE("each field that cannot be read is named") {
    RoutingWorld world;
    const std::vector<std::pair<const char*, const char*>> rows{
        {R"("provider":7)", "provider"},
        {R"("provider":{"order":7})", "provider.order"},
        {R"("provider":{"order":[7]})", "provider.order"},
        {R"("provider":{"only":[]})", "provider.only"},
        {R"("provider":{"ignore":{}})", "provider.ignore"},
        {R"("provider":{"allow_fallbacks":"yes"})", "provider.allow_fallbacks"},
        {R"("provider":{"require_parameters":1})", "provider.require_parameters"},
        {R"("provider":{"data_collection":"maybe"})", "provider.data_collection"},
        {R"("provider":{"data_collection":false})", "provider.data_collection"},
        {R"("provider":{"zdr":"true"})", "provider.zdr"},
        {R"("provider":{"quantizations":7})", "provider.quantizations"},
        {R"("provider":{"sort":"speed"})", "provider.sort"},
        {R"("provider":{"sort":{"by":"speed"}})", "provider.sort.by"},
        {R"("provider":{"sort":{"partition":"all"}})", "provider.sort.partition"},
        {R"("provider":{"sort":{"order":"price"}})", "provider.sort.order"},
        {R"("provider":{"max_price":7})", "provider.max_price"},
        {R"("provider":{"max_price":{"prompt":-1}})", "provider.max_price.prompt"},
        {R"("provider":{"max_price":{"completion":"cheap"}})", "provider.max_price.completion"},
        {R"("provider":{"max_price":{"tokens":1}})", "provider.max_price.tokens"},
        {R"("provider":{"preferred_min_throughput":"fast"})", "provider.preferred_min_throughput"},
        {R"("provider":{"preferred_max_latency":{"p42":1}})", "provider.preferred_max_latency.p42"},
        {R"("models":"maker/m")", "models"},
        {R"("models":[7])", "models"},
        {R"("models":[])", "model"},
        {R"("route":"cheapest")", "route"},
        {R"("plugins":{})", "plugins"},
        {R"("plugins":[{"id":"auto-router","allowed_models":7}])", "plugins.allowed_models"},
    };
    for (const auto& [members, param] : rows) {
      CAPTURE(std::string(members));
      const RawResponse answer = world.chat(routed_chat(members));
      CHECK(answer.status == 400);
      const nlohmann::json error = error_of(answer);
      REQUIRE(error.is_object());
      CHECK(error["param"] == param);
    }
    CHECK(world.provider.connections() == 0);
  }

  TEST_CASE("the data policy of the configuration holds, whatever a request says") {
    const std::string deny = "data_collection = \"deny\"";
    CHECK(asked_in_vain(routed_chat(R"("provider":{"sort":"price"})"), deny) == "a4 a8 b");
    CHECK(asked_in_vain(routed_chat(R"("provider":{"data_collection":"allow","sort":"price"})"),
                        deny) == "a4 a8 b");
    CHECK(asked_in_vain(routed_chat(R"("provider":{"sort":"price"})"), "zdr = true") == "a4 a8");
    CHECK(asked_in_vain(routed_chat(R"("provider":{"zdr":false,"sort":"price"})"), "zdr = true") ==
          "a4 a8");
    CHECK(asked_in_vain(routed_chat(R"("provider":{"zdr":true,"sort":"price"})"), deny) == "a4 a8");
  }

  TEST_CASE("a refusal names each endpoint and the rule that left it out") {
    RoutingWorld world("", "", std::string(kGone));
    const auto ask = [&](std::string_view members, const std::string& code) {
      const RawResponse answer = world.chat(routed_chat(members));
      CAPTURE(answer.body);
      CHECK(answer.status == 404);
      CHECK(error_code_of(answer) == code);
      CHECK(error_source_of(answer) == "arouter");
      return message_of(answer);
    };
    check_holds(
        ask(R"("model":"delta/d","provider":{"data_collection":"deny"})", "privacy_restricted"),
        {"'delta/d'", "delta may store", "data_collection is deny"});
    check_holds(ask(R"("model":"delta/d","provider":{"zdr":true})", "privacy_restricted"),
                {"delta does not promise zero data retention (zdr)"});
    check_holds(ask(R"("provider":{"data_collection":"deny","ignore":["acme","beta"]})",
                    "constraint_filtered"),
                {"acme/fp8 provider.ignore names it", "acme/int4 provider.ignore names it",
                 "beta provider.ignore names it", "gamma may store", "delta may store"});
    check_holds(ask(R"("provider":{"zdr":true,"only":["beta","gamma"]})", "constraint_filtered"),
                {"acme/int4 provider.only does not name it", "beta does not promise",
                 "gamma does not promise", "delta provider.only does not name it"});
    check_holds(
        ask(R"("provider":{"max_price":{"prompt":0.1}})", "constraint_filtered"),
        {"acme/int4 costs more than max_price allows: prompt 0.5 USD",
         "beta costs more than max_price allows: prompt 3 USD", "delta its price is not known"});
    check_holds(ask(R"("seed":1,"logit_bias":{},"provider":{"require_parameters":true,)"
                    R"("only":["acme/fp8","beta"]})",
                    "constraint_filtered"),
                {"acme/fp8 does not take '", "beta does not take 'logit_bias'"});
    check_holds(ask(R"("provider":{"quantizations":["fp4"],"only":["beta","delta"]})",
                    "constraint_filtered"),
                {"beta its quantization is bf16", "delta its quantization is unknown"});
    check_holds(
        ask(R"("provider":{"order":["nobody"],"allow_fallbacks":false})", "constraint_filtered"),
        {"beta provider.order does not name it, and allow_fallbacks is false"});
    check_holds(ask(R"("model":"maker/m:free")", "constraint_filtered"),
                {"acme/fp8 is not free of charge", "delta is not free of charge"});
    check_holds(ask(R"("model":"old/gone")", "model_deprecated"),
                {"old is no longer offered: its expiration_date is over"});
    CHECK(world.provider.connections() == 0);
  }

  TEST_CASE("every client reads of a refusal in its own words") {
    WireWorld world("", "\n[routing]\nzdr = true");
    for (const std::string_view format : kFormats) {
      CAPTURE(format);
      for (const bool stream : {false, true}) {
        const RawResponse answer =
            world.ask({.format = format, .model = model_of("openai"), .stream = stream});
        CHECK(answer.status == 404);
        const Told told = told_by(format, answer);
        CHECK(told.code == told_code(format, "privacy_restricted", 404));
        check_holds(told.message, {"to-openai does not promise zero data retention (zdr)"});
      }
    }
    CHECK(world.provider.connections() == 0);
  }

  TEST_CASE("an unknown name is told what is near, and how it is given a meaning") {
    RoutingWorld world;
    RawResponse answer = world.chat(routed_chat(R"("model":"maker/mm")"));
    CHECK(answer.status == 404);
    CHECK(error_code_of(answer) == "model_not_found");
    check_holds(message_of(answer), {"'maker/mm'", "did you mean 'maker/m'",
                                     R"([[alias]] name = "maker/mm", model = "maker/)"});
    answer = world.chat(routed_chat(R"("models":["nobody/x-1","nobody/y"])"));
    CHECK(error_code_of(answer) == "model_not_found");
    check_holds(message_of(answer), {"'nobody/x-1'"});
    answer = world.chat(routed_chat(R"("model":"auto","plugins":[{"id":"auto-router",)"
                                    R"("allowed_models":["nobody/*"]}])"));
    CHECK(error_code_of(answer) == "model_not_found");
    check_holds(message_of(answer), {"'auto'", "allowed_models"});
    answer = world.chat(routed_chat(R"("model":"maker/m:online")"));
    CHECK(answer.status == 400);
    CHECK(error_code_of(answer) == "unsupported_variant");
    CHECK(world.provider.connections() == 0);
  }
}

}  // namespace arouter::test
