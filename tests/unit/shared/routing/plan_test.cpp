#include "shared/routing/plan.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "shared/formats/registry.hpp"
#include "shared/routing/explain.hpp"
#include "tests/unit/shared/routing/catalog_text.hpp"

namespace arouter::routing {

namespace {

// Four offers of one model, at 1, 2, 3 and an unknown number of USD per million.
constexpr std::string_view kText = R"(
[[provider]]
name = "one"
base_url = "http://127.0.0.1:1/v1"
data_policy = { collects = false, zdr = true }
[[provider]]
name = "two"
base_url = "http://127.0.0.1:2/v1"
data_policy = { collects = true }
[[provider]]
name = "three"
base_url = "http://127.0.0.1:3/v1"
data_policy = { collects = false }
[[provider]]
name = "four"
base_url = "http://127.0.0.1:4/v1"
[[provider.model]]
id = "m4"

[[model]]
id = "all/m"
[[model.endpoints]]
provider = "one"
model = "m1"
quantization = "fp8"
max_completion_tokens = 1000
supported_parameters = ["tools", "temperature"]
pricing = { prompt = "0.000001", completion = "0.000001" }
[[model.endpoints]]
provider = "two"
model = "m2"
quantization = "int4"
context_length = 200000
supported_parameters = ["temperature"]
pricing = { prompt = "0.000002", completion = "0.000002" }
[[model.endpoints]]
provider = "three"
model = "m3"
context_length = 200000
pricing = { prompt = "0.000003", completion = "0.000003" }
[[model.endpoints]]
provider = "four"
model = "m4"

[[model]]
id = "all/second"
[[model.endpoints]]
provider = "one"
model = "n1"
pricing = { prompt = "0", completion = "0" }
)";

using Strings = std::vector<std::string>;
using Conditions = std::map<std::string, Condition>;

/// A request, and what became of it.
struct Case {
  Preferences preferences{};
  Needs needs{};
  Conditions conditions{};
  Strings models{"all/m"};
  Variant variant = Variant::none;
  std::uint64_t seed = 1;
  std::string not_offered{};  // a provider that does not answer such calls

  Plan plan() const {
    std::vector<ChosenModel> chosen;
    for (const std::string& id : models) {
      chosen.push_back({catalog->by_id.at(id), variant, ModelMatch::By::id});
    }
    const FormatOf format_of = [this](const Endpoint& endpoint) {
      return endpoint.provider->name == not_offered ? nullptr : find_format("openai");
    };
    const ConditionOf condition_of = [this](const Endpoint& endpoint) {
      const auto found = conditions.find(endpoint.provider->name);
      return found == conditions.end() ? Condition{} : found->second;
    };
    return make_plan(chosen, preferences, needs, format_of, condition_of, seed);
  }

  /// Providers in the order they are tried in.
  Strings order() const {
    const Plan made = plan();
    Strings names;
    for (std::size_t i = 0; i < made.kept; ++i) {
      names.push_back(made.candidates[i].endpoint->provider->name);
    }
    return names;
  }

  /// "two data_policy:training", sorted as the plan has them.
  Strings dropped() const {
    const Plan made = plan();
    Strings names;
    for (std::size_t i = made.kept; i < made.candidates.size(); ++i) {
      const Candidate& it = made.candidates[i];
      names.push_back(it.endpoint->provider->name + " " + std::string(drop_name(it.drop)));
    }
    return names;
  }

  std::shared_ptr<const Catalog> catalog = catalog_from(kText);
};

/// Sorted by price, so that an order is known.
Case by_price() {
  Case it;
  it.preferences.sort = SortBy::price;
  return it;
}

Condition with_open() {
  Condition condition;
  condition.open = true;
  return condition;
}

}  // namespace

TEST_SUITE("routing plan") {
  TEST_CASE("sort by price: the unknown price comes last") {
    CHECK(by_price().order() == Strings{"one", "two", "three", "four"});
    CHECK(by_price().plan().strategy == "price");
  }

  TEST_CASE("order comes first, the rest behind it") {
    Case it = by_price();
    it.preferences.order = {"three", "nobody", "two"};
    CHECK(it.order() == Strings{"three", "two", "one", "four"});
    it.preferences.allow_fallbacks = false;
    CHECK(it.order() == Strings{"three", "two"});
    CHECK(it.dropped() == Strings{"one provider_order", "four provider_order"});
  }

  TEST_CASE("a provider that the request brings a key for comes first, if it may be asked at all") {
    Case it = by_price();
    const std::vector<CallerKey> keys{{.provider = it.catalog->find_provider("three")},
                                      {.provider = it.catalog->find_provider("two")}};
    it.needs.caller_keys = keys;
    CHECK(it.order() == Strings{"two", "three", "one", "four"});
    CHECK(it.plan().candidates[0].caller_key == &keys[1]);
    CHECK(it.plan().candidates[2].caller_key == nullptr);
    CHECK(reason_of(it.plan(), 0) == "the request brings a key for it");
    it.preferences.order = {"one", "three"};
    CHECK(it.order() == Strings{"three", "two", "one", "four"});
    it.conditions["two"].had_outage = true;
    it.conditions["three"] = with_open();
    CHECK(it.order() == Strings{"two", "three", "one", "four"});
    it.needs.deny_collection = true;
    CHECK(it.order() == Strings{"three", "one"});
    it.models = {"all/second", "all/m"};  // the models' order is the request's own
    CHECK(it.order() == Strings{"one", "three", "one"});
    it.models = {"all/m"};
    it.needs.deny_collection = false;
    it.conditions.clear();
    it.preferences.order.clear();
    it.preferences.allow_fallbacks = false;
    CHECK(it.order() == Strings{"two"});
  }

  TEST_CASE("a provider without a key of its own needs the caller's") {
    const auto built = catalog_from(
        "[[provider]]\nname = \"acme\"\nbase_url = \"http://127.0.0.1:1/v1\"\nbyok = true\n"
        "[[provider.model]]\nid = \"m\"\n");
    const std::vector<ChosenModel> models{{built->by_id.at("acme/m")}};
    const auto plan_with = [&](std::span<const CallerKey> keys) {
      return make_plan(
          models, {}, {.caller_keys = keys}, [](const Endpoint&) { return find_format("openai"); },
          [](const Endpoint&) { return Condition{}; }, 1);
    };
    const Plan none = plan_with({});
    CHECK(none.kept == 0);
    CHECK(none.candidates[0].drop == Drop::no_caller_key);
    CHECK(nothing_left(none, "acme/m").code == "provider_key_required");
    CHECK(nothing_left(none, "acme/m").kind == ErrorKind::bad_request);
    const std::vector<CallerKey> keys{{.provider = built->find_provider("acme")}};
    CHECK(plan_with(keys).kept == 1);
  }

  TEST_CASE("only and ignore") {
    Case it = by_price();
    it.preferences.only = {"two", "four"};
    CHECK(it.order() == Strings{"two", "four"});
    CHECK(it.dropped() == Strings{"one allowed_providers", "three allowed_providers"});
    it.preferences.ignore = {"two"};
    CHECK(it.order() == Strings{"four"});
  }

  TEST_CASE("without fallbacks the first one is the only one") {
    Case it = by_price();
    it.preferences.allow_fallbacks = false;
    CHECK(it.order() == Strings{"one"});
    CHECK(it.dropped().size() == 3);
  }

  TEST_CASE("what is not known of a data policy counts as collecting") {
    Case it = by_price();
    it.needs.deny_collection = true;
    CHECK(it.order() == Strings{"one", "three"});
    CHECK(it.dropped() == Strings{"two data_policy:training", "four data_policy:training"});
    it.needs.zdr = true;
    CHECK(it.order() == Strings{"one"});
  }

  TEST_CASE("quantizations, where what is not said is unknown") {
    Case it = by_price();
    it.preferences.quantizations = {"fp8", "unknown"};
    CHECK(it.order() == Strings{"one", "three", "four"});
    CHECK(it.dropped() == Strings{"two quantization"});
  }

  TEST_CASE("max_price is for a million tokens, and an equal price passes") {
    Case it = by_price();
    it.preferences.max_price.prompt = Money{2'000'000'000'000};
    CHECK(it.order() == Strings{"one", "two"});
    CHECK(it.dropped() == Strings{"three max_price", "four max_price"});
    it.preferences.max_price.completion = Money{1'999'999'999'999};
    CHECK(it.order() == Strings{"one"});
  }

  TEST_CASE("require_parameters, where one that declares nothing may take anything") {
    Case it = by_price();
    const Strings parameters{"temperature", "tools"};
    it.needs.parameters = parameters;
    CHECK(it.order().size() == 4);
    it.preferences.require_parameters = true;
    CHECK(it.order() == Strings{"one", "three", "four"});
    const Plan plan = it.plan();
    CHECK(plan.candidates.back().detail == "tools");
  }

  TEST_CASE("a call that a provider does not answer") {
    Case it = by_price();
    it.not_offered = "one";
    CHECK(it.order() == Strings{"two", "three", "four"});
    CHECK(it.dropped() == Strings{"one wrong_endpoint"});
  }

  TEST_CASE("models are tried one after the other, or all together") {
    Case it = by_price();
    it.models = {"all/m", "all/second"};
    CHECK(it.order() == Strings{"one", "two", "three", "four", "one"});
    it.preferences.sort_across_models = true;
    CHECK(it.plan().candidates.front().endpoint->model == "n1");
  }

  TEST_CASE("troubles set back, and an open breaker goes last of all, even before an order") {
    Case it = by_price();
    it.conditions["one"].had_outage = true;
    CHECK(it.order() == Strings{"two", "three", "four", "one"});
    it.conditions["two"].uptime = 90'00;
    CHECK(it.order() == Strings{"three", "four", "two", "one"});
    it.conditions["three"].uptime = 79'99;
    CHECK(it.order() == Strings{"four", "two", "one", "three"});
    it.conditions["four"] = with_open();
    CHECK(it.order() == Strings{"two", "one", "three", "four"});
    it.preferences.order = {"four", "three"};
    CHECK(it.order() == Strings{"three", "two", "one", "four"});
  }

  TEST_CASE("preferred throughput and latency set back, and only by what was measured") {
    Case it = by_price();
    it.conditions["one"].throughput[0] = 10'000;
    it.conditions["one"].first_token_ms[3] = 9'000;
    it.preferences.min_throughput[0] = 10'001;
    CHECK(it.order() == Strings{"two", "three", "four", "one"});
    it.preferences.min_throughput[0] = 10'000;
    CHECK(it.order().front() == "one");
    it.preferences.max_latency[3] = 8'999;
    CHECK(it.order().back() == "one");
  }

  TEST_CASE("a longer answer than an endpoint gives sets it back") {
    Case it = by_price();
    it.needs.max_tokens = 1'001;
    CHECK(it.order().back() == "one");
    it.needs.max_tokens = 1'000;
    CHECK(it.order().front() == "one");
  }

  TEST_CASE("the fastest first, after those that were never measured") {
    Case it;
    it.preferences.sort = SortBy::throughput;
    it.conditions["one"].throughput[0] = 10;
    it.conditions["two"].throughput[0] = 30;
    it.conditions["three"].throughput[0] = 20;
    CHECK(it.order() == Strings{"four", "two", "three", "one"});
    it.preferences.sort = SortBy::latency;
    it.conditions["one"].first_token_ms[0] = 10;
    it.conditions["two"].first_token_ms[0] = 30;
    it.conditions["three"].first_token_ms[0] = 20;
    CHECK(it.order() == Strings{"four", "one", "three", "two"});
  }

  TEST_CASE("variants") {
    Case it = by_price();
    it.models = {"all/m", "all/second"};
    it.variant = Variant::free;
    CHECK(it.order() == Strings{"one"});
    it.models = {"all/m"};
    it.variant = Variant::extended;
    CHECK(it.order() == Strings{"two", "three"});
    it.variant = Variant::exacto;
    CHECK(it.order() == Strings{"one", "three", "four"});
    it.preferences.sort = SortBy::none;
    it.variant = Variant::floor;
    CHECK(it.order() == Strings{"one", "two", "three", "four"});
    CHECK(it.plan().strategy == "price");
    it.preferences.order = {"two"};
    CHECK(it.plan().strategy == "order");
  }

  TEST_CASE("the default draws with a weight of 1/price^2") {
    Case it;
    it.preferences.only = {"one", "three"};
    int firsts = 0;
    constexpr int kDraws = 20'000;
    for (int i = 0; i < kDraws; ++i) {
      it.seed = static_cast<std::uint64_t>(i) + 1;
      firsts += it.order().front() == "one" ? 1 : 0;
    }
    // 9 to 1; the deviation of 20,000 draws is 0.2 %.
    CHECK(firsts > kDraws * 89 / 100);
    CHECK(firsts < kDraws * 91 / 100);
  }

  TEST_CASE("a conversation stays while nothing fails, and comes back") {
    for (std::uint64_t seed = 1; seed < 200; ++seed) {
      Case it;
      it.seed = seed;
      const Strings well = it.order();
      CHECK(it.order() == well);
      it.conditions[well.front()] = with_open();
      const Strings failed = it.order();
      CHECK(failed.front() == well[1]);
      CHECK(failed.back() == well.front());
      it.conditions.clear();
      CHECK(it.order() == well);
    }
  }

  TEST_CASE("when nothing is left, each endpoint's rule is named") {
    Case it;
    it.needs.zdr = true;
    it.needs.deny_collection = true;
    it.preferences.ignore = {"one"};
    const Error error = nothing_left(it.plan(), "all/m");
    CHECK(error.code == "constraint_filtered");
    CHECK(error.message ==
          "no endpoint of 'all/m' may be asked: one provider.ignore names it; two does not promise "
          "zero data retention (zdr); three does not promise zero data retention (zdr); four does "
          "not promise zero data retention (zdr)");
    it.preferences = {};
    it.preferences.only = {"two", "three", "four"};
    it.models = {"all/m"};
    CHECK(nothing_left(it.plan(), "all/m").code == "constraint_filtered");
    it.models = {"all/second"};
    it.preferences = {};
    it.needs = {};
    it.not_offered = "one";
    CHECK(nothing_left(it.plan(), "all/second").code == "no_endpoints");
  }

  TEST_CASE("a plan explains itself") {
    Case it = by_price();
    it.models = {"all/m"};
    it.preferences.only = {"one", "two"};
    it.conditions["two"].had_outage = true;
    const std::string text = encode_plan(it.plan(), "all/m");
    CHECK(text.find(R"("requested":"all/m","strategy":"price")") != std::string::npos);
    CHECK(text.find(R"({"position":1,"provider":"one","endpoint":"one","model":"all/m",)"
                    R"("found_by":"id","verdict":"kept","code":null,"is_byok":false,)"
                    R"("reason":"the cheapest first"})") != std::string::npos);
    CHECK(text.find(R"("verdict":"set back","code":"recent_outage",)") != std::string::npos);
    CHECK(text.find(R"({"position":null,"provider":"three")") != std::string::npos);
    CHECK(text.find(R"("code":"allowed_providers")") != std::string::npos);
  }

  TEST_CASE("the whole plan has each endpoint's offer, health and keys, and null for the unknown") {
    Case it = by_price();
    it.preferences.only = {"one", "four"};
    it.not_offered = "four";
    const StandingOf standing_of = [](const Endpoint& endpoint) {
      Standing standing;
      standing.keys.without_keys = true;
      if (endpoint.provider->name != "one") return standing;
      standing.condition.uptime = 97'05;
      standing.condition.first_token_ms[0] = 420;
      standing.condition.throughput[0] = 50;
      standing.keys = {.ready = 1, .cooling = 2, .ready_in_ms = 0};
      return standing;
    };
    const std::string text = encode_whole_plan(it.plan(), "all/m", standing_of);
    const auto holds = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    CAPTURE(text);
    CHECK(holds(R"("reason":"the cheapest first","upstream_model":"m1","format":"openai",)"
                R"("context_length":null,"pricing":{"prompt":"0.000001","completion":"0.000001"},)"
                R"("health":{"uptime_percent":97.05,"recent_outage":false,"circuit_open":false,)"
                R"("first_token_ms":420,"tokens_per_second":0.050},"keys":{"ready":1,"busy":0,)"
                R"("cooling":2,"open":0,"revoked":0,"foreign":0,"ready_in_ms":0}})"));
    CHECK(holds(R"("upstream_model":"m4","format":null,"context_length":null,"pricing":null,)"
                R"("health":{"uptime_percent":null,"recent_outage":false,"circuit_open":false,)"
                R"("first_token_ms":null,"tokens_per_second":null},"keys":null})"));
  }
}

}  // namespace arouter::routing
