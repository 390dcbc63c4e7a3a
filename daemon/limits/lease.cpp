#include <utility>

#include "daemon/limits/limiter.hpp"

namespace arouter::daemon {

Lease::Lease(Lease&& other) noexcept : parts_(other.parts_), size_(std::exchange(other.size_, 0)) {}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  release(limits::kNever);
  parts_ = other.parts_;
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Lease::~Lease() {
  // Without the time nobody can say how much of the tokens has come back by itself: none are given
  // back.
  release(limits::kNever);
}

std::vector<BudgetAlert> Lease::settle(const limits::Actual& actual, std::int64_t steady_ns) {
  std::vector<BudgetAlert> alerts;
  const std::size_t size = std::exchange(size_, 0);
  for (const Part& part : std::span(parts_).first(size)) {
    const LimiterShard::Lock lock(part.shard->mutex);
    const std::uint8_t percent =
        limits::settle(part.limits, *part.state, part.charge, actual, steady_ns);
    if (percent == 0) continue;
    alerts.push_back({.claim = part.claim,
                      .percent = percent,
                      .spent = part.state->money.spent,
                      .budget = *part.limits.budget});
  }
  return alerts;
}

void Lease::release(std::int64_t steady_ns) noexcept {
  const std::size_t size = std::exchange(size_, 0);
  for (const Part& part : std::span(parts_).first(size)) {
    const LimiterShard::Lock lock(part.shard->mutex);
    limits::release(part.limits, *part.state, part.charge, steady_ns);
  }
}

}  // namespace arouter::daemon
