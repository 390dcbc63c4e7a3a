// What was measured of an endpoint lately: how many of its requests went well, and how fast.
//
// Each span is a ring of slots and covers its length or up to one slot less, never more: 30 s in
// slots of 5 s, 5 min of 1 min, 30 min of 5 min, 1 day of 1 h. A slot is cleared when its time
// comes round again; nothing runs in between, and a quiet endpoint forgets by not being asked.
//
// Source: what OpenRouter publishes of endpoints, and calls uptime and percentiles ("Provider
// routing" and "List endpoints", read 2026-11-30). Surprise: "p90" is the value that 90 % of
// requests are better than, so throughputs fall from p50 to p99 where latencies rise.
// Memory: its own size, under 16 KiB; nothing is allocated. Threads: none; the owner guards it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "shared/health/health_histogram.hpp"
#include "shared/health/steady_time.hpp"

namespace arouter {

/// How a request ended. rate_limited (429) is counted apart: it is neither up nor down. What blames
/// the request (400, 413) is not counted at all.
enum class HealthEvent : std::uint8_t { success, failure, rate_limited };

enum class HealthSpan : std::uint8_t { half_minute, five_minutes, half_hour, day };

struct HealthCounts {
  std::uint64_t successes = 0, failures = 0, rate_limited = 0;
  bool operator==(const HealthCounts&) const = default;
};

/// The values that 50, 75, 90, 99 of a hundred requests reach or better, within 6 %.
struct HealthPercentiles {
  std::uint32_t p50 = 0, p75 = 0, p90 = 0, p99 = 0;
  std::uint64_t requests = 0;  // measured; at least 1
  bool operator==(const HealthPercentiles&) const = default;
};

class HealthWindow {
 public:
  void count(HealthEvent event, SteadyTime now);
  /// From sending the request to the first token.
  void add_first_token(std::chrono::milliseconds time, SteadyTime now);
  /// In thousandths of a token per second; what throughput_of() says.
  void add_throughput(std::uint32_t throughput, SteadyTime now);

  /// Output tokens over the whole time that the answer took, in thousandths of a token per second.
  static std::uint32_t throughput_of(std::uint64_t tokens, std::chrono::milliseconds took);

  /// What another window of the same clock holds, to see both as one.
  void add_all(const HealthWindow& other);

  HealthCounts counts(HealthSpan span, SteadyTime now) const;

  /// Successes of all that succeeded or failed, in 1/100 percent, rounded down; none of those,
  /// none.
  std::optional<std::uint32_t> uptime(HealthSpan span, SteadyTime now) const;

  /// A significant outage in the last 30 s: three failures or more, and no fewer than successes.
  /// Less than three is bad luck; the breaker needs five, and this shall warn before it.
  bool outage(SteadyTime now) const;

  /// Milliseconds, and thousandths of a token per second; none when nothing was measured. `span` is
  /// five_minutes or half_hour. Under a microsecond each.
  std::optional<HealthPercentiles> first_token(HealthSpan span, SteadyTime now) const;
  std::optional<HealthPercentiles> throughput(HealthSpan span, SteadyTime now) const;

 private:
  struct CountSlot {
    std::uint32_t number = 0;  // of slots since the clock's epoch
    std::uint32_t successes = 0, failures = 0, rate_limited = 0;
    void add_all(const CountSlot& other) {
      successes += other.successes;
      failures += other.failures;
      rate_limited += other.rate_limited;
    }
  };
  struct SpeedSlot {
    std::uint32_t number = 0;
    HealthHistogram first_token, throughput;
    void add_all(const SpeedSlot& other) {
      first_token.add_all(other.first_token);
      throughput.add_all(other.throughput);
    }
  };

  HealthHistogram merged(HealthHistogram SpeedSlot::*which, HealthSpan span, SteadyTime now) const;

  std::array<CountSlot, 6> half_minute_;
  std::array<CountSlot, 5> five_minutes_;
  std::array<CountSlot, 6> half_hour_;
  std::array<CountSlot, 24> day_;
  std::array<SpeedSlot, 5> five_minutes_speed_;
  std::array<SpeedSlot, 6> half_hour_speed_;
};

static_assert(sizeof(HealthWindow) <= 16 * 1024);

}  // namespace arouter
