// X-ARouter-Explain: the plan that is told is the plan that is kept, in every kind of answer; and
// what measured speed does to it.
#include <doctest/doctest.h>

#include <chrono>
#include <map>

#include "tests/integration/answers.hpp"
#include "tests/integration/routing_world.hpp"
#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr std::string_view kExplain = "X-ARouter-Explain: 1\r\n";
constexpr std::string_view kOnly = "X-ARouter-Explain: only\r\n";

/// The plan that an answer's head tells; null without one.
json told_plan(const RawResponse& answer) {
  return json::parse(answer.field("x-arouter-explain"), nullptr, false);
}

/// "endpoint" or "endpoint:code" of every candidate, those that are dropped in brackets.
std::string shape_of(const json& plan) {
  if (!plan.is_object() || !plan.contains("candidates")) return "no plan: " + plan.dump();
  std::string shape;
  for (const json& each : plan["candidates"]) {
    const bool kept = each["position"].is_number();
    std::string text = each["endpoint"];
    if (each["code"].is_string()) text += ":" + each["code"].get<std::string>();
    shape += (shape.empty() ? "" : " ") + (kept ? text : "(" + text + ")");
  }
  return shape;
}

/// The plan's endpoints as RoutingWorld::asked() tells them.
std::string asked_by_plan(const json& plan) {
  const std::map<std::string, std::string> models{
      {"acme/fp8", "a8"}, {"acme/int4", "a4"}, {"beta", "b"}, {"gamma", "g"}, {"delta", "d"}};
  std::string asked;
  for (const json& each : plan["candidates"]) {
    if (!each["position"].is_number()) continue;
    asked += (asked.empty() ? "" : " ") + models.at(each["endpoint"]);
  }
  return asked;
}

}  // namespace

TEST_SUITE("routing explain") {
  TEST_CASE(
      "the order that is told is the order that is tried, whatever was drawn and has failed") {
    RoutingWorld world("affinity = false");
    world.provider.always(Script().send(json_answer(503, R"({"error":{"message":"no"}})")));
    for (int i = 0; i < 12; ++i) {
      const RawResponse answer =
          world.chat(routed_chat(R"("provider":{"ignore":["beta"]})"), kExplain);
      CHECK(answer.status == 503);
      const json plan = told_plan(answer);
      REQUIRE(plan.is_object());
      CHECK(plan["strategy"] == "weighted");
      CHECK(plan["requested"] == "maker/m");
      CHECK(world.asked() == asked_by_plan(plan));
    }
    CHECK(
        shape_of(told_plan(world.chat(routed_chat(R"("provider":{"sort":"price"})"), kExplain))) ==
        "beta acme/int4:recent_outage acme/fp8:recent_outage gamma:recent_outage "
        "delta:recent_outage");
  }

  TEST_CASE("with 'only' the plan is the answer, and nobody is asked") {
    RoutingWorld world;
    const auto plan_of = [&](std::string_view members) {
      const RawResponse answer = world.chat(routed_chat(members), kOnly);
      CHECK(answer.status == 200);
      CHECK(answer.field("content-type") == "application/json");
      CHECK(answer.field("x-request-id") != "");
      return json::parse(answer.body, nullptr, false);
    };
    const json plan =
        plan_of(R"("stream":true,"provider":{"max_price":{"prompt":2},"sort":"price"})");
    CHECK(shape_of(plan) == "acme/int4 acme/fp8 gamma (beta:max_price) (delta:max_price)");
    CHECK(plan["strategy"] == "price");
    CHECK(plan["candidates"][0]["provider"] == "acme");
    CHECK(plan["candidates"][0]["model"] == "maker/m");
    CHECK(plan["candidates"][0]["found_by"] == "id");
    CHECK(plan["candidates"][0]["verdict"] == "kept");
    CHECK(plan["candidates"][0]["reason"] == "the cheapest first");
    CHECK(plan["candidates"][0]["upstream_model"] == "a4");
    CHECK(plan["candidates"][0]["pricing"]["completion"] == "0.000001");
    CHECK(plan["candidates"][0]["keys"]["ready"] == 1);
    CHECK(plan["candidates"][0]["health"]["circuit_open"] == false);
    CHECK(plan["candidates"][3]["verdict"] == "dropped");
    CHECK(plan["candidates"][3]["reason"] == "costs more than max_price allows: prompt 3 USD");
    CHECK(shape_of(plan_of(R"("provider":{"zdr":true,"sort":"price"})")) ==
          "acme/int4 acme/fp8 (beta:data_policy:zdr) (gamma:data_policy:zdr) "
          "(delta:data_policy:zdr)");
    // A refusal explains itself too.
    CHECK(shape_of(plan_of(R"("model":"delta/d","provider":{"data_collection":"deny"})")) ==
          "(delta:data_policy:training)");
    CHECK(plan_of(R"("model":"claude-x")")["candidates"][0]["found_by"] == "alias with '*'");
    CHECK(world.chat(routed_chat(R"("model":"nobody/x")"), kOnly).status == 404);
    CHECK(world.chat(routed_chat(R"("provider":{"x":1})"), kOnly).status == 400);
    CHECK(world.provider.connections() == 0);
    CHECK(world.stop_and_read_rows().empty());
  }

  TEST_CASE("'1' tells the plan in the head of every answer") {
    WireWorld world;
    for (const std::string_view format : kFormats) {
      for (const std::string_view to : kFormats) {
        for (const bool stream : {false, true}) {
          CAPTURE(format);
          CAPTURE(to);
          CAPTURE(stream);
          const Ask ask{.format = format, .model = model_of(to), .stream = stream};
          world.provider.plays(
              stream ? Script()
                           .send(event_stream_head())
                           .send(chunk(stream_wire(to).whole()) + std::string(kLastChunk))
                     : Script().send(json_answer(200, reply_wire(to))));
          const RawResponse answer = world.ask(ask, kExplain);
          CHECK(answer.status == 200);
          CHECK(text_of(format, answer) == "half");
          CHECK(shape_of(told_plan(answer)) == "to-" + std::string(to));
          world.provider.plays(Script().send(json_answer(400, error_wire(to, 400, "no"))));
          const RawResponse refused = world.ask(ask, kExplain);
          CHECK(refused.status == 400);
          CHECK(shape_of(told_plan(refused)) == "to-" + std::string(to));
        }
      }
    }
    world.provider.plays(Script().send(json_answer(200, reply_wire("openai"))));
    const RawResponse plain = world.ask({.format = "openai", .model = model_of("openai")});
    CHECK(plain.status == 200);
    CHECK(plain.field("x-arouter-explain") == "");
  }

  TEST_CASE("a plan that is too long for a head lacks its end, says so, and is JSON all the same") {
    std::string tail = "[[model]]\nid = \"maker/many\"\nendpoints = [\n";
    for (int i = 0; i < 40; ++i) {
      tail += "  { provider = \"delta\", model = \"d-" + std::to_string(i) +
              "\", pricing = { prompt = \"0\", completion = \"0\" } },\n";
    }
    RoutingWorld world("", "", tail + "]\n");
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    const RawResponse answer = world.chat(routed_chat(R"("model":"maker/many")"), kExplain);
    CHECK(answer.status == 200);
    const json plan = told_plan(answer);
    REQUIRE(plan.is_object());
    const std::size_t told = plan["candidates"].size();
    CHECK(told > 10);
    CHECK(plan["left_out"] == 40 - told);
    CHECK(answer.field("x-arouter-explain").size() <= 4'096);
    const json whole =
        json::parse(world.chat(routed_chat(R"("model":"maker/many")"), kOnly).body, nullptr, false);
    CHECK(whole["candidates"].size() == 40);
    CHECK(whole["left_out"] == 0);
  }

  TEST_CASE("only what means yes asks for the plan, and what means nothing is refused") {
    RoutingWorld world;
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    const auto ask = [&](std::string_view value) {
      return world.chat(routed_chat(R"("model":"maker/n")"),
                        "X-ARouter-Explain: " + std::string(value) + "\r\n");
    };
    for (const char* yes : {"1", "true", "TRUE"}) CHECK(told_plan(ask(yes)).is_object());
    for (const char* no : {"0", "false", ""}) {
      const RawResponse answer = ask(no);
      CHECK(answer.status == 200);
      CHECK(answer.field("x-arouter-explain") == "");
    }
    for (const char* wrong : {"yes", "2", "only, 1"}) {
      const RawResponse refused = ask(wrong);
      CHECK(refused.status == 400);
      CHECK(error_of(refused).value("message", "").find("X-ARouter-Explain must be") !=
            std::string::npos);
    }
  }

  TEST_CASE("a refusal's head tells the plan") {
    RoutingWorld world;
    const RawResponse answer =
        world.chat(routed_chat(R"("model":"delta/d","provider":{"zdr":true})"), kExplain);
    CHECK(answer.status == 404);
    CHECK(shape_of(told_plan(answer)) == "(delta:data_policy:zdr)");
  }

  TEST_CASE("who was slow is set back, or last, for those who ask for speed") {
    using std::chrono::milliseconds;
    const auto now = [] { return std::chrono::steady_clock::now(); };
    RoutingWorld world;
    const std::string answer = json_answer(200, chat_body("a"));
    world.provider.plays(Script().send(answer));
    const auto began = now();
    CHECK(world.chat(routed_chat(R"("model":"maker/n","provider":{"only":["beta"]})")).status ==
          200);
    // Beta took no longer than this; acme takes far longer, however busy the machine is.
    const auto quick = std::chrono::duration_cast<milliseconds>(now() - began) + milliseconds(50);
    const Gate asked, go;
    world.provider.plays(Script().reach(asked).wait(go).send(answer));
    RawClient slow(world.daemon.port());
    slow.send(world.chat_request(routed_chat(R"("model":"maker/n","provider":{"only":["acme"]})")));
    REQUIRE(asked.wait());
    const auto held = now();
    CHECK(ask_until([&] { return now() - held > 4 * quick; }));
    go.open();
    CHECK(slow.read_response().status == 200);
    const auto plan_for = [&](std::string_view members) {
      return shape_of(json::parse(world.chat(routed_chat(members), kOnly).body, nullptr, false));
    };
    CHECK(plan_for(R"("model":"maker/n","provider":{"sort":"price"})") == "acme beta");
    CHECK(plan_for(R"("model":"maker/n","provider":{"sort":"latency"})") == "beta acme");
    CHECK(plan_for(R"("model":"maker/n","provider":{"sort":"throughput"})") == "beta acme");
    CHECK(plan_for(R"("model":"maker/n:nitro")") == "beta acme");
    // Half of what acme took, twice what beta took, for their five tokens each.
    const std::string limit = std::to_string(static_cast<double>((2 * quick).count()) / 1'000);
    const std::string rate = std::to_string(5'000 / static_cast<double>((2 * quick).count()));
    const auto plan_wishing = [&](const std::string& wish) {
      return plan_for(R"("model":"maker/n","provider":{)" + wish + "}");
    };
    CHECK(plan_wishing(R"("sort":"price","preferred_max_latency":)" + limit) ==
          "beta acme:preferred_max_latency");
    CHECK(plan_wishing(R"("sort":"price","preferred_max_latency":{"p99":")" + limit + "\"}") ==
          "beta acme:preferred_max_latency");
    CHECK(plan_wishing(R"("sort":"price","preferred_min_throughput":)" + rate) ==
          "beta acme:preferred_min_throughput");
    CHECK(plan_wishing(R"("sort":"price","preferred_max_latency":600,)"
                       R"("preferred_min_throughput":0.01)") == "acme beta");
    // A wish, no condition: an explicit order is kept.
    CHECK(plan_wishing(R"("order":["acme"],"preferred_max_latency":)" + limit) ==
          "acme:preferred_max_latency beta");
  }
}

}  // namespace arouter::test
