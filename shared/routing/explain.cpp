// What a plan says for people and for machines.
#include <algorithm>

#include "shared/json_writer.hpp"
#include "shared/routing/plan.hpp"

namespace arouter::routing {

namespace {

constexpr std::size_t kShownRefusals = 8;

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

const std::string& provider_of(const Candidate& candidate) {
  return candidate.endpoint->provider->name;
}

bool all_dropped_for(const Plan& plan, std::initializer_list<Drop> drops) {
  return std::all_of(plan.candidates.begin(), plan.candidates.end(), [&](const Candidate& each) {
    return std::find(drops.begin(), drops.end(), each.drop) != drops.end();
  });
}

const char* refusal_code(const Plan& plan) {
  if (plan.candidates.empty() || all_dropped_for(plan, {Drop::not_offered})) return "no_endpoints";
  if (all_dropped_for(plan, {Drop::expired})) return "model_deprecated";
  if (all_dropped_for(plan, {Drop::collects_data, Drop::no_zdr})) return "privacy_restricted";
  return "constraint_filtered";
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
  return std::string(strategy_reason(plan.strategy));
}

std::string encode_plan(const Plan& plan, std::string_view requested) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().string("requested", requested).string("strategy", plan.strategy);
  json.begin_array("candidates");
  for (std::size_t i = 0; i < plan.candidates.size(); ++i) {
    const Candidate& it = plan.candidates[i];
    const bool is_kept = it.drop == Drop::none;
    json.begin_object();
    is_kept ? json.number("position", static_cast<std::int64_t>(i) + 1) : json.null("position");
    json.string("provider", provider_of(it)).string("endpoint", it.endpoint->tag);
    json.string("model", it.model->id).string("found_by", match_name(it.by));
    json.string("verdict", !is_kept                      ? "dropped"
                           : it.setback == Setback::none ? "kept"
                                                         : "set back");
    const std::string_view code = is_kept ? setback_name(it.setback) : drop_name(it.drop);
    code.empty() ? json.null("code") : json.string("code", code);
    json.string("reason", reason_of(plan, i)).end_object();
  }
  json.end_array().end_object();
  return out;
}

}  // namespace arouter::routing
