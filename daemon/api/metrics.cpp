// What the daemon has done and how it fares, for Prometheus.
//
// Labels name what the configuration names, so there are no more series than it has lines: a call
// for a model that it does not list counts for the provider, with the model "".
#include <array>
#include <set>

#include "daemon/api/api.hpp"
#include "shared/metrics_text.hpp"
#include "shared/text.hpp"

namespace arouter::daemon {

namespace {

constexpr int kMicroseconds = 6;  // places of a second

/// Counters and whose they are.
struct Series {
  std::string_view provider, model;
  const EndpointCounters* counters = nullptr;
};

/// Only of what was asked for.
std::vector<Series> series_of(const Runtime& runtime, const Shared& shared) {
  std::vector<Series> all{{{}, {}, &shared.unrouted}};
  for (const auto& provider : runtime.catalog->providers) {
    all.push_back({provider->name, {}, &runtime.state_of(*provider).unlisted});
  }
  std::set<std::size_t> seen;
  for (const Model& model : runtime.catalog->models) {
    for (const Endpoint& endpoint : model.endpoints) {
      if (!seen.insert(endpoint.index).second) continue;
      all.push_back(
          {endpoint.provider->name, endpoint.model, &runtime.health_of(endpoint).counters});
    }
  }
  return all;
}

class MetricsPage {
 public:
  MetricsPage(const Runtime& runtime, const Shared& shared, TimePoint now)
      : runtime_(runtime), shared_(shared), now_(now), series_(series_of(runtime, shared)) {}

  std::string encode() {
    write_requests();
    write_attempts();
    write_tokens();
    write_cost();
    write_times("arouter_first_token_seconds", "From a request's begin to its answer's first byte.",
                &EndpointCounters::first_token);
    write_times("arouter_request_duration_seconds", "From a request's begin to its end.",
                &EndpointCounters::duration);
    write_keys();
    write_process();
    return std::move(text_);
  }

 private:
  static std::array<MetricLabel, 2> labels_of(const Series& series) {
    return {MetricLabel{"provider", series.provider}, MetricLabel{"model", series.model}};
  }
  static std::array<MetricLabel, 3> labels_of(const Series& series, MetricLabel third) {
    const auto [provider, model] = labels_of(series);
    return {provider, model, third};
  }

  void count(const Series& series, MetricLabel third, std::uint64_t value) {
    if (value > 0) out_.sample(labels_of(series, third), value);
  }

  void write_requests() {
    constexpr auto& kStatuses = StatusCounters::kStatuses;
    out_.family("arouter_requests_total", "counter",
                "Calls of models by the status that the client was sent; 0: it left before any.");
    for (const Series& series : series_) {
      for (std::size_t i = 0; i < kStatuses.size(); ++i) {
        const std::string status = kStatuses[i] < 0 ? "other" : std::to_string(kStatuses[i]);
        count(series, {"status", status}, series.counters->requests.count(i));
      }
    }
  }

  void write_attempts() {
    out_.family("arouter_attempts_total", "counter", "Attempts at providers by how they ended.");
    for (const Series& series : series_) {
      for (std::size_t i = 0; i < kAttemptOutcomes.size(); ++i) {
        count(series, {"outcome", kAttemptOutcomes[i]}, series.counters->attempts[i].value());
      }
    }
    out_.family("arouter_retries_total", "counter",
                "Attempts that were not the first of their request.");
    for (const Series& series : series_) {
      const std::uint64_t retries = series.counters->retries.value();
      if (retries > 0) out_.sample(labels_of(series), retries);
    }
  }

  void write_tokens() {
    out_.family(
        "arouter_tokens_total", "counter",
        "Tokens used. cached_input and cache_write are part of input, reasoning of output.");
    for (const Series& series : series_) {
      const EndpointCounters& counters = *series.counters;
      count(series, {"kind", "input"}, counters.input_tokens.value());
      count(series, {"kind", "output"}, counters.output_tokens.value());
      count(series, {"kind", "cached_input"}, counters.cached_input_tokens.value());
      count(series, {"kind", "cache_write"}, counters.cache_write_tokens.value());
      count(series, {"kind", "reasoning"}, counters.reasoning_tokens.value());
    }
  }

  void write_cost() {
    out_.family("arouter_cost_usd_total", "counter",
                "What requests cost, in USD, exactly; what has no known price counts as 0.");
    for (const Series& series : series_) {
      const Money cost = series.counters->cost.value();
      if (cost.pico_usd == 0) continue;
      out_.sample(labels_of(series), encode_money(cost));
    }
  }

  void write_times(std::string_view name, std::string_view help,
                   TimeHistogram EndpointCounters::*which) {
    constexpr auto& kBounds = TimeHistogram::kBounds_ms;
    out_.family(name, "histogram", help);
    for (const Series& series : series_) {
      const TimeHistogram& times = series.counters->*which;
      std::array<std::uint64_t, kBounds.size() + 1> counts{};
      std::uint64_t total = 0;
      for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = total += times.count(i);
      if (total == 0) continue;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::string bound =
            i < kBounds.size() ? encode_decimal(static_cast<std::uint64_t>(kBounds[i]), 3) : "+Inf";
        out_.sample(labels_of(series, {"le", bound}), std::to_string(counts[i]), "_bucket");
      }
      const std::string sum = encode_decimal(times.sum_us(), kMicroseconds);
      out_.sample(labels_of(series), sum, "_sum");
      out_.sample(labels_of(series), std::to_string(total), "_count");
    }
  }

  /// One gauge of each key of each provider.
  template <class Value>
  void write_key_gauge(std::string_view name, std::string_view help, Value value) {
    out_.family(name, "gauge", help);
    for (const auto& provider : runtime_.catalog->providers) {
      for (const KeyStatus& key : runtime_.health_of(*provider).status(now_)) {
        const std::array labels{MetricLabel{"provider", provider->name},
                                MetricLabel{"key", key.name}};
        out_.sample(labels, static_cast<std::uint64_t>(value(key)));
      }
    }
  }

  void write_keys() {
    write_key_gauge("arouter_breaker_state",
                    "Circuit breaker of a key: 0 closed, 1 half open, 2 open.",
                    [](const KeyStatus& key) {
                      if (key.breaker == BreakerState::closed) return 0;
                      return key.breaker == BreakerState::half_open ? 1 : 2;
                    });
    write_key_gauge(
        "arouter_key_usable", "Whether a key may be used now: not open, cooling, busy or revoked.",
        [](const KeyStatus& key) { return key.hindrance == KeyHindrance::none ? 1 : 0; });
    write_key_gauge("arouter_running_attempts", "Attempts under way with a key.",
                    [](const KeyStatus& key) { return key.running; });
  }

  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    out_.family(name, "gauge", help);
    out_.sample({}, value);
  }

  void write_process() {
    gauge("arouter_connections", "Connections of clients.", shared_.connections.load());
    gauge("arouter_request_body_bytes", "Bytes of request bodies held.", shared_.body_bytes.load());
    gauge("arouter_ledger_queue_rows", "Rows that are booked and not in the database yet.",
          shared_.ledger.waiting());
    gauge("arouter_ledger_trouble", "Whether the database cannot be written.",
          shared_.ledger.trouble().empty() ? 0 : 1);
    const auto up = std::chrono::floor<std::chrono::seconds>(now_ - shared_.started);
    gauge("arouter_uptime_seconds", "Since the daemon started.",
          static_cast<std::uint64_t>(up.count()));
    out_.family("arouter_build_info", "gauge", "Which version this is.");
    const std::array labels{MetricLabel{"version", AROUTER_VERSION}};
    out_.sample(labels, 1);
  }

  const Runtime& runtime_;
  const Shared& shared_;
  TimePoint now_;
  std::vector<Series> series_;
  std::string text_;
  MetricsWriter out_{text_};
};

}  // namespace

void answer_metrics(Exchange& exchange, const Services& services) {
  MetricsPage page(*exchange.runtime, services.shared, Clock::now());
  answer_with(exchange, page.encode(), kMetricsType);
}

}  // namespace arouter::daemon
