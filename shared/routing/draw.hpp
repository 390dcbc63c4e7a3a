// A weighted choice without memory: each name draws for itself, and the smallest draw comes first.
//
// The same seed draws the same for a name whoever else takes part, so that a conversation keeps its
// place while the others come and go ("weighted rendezvous hashing"); over many seeds a name is
// first as often as its weight says.
//
// A weight may come from a price; it is no amount, nothing is booked by it.
#pragma once

#include <cstdint>
#include <string_view>

namespace arouter::routing {

/// An exponentially distributed draw of rate `weight` (> 0), the same on every machine.
double draw(std::uint64_t seed, std::string_view name, double weight) noexcept;

}  // namespace arouter::routing
