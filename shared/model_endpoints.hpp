// The offers of one model, each with how it fares: GET /api/v1/models/{author}/{slug}/endpoints.
//
// Sources (checked 2026-11-30): ARouter API, "list endpoints", for provider_id, model and is_zdr;
// OpenRouter API reference, "list endpoints for a model", as its official library checks it, for
// the others. Prices are strings as in its own example; latencies are milliseconds.
// Ours: `setback`, why requests go to other offers first, in the words of routing plans;
// `data_policy`; how many requests the measures rest on.
// Surprise: OpenRouter numbers its states and explains none. Here 0 is well; -1 has failed lately,
// or more than 5 % of its requests; -2 more than 20 %; -3 lets nothing pass now; -10 is no longer
// served.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "shared/catalog.hpp"
#include "shared/health/health_window.hpp"
#include "shared/json_writer.hpp"
#include "shared/routing/plan.hpp"

namespace arouter {

/// How an endpoint fares: as it is routed by, and as it was measured.
struct EndpointFare {
  routing::Condition condition{};
  HealthWindow window{};
};
using FareOf = std::function<EndpointFare(const Endpoint&)>;

struct FareTime {
  SteadyTime now{};
  std::int64_t now_s = 0;  // Unix seconds
};

std::string encode_endpoints(const Model& model, const FareOf& fare_of, const FareTime& time);

/// uptime_last_5m, …_30m and …_1d in percent, latency_last_30m and throughput_last_30m (tokens per
/// second) as percentiles, requests_last_30m: null where nothing was measured.
void write_measures(JsonWriter& json, const HealthWindow& window, SteadyTime now);

/// What is declared of prompts and answers; null where nothing is.
void write_data_policy(JsonWriter& json, const DataPolicy& policy);

}  // namespace arouter
