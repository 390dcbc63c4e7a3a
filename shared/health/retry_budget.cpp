#include "shared/health/retry_budget.hpp"

#include <algorithm>

namespace arouter {

namespace {

constexpr std::uint32_t kToken = 10;  // tenths

}  // namespace

void RetryBudget::request_began() {
  ++active_;
  tenths_ = std::min(tenths_ + rules_.earned_tenths, rules_.cap_tenths);
}

void RetryBudget::request_ended() {
  if (active_ != 0) --active_;
}

bool RetryBudget::retry_began() {
  const std::uint64_t share = std::uint64_t{active_} * rules_.percent_of_active / 100;
  if (retrying_ >= std::max<std::uint64_t>(share, rules_.min_at_once)) {
    if (tenths_ < kToken) return false;
    tenths_ -= kToken;
  }
  ++retrying_;
  return true;
}

void RetryBudget::retry_ended() {
  if (retrying_ != 0) --retrying_;
}

}  // namespace arouter
