// What the daemon counts of its work, for GET /metrics; nothing decides by it.
//
// Counts begin with the process and outlive a reload as long as what they are of does. Relaxed
// adds: what is read at once may be some requests apart.
// Threads: any; no locks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/money.hpp"

namespace arouter::daemon {

class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A sum of amounts, exact; it stays at the largest Money.
class MoneyCounter {
 public:
  void add(Money amount) noexcept;
  Money value() const noexcept { return {pico_usd_.load(std::memory_order_relaxed)}; }

 private:
  std::atomic<std::int64_t> pico_usd_{0};
};

/// Times in buckets.
class TimeHistogram {
 public:
  /// Upper bounds, inclusive, in milliseconds; there is one bucket more than these.
  static constexpr std::array<std::int64_t, 14> kBounds_ms{50,     100,     250,     500,    1'000,
                                                           2'500,  5'000,   10'000,  20'000, 30'000,
                                                           60'000, 120'000, 300'000, 600'000};

  void add(std::int64_t microseconds) noexcept;
  /// Of one bucket alone.
  std::uint64_t count(std::size_t bucket) const noexcept { return counts_[bucket].value(); }
  std::uint64_t sum_us() const noexcept { return sum_us_.value(); }

 private:
  std::array<Counter, kBounds_ms.size() + 1> counts_;
  Counter sum_us_;
};

/// How an attempt ended, as far as it tells of the provider.
enum class AttemptOutcome : std::uint8_t {
  ok,
  failed,        // unreachable, too late, 5xx, broken answers
  rate_limited,  // 429
  key_refused,   // 401, 402, 403
  other,         // the request was refused, the client left
};
inline constexpr std::array<const char*, 5> kAttemptOutcomes{"ok", "failed", "rate_limited",
                                                             "key_refused", "other"};

/// Requests by the status that the client was sent.
class StatusCounters {
 public:
  /// Those that are told apart; 0: the client left before any. The last stands for all others.
  static constexpr std::array<int, 19> kStatuses{0,   200, 400, 401, 402, 403, 404, 405, 408, 409,
                                                 413, 415, 422, 429, 500, 502, 503, 504, -1};
  void add(int status) noexcept;
  std::uint64_t count(std::size_t index) const noexcept { return counts_[index].value(); }

 private:
  std::array<Counter, kStatuses.size()> counts_;
};

/// Of one endpoint, or of all that has none.
struct EndpointCounters {
  StatusCounters requests;
  std::array<Counter, kAttemptOutcomes.size()> attempts;  // by AttemptOutcome
  Counter retries;                                        // attempts that were not the first
  Counter input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens;
  MoneyCounter cost;
  TimeHistogram first_token, duration;
};

}  // namespace arouter::daemon
