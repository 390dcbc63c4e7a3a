#include "daemon/api/providers.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/api/api.hpp"
#include "shared/date.hpp"
#include "shared/formats/format.hpp"
#include "shared/json_writer.hpp"
#include "shared/model_members.hpp"

namespace arouter::daemon {

namespace {

/// What each provider offers: by Endpoint::index, so that nothing is told twice.
using Offers = std::map<const Provider*, std::map<std::size_t, const Endpoint*>>;

Offers offers_of(const Catalog& catalog) {
  Offers offers;
  for (const Model& model : catalog.models) {
    for (const Endpoint& endpoint : model.endpoints) {
      offers[endpoint.provider].emplace(endpoint.index, &endpoint);
    }
  }
  return offers;
}

bool is_usable(const KeyStatus& key) {
  return key.hindrance == KeyHindrance::none || key.hindrance == KeyHindrance::busy;
}

void write_key(JsonWriter& json, const KeyStatus& key, const FareTime& time) {
  using std::chrono::seconds;
  json.begin_object();
  write_text_or_null(json, "name", key.name);
  json.string("state", state_of(key));
  write_count_or_null(json, "ready_in", std::chrono::ceil<seconds>(key.ready_in).count());
  json.number("running", key.running);
  std::string changed;
  if (key.changed_at) {
    const auto ago = std::chrono::floor<seconds>(time.now - *key.changed_at);
    changed = encode_date(time.now_s - ago.count());
  }
  write_text_or_null(json, "last_change", changed);
  json.end_object();
}

void write_provider(JsonWriter& json, const Provider& provider, std::size_t models,
                    const ProviderFare& fare, const FareTime& time) {
  json.begin_object();
  json.string("id", provider.name).string("name", provider.display_name);
  json.string("slug", provider.name);
  json.number("model_count", static_cast<std::int64_t>(models));
  json.boolean("is_byok_supported", provider.byok);
  json.null("privacy_policy_url").null("terms_of_service_url").null("status_page_url");
  json.string("status", status_of(fare, time.now));
  json.string("host", provider.origin.host_header);
  json.begin_array("formats");
  for (const Format* format : provider.formats) json.string(format->name());
  json.end_array();
  write_data_policy(json, provider.data_policy);
  json.number("running", fare.running);
  json.begin_array("keys");
  for (const KeyStatus& key : fare.keys) write_key(json, key, time);
  json.end_array();
  write_measures(json, fare.window, time.now);
  json.end_object();
}

}  // namespace

std::string_view status_of(const ProviderFare& fare, SteadyTime now) {
  if (std::none_of(fare.keys.begin(), fare.keys.end(), is_usable)) return "unavailable";
  const auto is_well = [](const KeyStatus& key) {
    return is_usable(key) && key.breaker == BreakerState::closed;
  };
  const bool all_well = std::all_of(fare.keys.begin(), fare.keys.end(), is_well);
  const routing::Setback setback = routing::setback_of(condition_of(fare.window, false, now));
  return all_well && setback == routing::Setback::none ? "healthy" : "degraded";
}

std::string_view state_of(const KeyStatus& key) {
  switch (key.hindrance) {
    case KeyHindrance::revoked:
      return "revoked";
    case KeyHindrance::cooling:
      return "cooling";
    case KeyHindrance::open:
      return "open";
    case KeyHindrance::busy:
      return "busy";
    case KeyHindrance::foreign:
    case KeyHindrance::none:
      break;
  }
  return key.breaker == BreakerState::closed ? "closed" : "half_open";
}

std::string encode_providers(const Catalog& catalog,
                             const std::function<ProviderFare(const Provider&)>& fare_of,
                             const FareTime& time) {
  const Offers offers = offers_of(catalog);
  std::string text;
  JsonWriter json(text);
  json.begin_object().begin_array("data");
  for (const auto& provider : catalog.providers) {
    const auto found = offers.find(provider.get());
    const std::size_t models = found == offers.end() ? 0 : found->second.size();
    write_provider(json, *provider, models, fare_of(*provider), time);
  }
  json.end_array().end_object();
  return text;
}

void answer_providers(Exchange& exchange) {
  const Runtime& runtime = *exchange.runtime;
  const FareTime time{Clock::now(), exchange.started_us / 1'000'000};
  const Offers offers = offers_of(*runtime.catalog);
  const auto fare_of = [&](const Provider& provider) {
    ProviderFare fare{.keys = runtime.health_of(provider).status(time.now),
                      .running = runtime.state_of(provider).running.load()};
    const auto found = offers.find(&provider);
    if (found == offers.end()) return fare;
    for (const auto& [index, endpoint] : found->second) {
      fare.window.add_all(runtime.health_of(*endpoint).window());
    }
    return fare;
  };
  answer_json(exchange, encode_providers(*runtime.catalog, fare_of, time));
}

}  // namespace arouter::daemon
