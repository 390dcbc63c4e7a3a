#include "shared/model_endpoints.hpp"

#include <doctest/doctest.h>

#include "shared/validate/json_tree.hpp"

namespace arouter {

namespace {

using std::chrono::milliseconds;
using validate::JsonTree;

constexpr SteadyTime kNow{std::chrono::hours(100)};
constexpr std::int64_t kNow_s = 1'796'000'000;

Provider acme() {
  Provider provider;
  provider.name = "acme";
  provider.display_name = "Acme Inc.";
  return provider;
}

Model model_at(const Provider& provider) {
  Model model;
  model.id = "maker/shared";
  model.listed.name = "Shared";
  model.listed.created = 1'795'000'000;
  Endpoint endpoint;
  endpoint.provider = &provider;
  endpoint.model = "shared-1";
  endpoint.tag = "acme/fp8";
  endpoint.quantization = "fp8";
  endpoint.context_length = 128'000;
  endpoint.max_completion_tokens = 8'192;
  endpoint.pricing.known = true;
  endpoint.pricing.prompt = Money{2'000'000};
  endpoint.pricing.completion = Money{6'000'000};
  endpoint.supported_parameters = {"tools"};
  endpoint.retention_days = 30;
  model.endpoints.push_back(endpoint);
  return model;
}

std::string document(const Model& model, const EndpointFare& fare = {}) {
  return encode_endpoints(model, [&](const Endpoint&) { return fare; }, {kNow, kNow_s});
}

/// One member of the first endpoint, as it is written.
std::string member(const std::string& text, std::string_view name) {
  const JsonTree tree = JsonTree::read(text);
  CHECK(tree.faults().empty());
  return std::string(tree.root()["data"]["endpoints"].children().front()[name].lexeme());
}

}  // namespace

TEST_SUITE("model_endpoints") {
  TEST_CASE("an offer is told whole, and null is what was not measured") {
    const Provider provider = acme();
    CHECK(document(model_at(provider)) ==
          R"({"data":{"id":"maker/shared","name":"Shared","created":1795000000,"description":"",)"
          R"("architecture":{"modality":"text->text","input_modalities":["text"],)"
          R"("output_modalities":["text"],"tokenizer":"Other","instruct_type":null},)"
          R"("endpoints":[{"name":"Acme Inc.: Shared","model":"maker/shared",)"
          R"("model_id":"maker/shared","model_name":"Shared","provider_id":"acme",)"
          R"("provider_name":"Acme Inc.","tag":"acme/fp8","upstream_model":"shared-1",)"
          R"("context_length":128000,"max_completion_tokens":8192,"max_prompt_tokens":null,)"
          R"("pricing":{"prompt":"0.000002","completion":"0.000006"},"quantization":"fp8",)"
          R"("supported_parameters":["tools"],"supports_implicit_caching":false,"is_zdr":false,)"
          R"("data_policy":{"collects":true,"zdr":false,"retention_days":30},)"
          R"("expiration_date":null,"status":0,"setback":null,"requests_last_30m":0,)"
          R"("rate_limited_last_30m":0,"uptime_last_5m":null,"uptime_last_30m":null,)"
          R"("uptime_last_1d":null,"latency_last_30m":null,"throughput_last_30m":null}]}})");
  }

  TEST_CASE("measures are exact decimals of what was counted") {
    const Provider provider = acme();
    EndpointFare fare;
    fare.window.count(HealthEvent::failure, kNow - std::chrono::hours(2));
    for (int i = 0; i < 3; ++i) fare.window.count(HealthEvent::success, kNow);
    fare.window.count(HealthEvent::rate_limited, kNow);
    fare.window.add_first_token(milliseconds(12), kNow);
    fare.window.add_throughput(HealthWindow::throughput_of(1, milliseconds(20)), kNow);
    const std::string text = document(model_at(provider), fare);
    CHECK(member(text, "requests_last_30m") == "3");
    CHECK(member(text, "rate_limited_last_30m") == "1");
    CHECK(member(text, "uptime_last_5m") == "100");
    CHECK(member(text, "uptime_last_1d") == "75");
    CHECK(member(text, "latency_last_30m") == R"({"p50":12,"p75":12,"p90":12,"p99":12})");
    // 50 tokens a second, on a scale of 6 %.
    CHECK(member(text, "throughput_last_30m") ==
          R"({"p50":51.232,"p75":51.232,"p90":51.232,"p99":51.232})");
  }

  TEST_CASE("the state says what sets an offer back, as plans say it") {
    const Provider provider = acme();
    Model model = model_at(provider);
    const auto state_of = [&](const routing::Condition& condition) {
      const std::string text = document(model, {condition, {}});
      return member(text, "status") + " " + member(text, "setback");
    };
    CHECK(state_of({.had_outage = true}) == R"(-1 "recent_outage")");
    CHECK(state_of({.uptime = 9'499}) == R"(-1 "degraded")");
    CHECK(state_of({.uptime = 7'999}) == R"(-2 "down")");
    CHECK(state_of({.open = true}) == R"(-3 "circuit_open")");
    model.endpoints.front().expires_s = kNow_s;
    CHECK(state_of({}) == "-10 null");
    model.endpoints.front().expires_s = 1'801'440'000;  // 2027-02-01T00:00:00Z
    CHECK(state_of({}) == "0 null");
    CHECK(member(document(model), "expiration_date") == R"("2027-01-31")");
  }

  TEST_CASE("what is not known is not 0, but where OpenRouter's library refuses null") {
    const Provider provider = acme();
    Model model = model_at(provider);
    Endpoint& endpoint = model.endpoints.front();
    endpoint.context_length = 0;
    endpoint.max_completion_tokens = 0;
    endpoint.pricing = {};
    endpoint.quantization.clear();
    endpoint.retention_days.reset();
    const std::string text = document(model);
    CHECK(member(text, "context_length") == "0");
    CHECK(member(text, "max_completion_tokens") == "null");
    CHECK(member(text, "pricing") == R"({"prompt":"-1","completion":"-1"})");
    CHECK(member(text, "quantization") == "null");
    CHECK(member(text, "data_policy") == R"({"collects":true,"zdr":false,"retention_days":null})");
  }
}

}  // namespace arouter
