// Whom a request asks, in which order: the fields of its `provider` object, and what its model's
// name means. Every provider fails, so that all who may be asked are.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/routing_world.hpp"

namespace arouter::test {

namespace {

struct Row {
  const char* members;
  const char* asked;
};

void check_rows(const std::vector<Row>& rows, const std::string& routing = {}) {
  for (const Row& row : rows) {
    CAPTURE(row.members);
    CHECK(asked_in_vain(routed_chat(row.members), routing) == std::string(row.asked));
  }
}

}  // namespace

TEST_SUITE("routing") {
  TEST_CASE("provider: order and sort") {
    check_rows({
        {R"("provider":{"sort":"price"})", "a4 a8 g b d"},
        {R"("provider":{"sort":{"by":"price","partition":"model"}})", "a4 a8 g b d"},
        {R"("provider":{"order":["gamma"],"sort":"price"})", "g a4 a8 b d"},
        {R"("provider":{"order":["beta","acme"],"sort":"price"})", "b a4 a8 g d"},
        {R"("provider":{"order":["acme/fp8","beta"],"sort":"price"})", "a8 b a4 g d"},
        {R"("provider":{"order":["GAMMA","Acme/FP8"],"sort":"price"})", "g a8 a4 b d"},
        {R"("provider":{"order":["nobody","gamma"],"sort":"price"})", "g a4 a8 b d"},
        {R"("provider":{"order":["delta","gamma","beta","acme/int4","acme/fp8"]})", "d g b a4 a8"},
        {R"("provider":{"order":null,"only":null,"sort":"price","zdr":null})", "a4 a8 g b d"},
    });
  }

  TEST_CASE("provider: sorting across models") {
    check_rows({
        {R"("model":"maker/n","models":["maker/m"],"provider":{"sort":"price"})",
         "n-a n-b a4 a8 g b d"},
        {R"("model":"maker/n","models":["maker/m"],)"
         R"("provider":{"sort":{"by":"price","partition":"none"}})",
         "a4 n-a a8 n-b g b d"},
    });
  }

  TEST_CASE("provider: only, ignore and allow_fallbacks") {
    check_rows({
        {R"("provider":{"only":["delta","beta"],"sort":"price"})", "b d"},
        {R"("provider":{"only":["ACME/fp8"]})", "a8"},
        {R"("provider":{"only":"Beta"})", "b"},
        {R"("provider":{"ignore":["acme","DELTA"],"sort":"price"})", "g b"},
        {R"("provider":{"ignore":["acme/int4"],"sort":"price"})", "a8 g b d"},
        {R"("provider":{"only":["acme","beta"],"ignore":["acme/fp8"],"sort":"price"})", "a4 b"},
        {R"("provider":{"order":["delta"],"only":["beta","delta"]})", "d b"},
        {R"("provider":{"allow_fallbacks":false,"sort":"price"})", "a4"},
        {R"("provider":{"allow_fallbacks":true,"sort":"price"})", "a4 a8 g b d"},
        {R"("provider":{"order":["gamma","acme/int4"],"allow_fallbacks":false})", "g a4"},
        {R"("provider":{"only":["gamma","beta"],"allow_fallbacks":false,"sort":"price"})", "g"},
    });
  }

  TEST_CASE("provider: what an endpoint must be") {
    check_rows({
        {R"("provider":{"data_collection":"deny","sort":"price"})", "a4 a8 b"},
        {R"("provider":{"data_collection":"allow","sort":"price"})", "a4 a8 g b d"},
        {R"("provider":{"zdr":true,"sort":"price"})", "a4 a8"},
        {R"("provider":{"zdr":false,"sort":"price"})", "a4 a8 g b d"},
        {R"("provider":{"zdr":true,"data_collection":"deny","only":["acme/fp8"]})", "a8"},
        {R"("provider":{"quantizations":["fp8"]})", "a8"},
        {R"("provider":{"quantizations":["bf16","unknown"],"sort":"price"})", "g b d"},
        {R"("provider":{"max_price":{"prompt":2},"sort":"price"})", "a4 a8 g"},
        {R"("provider":{"max_price":{"prompt":1.999999},"sort":"price"})", "a4 a8"},
        {R"("provider":{"max_price":{"prompt":"2","completion":1.0}})", "a4"},
        {R"("provider":{"max_price":{"request":0},"sort":"price"})", "a4 a8 g b"},
        {R"("provider":{"max_price":{"prompt":2},"order":["gamma","beta"],"sort":"price"})",
         "g a4 a8"},
    });
  }

  TEST_CASE("provider: require_parameters, and what only sets back") {
    check_rows({
        {R"("tools":[],"seed":1,"provider":{"require_parameters":true,"sort":"price"})", "g b d"},
        {R"("temperature":1,"provider":{"require_parameters":true,"sort":"price"})", "a4 a8 g b d"},
        {R"("logit_bias":{},"provider":{"require_parameters":true,"sort":"price"})", "g d"},
        {R"("tools":[],"seed":1,"provider":{"sort":"price"})", "a4 a8 g b d"},
        {R"("max_tokens":5000,"provider":{"sort":"price"})", "g b d a4 a8"},
        {R"("max_tokens":5000,"provider":{"sort":"price","order":["acme/fp8"]})", "a8 g b d a4"},
        // Nothing was measured yet.
        {R"("provider":{"preferred_min_throughput":50,"sort":"price"})", "a4 a8 g b d"},
        {R"("provider":{"preferred_max_latency":{"p50":1,"p99":2.5},"sort":"price"})",
         "a4 a8 g b d"},
        {R"("provider":{"sort":"throughput"})", "a8 a4 b g d"},
        {R"("provider":{"sort":"latency"})", "a8 a4 b g d"},
    });
  }

  TEST_CASE("names: models to try, one behind the other") {
    check_rows({
        {R"("model":"maker/free","models":["maker/n"],"provider":{"sort":"price"})",
         "f-a f-b n-a n-b"},
        {R"("models":["maker/n","maker/free"],"route":"fallback","provider":{"sort":"price"})",
         "n-a n-b f-a f-b"},
        {R"("model":null,"models":["maker/n"],"provider":{"sort":"price"})", "n-a n-b"},
        {R"("model":"nobody/x","models":["maker/n","maker/n"],"provider":{"only":["beta"]})",
         "n-b"},
        {R"("model":"maker/n","models":["smart","n"],"provider":{"sort":"price"})", "n-a n-b"},
        {R"("model":"maker/n","models":["maker/m"],"provider":{"allow_fallbacks":false,)"
         R"("sort":"price"})",
         "n-a"},
    });
  }

  TEST_CASE("names: aliases, bare names and suffixes") {
    check_rows({
        {R"("model":"MAKER/m","provider":{"only":["beta"]})", "b"},
        {R"("model":"m","provider":{"only":["beta"]})", "b"},
        {R"("model":"smart","provider":{"sort":"price"})", "n-a n-b"},
        {R"("model":"claude-opus","provider":{"sort":"price"})", "n-a n-b"},
        {R"("model":"claude-opus:floor")", "n-a n-b"},
        {R"("model":"smart:floor")", "n-a n-b"},
        {R"("model":"maker/m:floor")", "a4 a8 g b d"},
        {R"("model":"maker/m:floor","provider":{"order":["gamma","beta"],"ignore":["acme"]})",
         "g b d"},
        {R"("model":"maker/m:nitro")", "a8 a4 b g d"},
        {R"("model":"maker/free:free")", "f-a"},
        {R"("model":"maker/m:extended")", "b"},
        {R"("model":"maker/m:thinking","provider":{"sort":"price"})", "g b d"},
        {R"("model":"maker/m:exacto","provider":{"sort":"price"})", "g b d"},
    });
  }

  TEST_CASE("names: auto chooses among the configuration's models, as the request narrows them") {
    check_rows(
        {
            {R"("model":"auto","provider":{"sort":"price"})", "f-a f-b n-a n-b"},
            {R"("model":"openrouter/auto","provider":{"sort":"price"},)"
             R"("plugins":[{"id":"auto-router","allowed_models":["*/n"]}])",
             "n-a n-b"},
            {R"("model":"auto","provider":{"only":["beta"]},)"
             R"("plugins":[{"id":"auto-router","excluded_models":["maker/n"]}])",
             "f-b"},
            {R"("model":"maker/n","models":["auto"],"provider":{"only":["acme"]})", "n-a f-a"},
        },
        "auto_models = [\"maker/free\", \"maker/n\"]");
  }

  TEST_CASE("names: what leads nowhere goes to the fallback model, and only that") {
    check_rows(
        {
            {R"("model":"whatever","provider":{"sort":"price"})", "n-a n-b"},
            {R"("model":"whatever","models":["maker/free"],"provider":{"sort":"price"})",
             "f-a f-b"},
            {R"("model":"maker/free","provider":{"sort":"price"})", "f-a f-b"},
        },
        "fallback_model = \"maker/n\"");
  }
}

}  // namespace arouter::test
