#include "shared/model_endpoints.hpp"

#include <optional>

#include "shared/date.hpp"
#include "shared/model_members.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr int kThousandths = 3;
constexpr int kHundredths = 2;

/// A value of a whole number of units of 10^-places.
void write_measure(JsonWriter& json, std::string_view key, std::uint64_t value, int places) {
  json.raw(key, encode_decimal(value, places));
}

void write_uptime(JsonWriter& json, std::string_view key, const HealthWindow& window,
                  HealthSpan span, SteadyTime now) {
  const std::optional<std::uint32_t> uptime = window.uptime(span, now);
  uptime ? write_measure(json, key, *uptime, kHundredths) : static_cast<void>(json.null(key));
}

void write_percentiles(JsonWriter& json, std::string_view key,
                       const std::optional<HealthPercentiles>& values, int places) {
  if (!values) {
    json.null(key);
    return;
  }
  json.begin_object(key);
  write_measure(json, "p50", values->p50, places);
  write_measure(json, "p75", values->p75, places);
  write_measure(json, "p90", values->p90, places);
  write_measure(json, "p99", values->p99, places);
  json.end_object();
}

int status_of(const Endpoint& endpoint, routing::Setback setback, std::int64_t now_s) {
  using routing::Setback;
  if (endpoint.expires_s != 0 && now_s >= endpoint.expires_s) return -10;
  if (setback == Setback::open) return -3;
  if (setback == Setback::down) return -2;
  return setback == Setback::none ? 0 : -1;
}

void write_expiration(JsonWriter& json, std::int64_t expires_s) {
  // The last day that it is served.
  constexpr std::size_t kDay = std::string_view("2027-01-31").size();
  const std::string day = expires_s == 0 ? "" : encode_date(expires_s - 1).substr(0, kDay);
  write_text_or_null(json, "expiration_date", day);
}

void write_endpoint(JsonWriter& json, const Model& model, const Endpoint& endpoint,
                    const EndpointFare& fare, const FareTime& time) {
  const Provider& provider = *endpoint.provider;
  const std::string_view name = shown_name(model.id, model.listed);
  json.begin_object();
  json.string("name", provider.display_name + ": " + std::string(name));
  json.string("model", model.id).string("model_id", model.id).string("model_name", name);
  json.string("provider_id", provider.name).string("provider_name", provider.display_name);
  json.string("tag", endpoint.tag).string("upstream_model", endpoint.model);
  // 0 where it is not known: OpenRouter's library refuses null here.
  json.number("context_length", endpoint.context_length);
  write_count_or_null(json, "max_completion_tokens", endpoint.max_completion_tokens);
  json.null("max_prompt_tokens");
  write_pricing(json, endpoint.pricing, true);
  write_text_or_null(json, "quantization", endpoint.quantization);
  write_words(json, "supported_parameters", endpoint.supported_parameters);
  json.boolean("supports_implicit_caching", false);
  json.boolean("is_zdr", endpoint.zdr);
  write_data_policy(json, {endpoint.collects, endpoint.zdr, endpoint.retention_days});
  write_expiration(json, endpoint.expires_s);
  const routing::Setback setback = routing::setback_of(fare.condition);
  json.number("status", status_of(endpoint, setback, time.now_s));
  write_text_or_null(json, "setback", routing::setback_name(setback));
  write_measures(json, fare.window, time.now);
  json.end_object();
}

}  // namespace

void write_measures(JsonWriter& json, const HealthWindow& window, SteadyTime now) {
  constexpr HealthSpan kSpan = HealthSpan::half_hour;
  const HealthCounts counts = window.counts(kSpan, now);
  json.number("requests_last_30m", static_cast<std::int64_t>(counts.successes + counts.failures));
  json.number("rate_limited_last_30m", static_cast<std::int64_t>(counts.rate_limited));
  write_uptime(json, "uptime_last_5m", window, HealthSpan::five_minutes, now);
  write_uptime(json, "uptime_last_30m", window, kSpan, now);
  write_uptime(json, "uptime_last_1d", window, HealthSpan::day, now);
  write_percentiles(json, "latency_last_30m", window.first_token(kSpan, now), 0);
  write_percentiles(json, "throughput_last_30m", window.throughput(kSpan, now), kThousandths);
}

void write_data_policy(JsonWriter& json, const DataPolicy& policy) {
  const auto fact = [&](std::string_view key, const std::optional<bool>& value) {
    value ? json.boolean(key, *value) : json.null(key);
  };
  json.begin_object("data_policy");
  fact("collects", policy.collects);
  fact("zdr", policy.zdr);
  policy.retention_days ? json.number("retention_days", *policy.retention_days)
                        : json.null("retention_days");
  json.end_object();
}

std::string encode_endpoints(const Model& model, const FareOf& fare_of, const FareTime& time) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().begin_object("data");
  json.string("id", model.id).string("name", shown_name(model.id, model.listed));
  json.number("created", model.listed.created).string("description", model.listed.description);
  write_architecture(json, model.listed.architecture, true);
  json.begin_array("endpoints");
  for (const Endpoint& endpoint : model.endpoints) {
    write_endpoint(json, model, endpoint, fare_of(endpoint), time);
  }
  json.end_array().end_object().end_object();
  return text;
}

}  // namespace arouter
