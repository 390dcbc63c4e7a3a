#include "daemon/counters.hpp"

#include <algorithm>

namespace arouter::daemon {

void MoneyCounter::add(Money amount) noexcept {
  std::int64_t before = pico_usd_.load(std::memory_order_relaxed);
  while (!pico_usd_.compare_exchange_weak(before, arouter::add({before}, amount).pico_usd,
                                          std::memory_order_relaxed)) {
  }
}

void TimeHistogram::add(std::int64_t microseconds) noexcept {
  const std::int64_t time = std::max<std::int64_t>(microseconds, 0);
  std::size_t bucket = 0;
  while (bucket < kBounds_ms.size() && time > kBounds_ms[bucket] * 1'000) ++bucket;
  counts_[bucket].add();
  sum_us_.add(static_cast<std::uint64_t>(time));
}

void StatusCounters::add(int status) noexcept {
  const auto found = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  counts_[static_cast<std::size_t>(found - kStatuses.begin())].add();
}

}  // namespace arouter::daemon
