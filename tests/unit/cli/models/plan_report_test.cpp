#include "cli/models/plan_report.hpp"

#include <doctest/doctest.h>

#include "cli/models/explained_request.hpp"

namespace arouter {

namespace {

constexpr std::string_view kPlan = R"({"requested":"smart","strategy":"price","candidates":[
{"position":1,"provider":"acme","endpoint":"acme/int4","model":"maker/m","found_by":"alias",
"verdict":"kept","code":null,"reason":"the cheapest first","upstream_model":"a4","format":"openai",
"context_length":8000,"pricing":{"prompt":"0.0000005","completion":"0.000001"},
"health":{"uptime_percent":99.50,"recent_outage":false,"circuit_open":false,"first_token_ms":420,
"tokens_per_second":35.250},
"keys":{"ready":2,"busy":0,"cooling":0,"open":0,"revoked":0,"foreign":0,"ready_in_ms":0}},
{"position":2,"provider":"beta","endpoint":"beta","model":"maker/m","found_by":"alias",
"verdict":"set back","code":"circuit_open","reason":"set back: its circuit breaker is open",
"upstream_model":"b","format":"openai","context_length":null,"pricing":null,
"health":{"uptime_percent":null,"recent_outage":true,"circuit_open":true,"first_token_ms":null,
"tokens_per_second":null},
"keys":{"ready":0,"busy":0,"cooling":1,"open":1,"revoked":1,"foreign":0,"ready_in_ms":11001}},
{"position":null,"provider":"gamma","endpoint":"gamma","model":"maker/m","found_by":"alias",
"verdict":"dropped","code":"max_price","reason":"costs more than max_price allows: prompt 3 USD",
"upstream_model":"g","format":null,"context_length":null,
"pricing":{"prompt":"0.000003","completion":"0.000006"},"health":null,"keys":null}]})";

std::string laid_out(std::size_t width) {
  const Result<PlanReport> report = decode_plan_report(kPlan);
  REQUIRE(report.has_value());
  std::string text;
  for (const StyledLine& line : lay_out_plan(*report, width)) text += line.text + "\n";
  return text;
}

std::string body_for(std::string_view format, std::string_view model, std::string_view body) {
  const Result<ExplainedRequest> request = explained_request(format, model, body);
  return request ? request->path + " " + request->body : "refused: " + request.error().message;
}

}  // namespace

TEST_SUITE("plan_report") {
  TEST_CASE("a plan is shown in its order, with prices, health, keys, and why not") {
    CHECK(
        laid_out(120) ==
        "smart means maker/m (alias): 2 of 3 endpoints may be asked, the cheapest first\n"
        "  # ENDPOINT   IN $/M  OUT $/M  HEALTH                       KEYS          ASKED AS\n"
        "  1 acme/int4   $0.50    $1.00  99.50%, 420 ms, 35 tok/s     2 of 2 ready  a4 in openai\n"
        "  2 beta            -        -  circuit open, recent outage  0 of 3 ready  b in openai\n"
        "    set back: its circuit breaker is open\n"
        "    keys: 1 cooling, 1 circuit open, 1 refused, in 12 s\n"
        "  - gamma       $3.00    $6.00  -                            none needed   g\n"
        "    dropped: costs more than max_price allows: prompt 3 USD\n");
  }

  TEST_CASE("a narrow terminal loses columns, never a reason") {
    CHECK(laid_out(40) ==
          "smart means maker/m (alias): 2 of 3 endpoints may be asked, the cheapest first\n"
          "  # ENDPOINT   IN $/M  OUT $/M\n"
          "  1 acme/int4   $0.50    $1.00\n"
          "  2 beta            -        -\n"
          "    set back: its circuit breaker is\n"
          "    open\n"
          "    keys: 1 cooling, 1 circuit open, 1\n"
          "    refused, in 12 s\n"
          "  - gamma       $3.00    $6.00\n"
          "    dropped: costs more than max_price\n"
          "    allows: prompt 3 USD\n");
  }

  TEST_CASE("programs get every column of every endpoint, prices as bare numbers") {
    const Result<PlanReport> report = decode_plan_report(kPlan);
    REQUIRE(report.has_value());
    CHECK(report->kept() == 2);
    CHECK(
        tab_separated(plan_table(*report)) ==
        "1\tacme/int4\tmaker/m\ta4\topenai\t0.5\t1\t99.50%, 420 ms, 35 tok/s\t2 of 2 ready\tkept\t"
        "the cheapest first\n"
        "2\tbeta\tmaker/m\tb\topenai\t\t\tcircuit open, recent outage\t"
        "0 of 3 ready: 1 cooling, 1 circuit open, 1 refused, in 12 s\tset back\t"
        "set back: its circuit breaker is open\n"
        "\tgamma\tmaker/m\tg\t\t3\t6\t\tnone needed\tdropped\t"
        "costs more than max_price allows: prompt 3 USD\n");
  }

  TEST_CASE("several models are told apart, and nothing in a name commands the terminal") {
    const Result<PlanReport> report = decode_plan_report(
        R"({"requested":"auto","strategy":"weighted","candidates":[)"
        R"({"position":1,"endpoint":"a","model":"a/x","found_by":"auto","verdict":"kept",)"
        R"("reason":"drawn"},{"position":null,"endpoint":"b","model":"b/y","found_by":"auto",)"
        R"("verdict":"dropped","reason":"is \u001b[2Jodd"}]})");
    REQUIRE(report.has_value());
    std::string text;
    for (const StyledLine& line : lay_out_plan(*report, 80)) text += line.text + "\n";
    CHECK(text ==
          "auto and what follows it: 2 models: 1 of 2 endpoints may be asked, drawn\n"
          "  # ENDPOINT  MODEL  IN $/M  OUT $/M  HEALTH  KEYS  ASKED AS\n"
          "  1 a         a/x         -        -  -       -     -\n"
          "  - b         b/y         -        -  -       -     -\n"
          "    dropped: is odd\n");
  }

  TEST_CASE("what is no plan is refused") {
    for (const char* text :
         {"", "[]", "{}", R"({"candidates":{}})", R"({"choices":[]})", "<html>"}) {
      CAPTURE(text);
      CHECK(decode_plan_report(text).has_error());
    }
  }
}

TEST_SUITE("explained_request") {
  TEST_CASE("a model is put where each format has it, and the rest of the body stays") {
    CHECK(body_for("openai", "a/m", "") == R"(/v1/chat/completions {"model":"a/m","messages":[]})");
    CHECK(body_for("anthropic", "a/m", R"( {"model" : "x","n":1.0} )") ==
          R"(/v1/messages  {"model" : "a/m","n":1.0} )");
    CHECK(body_for("responses", "m\"", "{ }") == R"(/v1/responses {"model":"m\"" })");
    CHECK(body_for("gemini", "a/m:floor", "") ==
          R"(/v1beta/models/a%2Fm%3Afloor:generateContent {"contents":[]})");
  }

  TEST_CASE("a body may name its model itself") {
    CHECK(body_for("openai", "", R"({"model":"x"})") == R"(/v1/chat/completions {"model":"x"})");
    CHECK(body_for("openai", "", R"({"models":["x"]})") ==
          R"(/v1/chat/completions {"models":["x"]})");
    CHECK(body_for("gemini", "", R"({"model":"x"})") ==
          R"(/v1beta/models/x:generateContent {"model":"x"})");
    CHECK(body_for("openai", "", "{}").starts_with("refused: which model?"));
    CHECK(body_for("gemini", "", R"({"models":["x"]})").starts_with("refused: which model?"));
  }

  TEST_CASE("a body that is no object, or names a model twice, is refused") {
    CHECK(body_for("openai", "m", "[]").starts_with("refused: the body is no request: "));
    CHECK(body_for("openai", "m", R"({"model":"a","model":"b"})").starts_with("refused: "));
  }
}

}  // namespace arouter
