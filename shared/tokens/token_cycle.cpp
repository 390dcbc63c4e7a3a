#include "shared/tokens/token_cycle.hpp"

#include <algorithm>

namespace arouter {

TokenStep TokenCycle::ask(SteadyTime now) {
  const bool usable = has_token_ && now < used_until_;
  if (usable && now < renew_at_) return TokenStep::use;
  const bool fetching = fetching_ && now - began_ < kFetchLimit;
  if (fetching) return usable ? TokenStep::use : TokenStep::wait;
  if (now < retry_at_) return usable ? TokenStep::use : TokenStep::refuse;
  fetching_ = true;
  began_ = now;
  return usable ? TokenStep::renew : TokenStep::fetch;
}

void TokenCycle::fetched(std::chrono::seconds lifetime, SteadyTime now) {
  using std::chrono::milliseconds;
  const milliseconds life(lifetime);
  has_token_ = true;
  fetching_ = false;
  failures_ = 0;
  retry_at_ = now;
  renew_at_ = now + life * 4 / 5;
  used_until_ = now + life * 9 / 10;
}

void TokenCycle::failed(std::chrono::seconds retry_after, SteadyTime now) {
  fetching_ = false;
  std::chrono::seconds pause = kShortestPause;
  for (int i = 0; i < failures_ && pause < kLongestPause; ++i) pause *= 2;
  pause = std::min(pause, kLongestPause);
  if (pause < kLongestPause) ++failures_;
  retry_at_ = now + std::max(pause, std::min(retry_after, kLongestAsked));
}

bool TokenCycle::refused(SteadyTime now) {
  if (!has_token_ || now < may_drop_at_) return false;
  has_token_ = false;
  may_drop_at_ = now + kRefusalPause;
  return true;
}

void TokenCycle::forgive() {
  failures_ = 0;
  retry_at_ = {};
  may_drop_at_ = {};
}

}  // namespace arouter
