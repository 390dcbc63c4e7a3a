// The panic rule: when more than half of the candidates of a request are
// benched, breakers tell more of us, or of the road, than of the upstreams;
// then each is asked in spite of its breaker, once per second
// (Breaker::ask_anyway), the one whose last failure is oldest first. Who gets
// no such pass is refused, to come again when the first breaker reopens.
//
// Source: Envoy's panic threshold, by default 50 % of the hosts of a cluster.
#pragma once

#include <cstddef>

namespace arouter {

/// `benched` of the candidates are not closed, and let nobody through at
/// present.
constexpr bool panicking(std::size_t benched, std::size_t candidates) noexcept {
  return benched > candidates / 2;
}

}  // namespace arouter
