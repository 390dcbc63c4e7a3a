// How long a provider that has just failed is left alone before the same request asks it once more,
// by way of another of its endpoints: full jitter, so that requests which failed together do not
// come back together.
//
// Source: "Exponential backoff and jitter", AWS Architecture Blog, 2015.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace arouter {

inline constexpr std::chrono::milliseconds kShortestBackOff{100};
inline constexpr std::chrono::milliseconds kLongestBackOff{2'000};

/// Anything from nothing to kShortestBackOff, which each failure after the first doubles, up to
/// kLongestBackOff; `random` decides. `failures`: of this provider in this request, at least 1.
constexpr std::chrono::milliseconds back_off(std::uint32_t failures, std::uint64_t random) {
  std::chrono::milliseconds most = kShortestBackOff;
  for (std::uint32_t i = 1; i < failures && most < kLongestBackOff; ++i) {
    most = std::min(2 * most, kLongestBackOff);
  }
  const auto choices = static_cast<std::uint64_t>(most.count()) + 1;
  return std::chrono::milliseconds(static_cast<std::int64_t>(random % choices));
}

}  // namespace arouter
