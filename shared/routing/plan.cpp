#include "shared/routing/plan.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "shared/routing/draw.hpp"

namespace arouter::routing {

namespace {

constexpr std::int32_t kNormalUptime = 95'00;
constexpr std::int32_t kPoorUptime = 80'00;
constexpr std::int64_t kMillion = 1'000'000;

using Names = std::vector<std::string>;

/// Whether `name` (lower case, of a request) means this endpoint: its tag ("acme/fp8"), or its
/// provider's name, which means all of the provider's.
bool names_endpoint(std::string_view name, const Endpoint& endpoint) {
  return name == endpoint.provider->name || name == endpoint.tag;
}

/// The first of `names` that means the endpoint; their count when none does.
std::size_t place_among(const Names& names, const Endpoint& endpoint) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return names_endpoint(name, endpoint);
  });
  return static_cast<std::size_t>(found - names.begin());
}

bool is_among(const Names& names, const Endpoint& endpoint) {
  return place_among(names, endpoint) < names.size();
}

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// An endpoint that declares no parameters may take any. Lists of models have two words for some.
bool takes(const Endpoint& endpoint, std::string_view parameter) {
  const Names& declared = endpoint.supported_parameters;
  if (declared.empty() || holds(declared, parameter)) return true;
  if (parameter == "max_tokens") return holds(declared, "max_completion_tokens");
  if (parameter != "reasoning") return false;
  return holds(declared, "reasoning_effort") || holds(declared, "include_reasoning");
}

/// A price to compare by, for people's mix of three tokens in and one out. A weight, no amount:
/// nothing is booked by it.
double weight_price(const Pricing& pricing) {
  return 0.75 * static_cast<double>(pricing.prompt.pico_usd) +
         0.25 * static_cast<double>(pricing.completion.pico_usd);
}

/// A candidate on its way through the rules, with what it is sorted by.
struct Draft {
  Candidate candidate;
  Condition condition;
  std::size_t model = 0;  // place among the models asked for
  std::size_t order = 0;  // place in provider.order
  double rank = 0;        // by the strategy; the smaller, the earlier
};

class Planner {
 public:
  Planner(const Preferences& preferences, const Needs& needs, std::uint64_t seed)
      : preferences_(preferences), needs_(needs), seed_(seed) {}

  void add(const ChosenModel& chosen, std::size_t place, const FormatOf& format_of,
           const ConditionOf& condition_of) {
    longest_context_ = 0;
    for (const Endpoint& endpoint : chosen.model->endpoints) {
      longest_context_ = std::max(longest_context_, endpoint.context_length);
    }
    for (const Endpoint& endpoint : chosen.model->endpoints) {
      Draft draft;
      draft.model = place;
      Candidate& candidate = draft.candidate;
      candidate.model = chosen.model;
      candidate.endpoint = &endpoint;
      candidate.by = chosen.by;
      candidate.format = format_of(endpoint);
      candidate.caller_key = find_caller_key(needs_.caller_keys, *endpoint.provider);
      candidate.drop = candidate.format == nullptr ? Drop::not_offered : drop_of(candidate, chosen);
      if (candidate.drop == Drop::none) {
        draft.condition = condition_of(endpoint);
        candidate.setback = setback_of(draft);
        draft.order = place_among(preferences_.order, endpoint);
      }
      drafts_.push_back(std::move(draft));
    }
    sort_ = chosen.variant == Variant::nitro   ? SortBy::throughput
            : chosen.variant == Variant::floor ? SortBy::price
                                               : sort_;
  }

  Plan finish() {
    if (preferences_.sort != SortBy::none) sort_ = preferences_.sort;
    // An explicit order takes the variant's sorting away.
    if (!preferences_.order.empty() && preferences_.sort == SortBy::none) sort_ = SortBy::none;
    if (drafts_.size() > 1) put_in_order();  // most models have one endpoint
    return plan();
  }

 private:
  using Drafts = std::vector<Draft>;

  Drop drop_of(Candidate& candidate, const ChosenModel& chosen) {
    const Endpoint& endpoint = *candidate.endpoint;
    if (needs_.key != nullptr) {
      if (!allows_provider(*needs_.key, endpoint.provider->name)) return Drop::provider_not_allowed;
      if (!allows_model(*needs_.key, candidate.model->id)) return Drop::model_not_allowed;
    }
    if (endpoint.expires_s != 0 && needs_.now_s >= endpoint.expires_s) return Drop::expired;
    if (is_among(preferences_.ignore, endpoint)) return Drop::ignored;
    if (!preferences_.only.empty() && !is_among(preferences_.only, endpoint)) {
      return Drop::not_in_only;
    }
    if (!preferences_.order.empty() && !preferences_.allow_fallbacks &&
        !is_among(preferences_.order, endpoint)) {
      return Drop::not_in_order;
    }
    if (needs_.zdr && !endpoint.zdr) return Drop::no_zdr;
    if (needs_.deny_collection && endpoint.collects) return Drop::collects_data;
    if (const Drop drop = drop_for_offer(candidate); drop != Drop::none) return drop;
    if (const Drop drop = drop_for_variant(endpoint, chosen.variant); drop != Drop::none) {
      return drop;
    }
    const bool lacks_key = candidate.caller_key == nullptr && endpoint.provider->needs_caller_key();
    return lacks_key ? Drop::no_caller_key : Drop::none;
  }

  Drop drop_for_offer(Candidate& candidate) {
    const Endpoint& endpoint = *candidate.endpoint;
    const std::string_view quantization =
        endpoint.quantization.empty() ? "unknown" : std::string_view(endpoint.quantization);
    if (!preferences_.quantizations.empty() && !holds(preferences_.quantizations, quantization)) {
      candidate.detail = quantization;
      return Drop::quantization;
    }
    if (const Drop drop = drop_for_price(candidate); drop != Drop::none) return drop;
    if (!preferences_.require_parameters) return Drop::none;
    for (const std::string& parameter : needs_.parameters) {
      if (takes(endpoint, parameter)) continue;
      candidate.detail = parameter;
      return Drop::parameter;
    }
    return Drop::none;
  }

  Drop drop_for_price(Candidate& candidate) const {
    const MaxPrice& most = preferences_.max_price;
    const Pricing& pricing = candidate.endpoint->pricing;
    const auto is_set = [](const auto& bound) { return bound.has_value(); };
    if (!is_set(most.prompt) && !is_set(most.completion) && !is_set(most.request) &&
        !is_set(most.image)) {
      return Drop::none;
    }
    if (!pricing.known) return Drop::price_unknown;
    const auto exceeds = [&](const std::optional<Money>& bound, Money price, const char* what) {
      if (!bound || price <= *bound) return false;
      candidate.detail = std::string(what) + " " + encode_money(price);
      return true;
    };
    const bool dear =
        exceeds(most.prompt, cost_of(pricing.prompt, kMillion), "prompt") ||
        exceeds(most.completion, cost_of(pricing.completion, kMillion), "completion") ||
        exceeds(most.request, pricing.request, "request") ||
        exceeds(most.image, pricing.image, "image");
    return dear ? Drop::max_price : Drop::none;
  }

  Drop drop_for_variant(const Endpoint& endpoint, Variant variant) const {
    const Pricing& pricing = endpoint.pricing;
    switch (variant) {
      case Variant::free:
        return pricing.known && pricing.prompt.pico_usd == 0 && pricing.completion.pico_usd == 0
                   ? Drop::none
                   : Drop::not_free;
      case Variant::extended:
        return endpoint.context_length == longest_context_ ? Drop::none : Drop::short_context;
      case Variant::thinking:
        return takes(endpoint, "reasoning") ? Drop::none : Drop::no_reasoning;
      case Variant::exacto:
        return takes(endpoint, "tools") ? Drop::none : Drop::no_tools;
      default:
        return Drop::none;
    }
  }

  /// The worst that is so.
  Setback setback_of(const Draft& draft) const {
    const Condition& now = draft.condition;
    if (const Setback worse = routing::setback_of(now); worse != Setback::none) return worse;
    const std::int64_t most = draft.candidate.endpoint->max_completion_tokens;
    if (most > 0 && needs_.max_tokens > most) return Setback::short_answer;
    for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
      const std::int64_t late = now.first_token_ms[i], fast = now.throughput[i];
      if (preferences_.max_latency[i] && late > *preferences_.max_latency[i]) return Setback::late;
      if (preferences_.min_throughput[i] && fast >= 0 && fast < *preferences_.min_throughput[i]) {
        return Setback::slow;
      }
    }
    return Setback::none;
  }

  void put_in_order() {
    const auto first_dropped = std::stable_partition(
        drafts_.begin(), drafts_.end(),
        [](const Draft& draft) { return draft.candidate.drop == Drop::none; });
    rank(first_dropped);
    std::stable_sort(drafts_.begin(), first_dropped,
                     [this](const Draft& a, const Draft& b) { return key_of(a) < key_of(b); });
    drop_fallbacks(first_dropped);
  }

  void rank(Drafts::iterator end) {
    double dearest = 0;
    for (auto draft = drafts_.begin(); draft != end; ++draft) {
      const Pricing& pricing = draft->candidate.endpoint->pricing;
      if (pricing.known) dearest = std::max(dearest, weight_price(pricing));
    }
    for (auto draft = drafts_.begin(); draft != end; ++draft) {
      draft->rank = rank_of(*draft, std::max(dearest, 1.0));
    }
  }

  double rank_of(const Draft& draft, double dearest) const {
    const Endpoint& endpoint = *draft.candidate.endpoint;
    // Whose price is not known is taken for as dear as the dearest that is.
    const double price = endpoint.pricing.known ? weight_price(endpoint.pricing) : dearest;
    switch (sort_) {
      case SortBy::price:
        return endpoint.pricing.known ? price : std::numeric_limits<double>::max();
      case SortBy::throughput:
        // What was never measured is tried, or it never would be.
        return draft.condition.throughput[0] < 0
                   ? std::numeric_limits<double>::lowest()
                   : -static_cast<double>(draft.condition.throughput[0]);
      case SortBy::latency:
        return static_cast<double>(draft.condition.first_token_ms[0]);
      case SortBy::none:
        break;
    }
    const double at_least = std::max(price, 1.0);  // 10^-12 USD: what is free weighs most
    return draw(seed_, endpoint.identity, 1 / (at_least * at_least));
  }

  std::tuple<std::size_t, bool, bool, std::size_t, Setback, double> key_of(
      const Draft& draft) const {
    const bool is_others = draft.candidate.caller_key == nullptr;
    const bool is_open = draft.candidate.setback == Setback::open;
    const std::size_t model = preferences_.sort_across_models ? 0 : draft.model;
    return {model, is_others, is_open, draft.order, draft.candidate.setback, draft.rank};
  }

  /// Without fallbacks the first one is the only one, unless an order names more.
  void drop_fallbacks(Drafts::iterator end) {
    if (preferences_.allow_fallbacks || !preferences_.order.empty()) return;
    for (auto draft = drafts_.begin(); draft != end; ++draft) {
      if (draft != drafts_.begin()) draft->candidate.drop = Drop::no_fallback;
    }
  }

  Plan plan() {
    Plan plan;
    plan.strategy = sort_ == SortBy::price        ? "price"
                    : sort_ == SortBy::throughput ? "throughput"
                    : sort_ == SortBy::latency    ? "latency"
                    : preferences_.order.empty()  ? "weighted"
                                                  : "order";
    plan.candidates.reserve(drafts_.size());
    for (Draft& draft : drafts_) {
      if (draft.candidate.drop == Drop::none) ++plan.kept;
      plan.candidates.push_back(std::move(draft.candidate));
    }
    return plan;
  }

  const Preferences& preferences_;
  const Needs& needs_;
  std::uint64_t seed_;
  SortBy sort_ = SortBy::none;
  std::int64_t longest_context_ = 0;  // of the model that is added
  Drafts drafts_;
};

}  // namespace

Setback setback_of(const Condition& condition) noexcept {
  if (condition.open) return Setback::open;
  if (condition.uptime >= 0 && condition.uptime < kPoorUptime) return Setback::down;
  if (condition.had_outage) return Setback::outage;
  if (condition.uptime >= 0 && condition.uptime < kNormalUptime) return Setback::degraded;
  return Setback::none;
}

Plan make_plan(std::span<const ChosenModel> models, const Preferences& preferences,
               const Needs& needs, const FormatOf& format_of, const ConditionOf& condition_of,
               std::uint64_t seed) {
  Planner planner(preferences, needs, seed);
  for (std::size_t i = 0; i < models.size(); ++i) {
    planner.add(models[i], i, format_of, condition_of);
  }
  return planner.finish();
}

}  // namespace arouter::routing
