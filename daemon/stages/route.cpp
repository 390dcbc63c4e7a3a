#include "daemon/stages/route.hpp"

#include <algorithm>

#include "daemon/edge/answer.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/options.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/formats/registry.hpp"
#include "shared/routing/conversation.hpp"
#include "shared/routing/explain.hpp"
#include "shared/routing/parameters.hpp"

namespace arouter::daemon {

namespace {

using routing::Condition;

constexpr std::string_view kExplain = "x-arouter-explain";

/// Whether a call in the caller's format can be made in `format`.
bool carries(const Format& format, CallKind call) {
  switch (call) {
    case CallKind::chat:
      return true;
    case CallKind::completions:
      return false;  // the older endpoint of OpenAI only passes
    case CallKind::embeddings:
    case CallKind::one_embedding:
      return format.embeddings() != nullptr;
    case CallKind::count_tokens:
      return format.offers(call);
  }
  return false;
}

/// The format that `endpoint` is to be asked in; null when it cannot answer such a call.
const Format* format_for(const Exchange& exchange, const Endpoint& endpoint) {
  const CallKind call = exchange.route.call;
  const Provider& provider = *endpoint.provider;
  if (provider.speaks(exchange.format) && exchange.format->offers(call)) return exchange.format;
  // OpenAI's models that think do so beside tools in its younger API alone.
  const Format* const younger = find_format("responses");
  const bool prefers_it = provider.speaks(younger) && openai_traits(endpoint.model).younger;
  if (prefers_it && carries(*younger, call)) return younger;
  for (const Format* format : provider.formats) {
    if (carries(*format, call)) return format;
  }
  return nullptr;
}

/// Errors: bad_request for a word that means nothing.
Result<bool> asks_to_explain(const Exchange& exchange) {
  const std::string_view* value = exchange.head.fields.find(kExplain);
  if (value == nullptr) return false;
  for (const std::string_view yes : {"1", "true", "only"}) {
    if (same_name(*value, yes)) return true;
  }
  for (const std::string_view no : {"0", "false", ""}) {
    if (same_name(*value, no)) return false;
  }
  return client_error(ErrorKind::bad_request,
                      "the field X-ARouter-Explain must be 1, true, only, 0 or false");
}

/// Whether anything is drawn: between endpoints, or between keys.
bool has_choice(const std::vector<routing::ChosenModel>& models) {
  return std::any_of(models.begin(), models.end(), [](const routing::ChosenModel& each) {
    const std::vector<Endpoint>& endpoints = each.model->endpoints;
    return endpoints.size() > 1 || endpoints.front().provider->keys.size() > 1;
  });
}

std::uint64_t seed_of(const Exchange& exchange, Services& services) {
  std::uint64_t seed = 0;
  if (exchange.config().routing.affinity) {
    const std::string_view* session = exchange.head.fields.find("x-session-id");
    seed = routing::conversation_seed(exchange.body, exchange.request,
                                      session == nullptr ? std::string_view() : *session);
  }
  return seed != 0 ? seed : services.random();
}

bool is_about_speed(const routing::Preferences& preferences,
                    const std::vector<routing::ChosenModel>& models) {
  const auto is_set = [](const auto& bound) { return bound.has_value(); };
  return preferences.sort == routing::SortBy::throughput ||
         preferences.sort == routing::SortBy::latency ||
         std::any_of(preferences.min_throughput.begin(), preferences.min_throughput.end(),
                     is_set) ||
         std::any_of(preferences.max_latency.begin(), preferences.max_latency.end(), is_set) ||
         std::any_of(models.begin(), models.end(), [](const routing::ChosenModel& each) {
           return each.variant == routing::Variant::nitro;
         });
}

Condition condition_at(const Runtime& runtime, const Endpoint& endpoint, bool with_speed,
                       SteadyTime now) {
  Condition condition = runtime.health_of(endpoint).condition(with_speed, now);
  condition.open = runtime.health_of(*endpoint.provider).is_open(endpoint.model, now);
  return condition;
}

/// A head has little room; a plan that is the answer tells all.
void explain(Exchange& exchange, SteadyTime now) {
  const std::string& requested = exchange.request.model;
  if (!wants_plan_only(exchange)) {
    exchange.explained = routing::encode_plan(exchange.plan, requested);
    return;
  }
  const Runtime& runtime = *exchange.runtime;
  const routing::StandingOf standing_of = [&](const Endpoint& endpoint) {
    return routing::Standing{condition_at(runtime, endpoint, true, now),
                             runtime.health_of(*endpoint.provider).pool(endpoint.model, now)};
  };
  exchange.explained = routing::encode_whole_plan(exchange.plan, requested, standing_of);
}

/// Nobody answers such calls, as opposed to: nobody may.
bool is_not_offered(const routing::Plan& plan) {
  return std::all_of(
      plan.candidates.begin(), plan.candidates.end(),
      [](const routing::Candidate& each) { return each.drop == routing::Drop::not_offered; });
}

}  // namespace

Result<void> route(Exchange& exchange, Services& services) {
  const Catalog& catalog = *exchange.runtime->catalog;
  const RoutingConfig& rules = exchange.config().routing;
  const routing::Preferences& preferences = exchange.preferences;
  const KeyRecord& key = *exchange.caller.key;
  const Result<bool> explaining = asks_to_explain(exchange);
  if (!explaining) return explaining.error();
  const bool explains = *explaining;
  const Result<std::vector<routing::ChosenModel>> models =
      routing::resolve_models(catalog, exchange.request.model, preferences);
  if (!models) return models.error();
  exchange.model = models->front().model->id;
  const bool chooses = has_choice(*models) || models->size() > 1;
  if (chooses) exchange.seed = seed_of(exchange, services);

  std::vector<std::string> parameters;
  if (preferences.require_parameters) {
    parameters = routing::parameters_of(exchange.body, exchange.format->name());
  }
  const routing::Needs needs{.parameters = parameters,
                             .max_tokens = exchange.request.max_tokens,
                             .now_s = exchange.started_us / 1'000'000,
                             .deny_collection = preferences.deny_collection ||
                                                rules.deny_data_collection || key.deny_collection,
                             .zdr = preferences.zdr || rules.zdr || key.zdr,
                             .caller_keys = exchange.caller_keys,
                             .key = &key};
  const bool with_speed = is_about_speed(preferences, *models);
  const SteadyTime now = Clock::now();
  const routing::FormatOf format_of = [&](const Endpoint& endpoint) {
    return format_for(exchange, endpoint);
  };
  const routing::ConditionOf condition_of = [&](const Endpoint& endpoint) {
    if (!chooses && !explains) return Condition{};  // there is nothing to set it behind
    Condition condition = condition_at(*exchange.runtime, endpoint, with_speed, now);
    // How the pool's keys fare says nothing of the caller's.
    if (find_caller_key(exchange.caller_keys, *endpoint.provider) != nullptr) {
      condition.open = false;
    }
    return condition;
  };
  exchange.plan =
      routing::make_plan(*models, preferences, needs, format_of, condition_of, exchange.seed);
  if (explains) explain(exchange, now);
  if (exchange.plan.kept > 0 || wants_plan_only(exchange)) return {};
  if (exchange.route.call == CallKind::count_tokens && is_not_offered(exchange.plan)) return {};
  return routing::nothing_left(exchange.plan, exchange.request.model);
}

bool wants_plan_only(const Exchange& exchange) {
  const std::string_view* value = exchange.head.fields.find(kExplain);
  return value != nullptr && same_name(*value, "only");
}

void answer_plan(Exchange& exchange) {
  exchange.status = 200;
  AnswerHead head{.content_length = exchange.explained.size(), .keep_alive = exchange.keep_alive};
  append_request_id(head.fields, exchange);
  append_allowed_origin(head.fields, exchange);
  exchange.tail = encode_head(head) + exchange.explained;
}

}  // namespace arouter::daemon
