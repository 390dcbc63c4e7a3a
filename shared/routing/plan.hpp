// Which endpoints a request is sent to, in which order, and why: decided here, and explained by the
// same values (explain.hpp).
//
// Pure: the catalogue, the request's wishes, how the endpoints fare and a seed go in; the same
// input gives the same plan.
//
// Source: ARouter's API, "provider routing": filters, order, sort, and the default of choosing at
// random with a weight of 1 / price^2. The draw is a weighted rendezvous: each endpoint's place
// depends on its own name, its price and the seed alone. With a conversation's hash for a seed, the
// conversation stays where its prompt is cached, without anybody keeping a table of conversations,
// and moves only while its endpoint fails.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/keys/key_record.hpp"
#include "shared/routing/caller_keys.hpp"
#include "shared/routing/names.hpp"
#include "shared/routing/preferences.hpp"
#include "shared/routing/verdict.hpp"

namespace arouter::routing {

/// How an endpoint fares at this moment.
struct Condition {
  bool open = false;         // its circuit breaker, or that of each of its keys, lets nothing pass
  bool had_outage = false;   // in the last 30 seconds
  std::int32_t uptime = -1;  // of requests in the last 30 minutes, in 1/100 %; -1: too few to say
  // Of kPercentiles; -1 where nothing was measured.
  std::array<std::int64_t, 4> first_token_ms{-1, -1, -1, -1};
  std::array<std::int64_t, 4> throughput{-1, -1, -1, -1};  // milli-tokens per second
};

/// The worst that its condition alone sets an endpoint back by, whatever the request wishes.
Setback setback_of(const Condition& condition) noexcept;

/// What a request needs of an endpoint.
struct Needs {
  std::span<const std::string> parameters{};  // that it sends, in the words of the catalogue
  std::int64_t max_tokens = 0;                // 0: not said
  std::int64_t now_s = 0;                     // Unix seconds
  bool deny_collection = false;               // request, key or configuration
  bool zdr = false;                           // likewise
  std::span<const CallerKey> caller_keys{};   // that it brings
  const KeyRecord* key = nullptr;             // that calls; null: one that may do all
};

struct Candidate {
  const Model* model = nullptr;
  const Endpoint* endpoint = nullptr;
  const Format* format = nullptr;  // that it is to be asked in; null when it cannot be
  ModelMatch::By by = ModelMatch::By::id;
  Drop drop = Drop::none;
  Setback setback = Setback::none;
  const CallerKey* caller_key = nullptr;  // its first key; null: those of the configuration
  std::string detail{};                   // what drop or setback is about: a parameter, a price
};

struct Plan {
  std::vector<Candidate> candidates;  // those to be tried, in their order, then the dropped ones
  std::size_t kept = 0;               // of them, from the front
  std::string_view strategy;          // "weighted", "order", "price", "throughput", "latency"
};

/// The format that an endpoint is to be asked in; null when it cannot answer the call.
using FormatOf = std::function<const Format*(const Endpoint&)>;
using ConditionOf = std::function<Condition(const Endpoint&)>;

Plan make_plan(std::span<const ChosenModel> models, const Preferences& preferences,
               const Needs& needs, const FormatOf& format_of, const ConditionOf& condition_of,
               std::uint64_t seed);

}  // namespace arouter::routing
