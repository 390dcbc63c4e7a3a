#include "shared/routing/explain.hpp"

#include <algorithm>

#include "shared/formats/format.hpp"
#include "shared/json_writer.hpp"

namespace arouter::routing {

namespace {

constexpr std::size_t kShownRefusals = 8;
constexpr std::size_t kMostInHead = 4 * 1024;  // clients give up on heads far longer than this

std::string drop_reason(const Candidate& candidate) {
  switch (candidate.drop) {
    case Drop::none:
      break;
    case Drop::not_offered:
      return "does not answer such calls";
    case Drop::ignored:
      return "provider.ignore names it";
    case Drop::not_in_only:
      return "provider.only does not name it";
    case Drop::not_in_order:
      return "provider.order does not name it, and allow_fallbacks is false";
    case Drop::no_fallback:
      return "allow_fallbacks is false, and another one comes first";
    case Drop::collects_data:
      return "may store what it is sent, or does not say, and data_collection is deny";
    case Drop::no_zdr:
      return "does not promise zero data retention (zdr)";
    case Drop::quantization:
      return "its quantization is " + candidate.detail;
    case Drop::max_price:
      return "costs more than max_price allows: " + candidate.detail + " USD";
    case Drop::price_unknown:
      return "its price is not known, and the request sets max_price";
    case Drop::parameter:
      return "does not take '" + candidate.detail + "', and require_parameters is true";
    case Drop::not_free:
      return "is not free of charge (:free)";
    case Drop::short_context:
      return "has not the longest context of the model (:extended)";
    case Drop::no_reasoning:
      return "does not take a request for reasoning (:thinking)";
    case Drop::no_tools:
      return "does not take tools (:exacto)";
    case Drop::expired:
      return "is no longer offered: its expiration_date is over";
    case Drop::provider_not_allowed:
      return "the api key is not allowed to use this provider";
    case Drop::model_not_allowed:
      return "the api key is not allowed to use this model";
    case Drop::no_caller_key:
      return "is asked with the caller's own key, and the request brings none";
  }
  return {};
}

std::string_view setback_reason(Setback setback) {
  switch (setback) {
    case Setback::none:
      break;
    case Setback::slow:
      return "slower than preferred_min_throughput";
    case Setback::late:
      return "later than preferred_max_latency";
    case Setback::short_answer:
      return "gives shorter answers than max_tokens asks for";
    case Setback::degraded:
      return "less than 95 % of its requests went well lately";
    case Setback::outage:
      return "it failed in the last 30 seconds";
    case Setback::down:
      return "less than 80 % of its requests went well lately";
    case Setback::open:
      return "its circuit breaker is open";
  }
  return {};
}

std::string_view strategy_reason(std::string_view strategy) {
  if (strategy == "price") return "the cheapest first";
  if (strategy == "throughput") return "the fastest first";
  if (strategy == "latency") return "the quickest to begin first";
  if (strategy == "order") return "in the order of provider.order";
  return "drawn with a weight of 1/price^2";
}

/// False for a plan without candidates.
bool all_dropped_for(const Plan& plan, std::initializer_list<Drop> drops) {
  const auto is_one = [&](const Candidate& each) {
    return std::find(drops.begin(), drops.end(), each.drop) != drops.end();
  };
  return !plan.candidates.empty() &&
         std::all_of(plan.candidates.begin(), plan.candidates.end(), is_one);
}

const char* refusal_code(const Plan& plan) {
  if (plan.candidates.empty() || all_dropped_for(plan, {Drop::not_offered})) return "no_endpoints";
  if (all_dropped_for(plan, {Drop::expired})) return "model_deprecated";
  if (all_dropped_for(plan, {Drop::collects_data, Drop::no_zdr})) return "privacy_restricted";
  return "constraint_filtered";
}

/// Source: ARouter's API, "error handling": the one example of a 403.
Error not_allowed(const Plan& plan) {
  const bool is_provider = all_dropped_for(plan, {Drop::provider_not_allowed});
  const Candidate& first = plan.candidates.front();
  const std::string what = is_provider ? "provider '" + first.endpoint->provider->name + "'"
                                       : "model '" + first.model->id + "'";
  Error error = client_error(ErrorKind::forbidden, what + " is not allowed for this API key");
  error.code = is_provider ? "provider_not_allowed" : "model_not_allowed";
  return error;
}

/// `amount` in 1/10^`places`: "99.50".
std::string encode_decimal(std::int64_t amount, std::size_t places) {
  std::string digits = std::to_string(amount);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  return digits.insert(digits.size() - places, ".");
}

void write_price(JsonWriter& json, const PriceTable& pricing) {
  if (!pricing.known) {
    json.null("pricing");
    return;
  }
  json.begin_object("pricing").string("prompt", encode_money(pricing.prompt));
  json.string("completion", encode_money(pricing.completion));
  if (pricing.request.pico_usd > 0) json.string("request", encode_money(pricing.request));
  json.end_object();
}

void write_health(JsonWriter& json, const Condition& now) {
  const std::int64_t late = now.first_token_ms[0], fast = now.throughput[0];
  json.begin_object("health");
  now.uptime < 0 ? json.null("uptime_percent")
                 : json.raw("uptime_percent", encode_decimal(now.uptime, 2));
  json.boolean("recent_outage", now.had_outage).boolean("circuit_open", now.open);
  late < 0 ? json.null("first_token_ms") : json.number("first_token_ms", late);
  fast < 0 ? json.null("tokens_per_second")
           : json.raw("tokens_per_second", encode_decimal(fast, 3));
  json.end_object();
}

void write_keys(JsonWriter& json, const KeyPool& keys) {
  if (keys.without_keys) {
    json.null("keys");
    return;
  }
  json.begin_object("keys").number("ready", keys.ready).number("busy", keys.busy);
  json.number("cooling", keys.cooling).number("open", keys.open).number("revoked", keys.revoked);
  json.number("foreign", keys.foreign).number("ready_in_ms", keys.ready_in_ms).end_object();
}

void write_offer(JsonWriter& json, const Candidate& candidate, const Standing& standing) {
  const Endpoint& endpoint = *candidate.endpoint;
  json.string("upstream_model", endpoint.model);
  candidate.format == nullptr ? json.null("format")
                              : json.string("format", candidate.format->name());
  endpoint.context_length > 0 ? json.number("context_length", endpoint.context_length)
                              : json.null("context_length");
  write_price(json, endpoint.pricing);
  write_health(json, standing.condition);
  write_keys(json, standing.keys);
}

std::string_view verdict_of(const Candidate& candidate) {
  if (candidate.drop != Drop::none) return "dropped";
  return candidate.setback == Setback::none ? "kept" : "set back";
}

std::string encode_candidate(const Plan& plan, std::size_t index, const StandingOf* standing_of) {
  const Candidate& it = plan.candidates[index];
  const bool is_kept = it.drop == Drop::none;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  is_kept ? json.number("position", static_cast<std::int64_t>(index) + 1) : json.null("position");
  json.string("provider", it.endpoint->provider->name).string("endpoint", it.endpoint->tag);
  json.string("model", it.model->id).string("found_by", match_name(it.by));
  json.string("verdict", verdict_of(it));
  const std::string_view code = is_kept ? setback_name(it.setback) : drop_name(it.drop);
  code.empty() ? json.null("code") : json.string("code", code);
  json.boolean("is_byok", is_kept && it.caller_key != nullptr);
  json.string("reason", reason_of(plan, index));
  if (standing_of != nullptr) write_offer(json, it, (*standing_of)(*it.endpoint));
  json.end_object();
  return out;
}

/// In `most_bytes`, as far as the candidates fit.
std::string encode(const Plan& plan, std::string_view requested, const StandingOf* standing_of,
                   std::size_t most_bytes) {
  constexpr std::size_t kEnd = 40;  // a comma, "left_out" and the brackets
  std::string out;
  JsonWriter json(out);
  json.begin_object().string("requested", requested).string("strategy", plan.strategy);
  json.begin_array("candidates");
  std::size_t told = 0;
  for (; told < plan.candidates.size(); ++told) {
    const std::string candidate = encode_candidate(plan, told, standing_of);
    if (candidate.size() + kEnd > most_bytes - std::min(out.size(), most_bytes)) break;
    json.raw(candidate);
  }
  json.end_array();
  json.number("left_out", static_cast<std::int64_t>(plan.candidates.size() - told)).end_object();
  return out;
}

}  // namespace

std::string_view drop_name(Drop drop) noexcept {
  switch (drop) {
    case Drop::none:
      return "";
    case Drop::not_offered:
      return "wrong_endpoint";
    case Drop::ignored:
      return "ignored_providers";
    case Drop::not_in_only:
      return "allowed_providers";
    case Drop::not_in_order:
      return "provider_order";
    case Drop::no_fallback:
      return "allow_fallbacks";
    case Drop::collects_data:
      return "data_policy:training";
    case Drop::no_zdr:
      return "data_policy:zdr";
    case Drop::quantization:
      return "quantization";
    case Drop::max_price:
    case Drop::price_unknown:
      return "max_price";
    case Drop::parameter:
      return "require_parameters";
    case Drop::not_free:
      return "variant:free";
    case Drop::short_context:
      return "variant:extended";
    case Drop::no_reasoning:
      return "variant:thinking";
    case Drop::no_tools:
      return "variant:exacto";
    case Drop::expired:
      return "model_deprecated";
    case Drop::provider_not_allowed:
      return "key:allowed_providers";
    case Drop::model_not_allowed:
      return "key:allowed_models";
    case Drop::no_caller_key:
      return "provider_key_required";
  }
  return "";
}

std::string_view setback_name(Setback setback) noexcept {
  switch (setback) {
    case Setback::none:
      return "";
    case Setback::slow:
      return "preferred_min_throughput";
    case Setback::late:
      return "preferred_max_latency";
    case Setback::short_answer:
      return "max_tokens";
    case Setback::degraded:
      return "degraded";
    case Setback::outage:
      return "recent_outage";
    case Setback::down:
      return "down";
    case Setback::open:
      return "circuit_open";
  }
  return "";
}

Error nothing_left(const Plan& plan, std::string_view requested) {
  if (all_dropped_for(plan, {Drop::provider_not_allowed, Drop::model_not_allowed})) {
    return not_allowed(plan);
  }
  if (all_dropped_for(plan, {Drop::no_caller_key})) {
    return missing_caller_key(*plan.candidates.front().endpoint->provider);
  }
  std::string message =
      "no endpoint of '" + std::string(requested.substr(0, 128)) + "' may be asked";
  const std::size_t shown = std::min(plan.candidates.size(), kShownRefusals);
  for (std::size_t i = 0; i < shown; ++i) {
    const Candidate& candidate = plan.candidates[i];
    message += (i == 0 ? ": " : "; ") + candidate.endpoint->tag + " " + drop_reason(candidate);
  }
  if (shown < plan.candidates.size()) {
    message += "; and " + std::to_string(plan.candidates.size() - shown) + " more";
  }
  Error error = client_error(ErrorKind::model_not_found, std::move(message), "model");
  error.code = refusal_code(plan);
  return error;
}

std::string reason_of(const Plan& plan, std::size_t candidate) {
  const Candidate& it = plan.candidates[candidate];
  if (it.drop != Drop::none) return drop_reason(it);
  if (it.setback != Setback::none) return "set back: " + std::string(setback_reason(it.setback));
  if (it.caller_key != nullptr) return "the request brings a key for it";
  return std::string(strategy_reason(plan.strategy));
}

std::string encode_plan(const Plan& plan, std::string_view requested) {
  // A name may be as long as a client likes; ids are not.
  return encode(plan, requested.substr(0, kMostInHead / 8), nullptr, kMostInHead);
}

std::string encode_whole_plan(const Plan& plan, std::string_view requested,
                              const StandingOf& standing_of) {
  return encode(plan, requested, &standing_of, std::string::npos);
}

}  // namespace arouter::routing
