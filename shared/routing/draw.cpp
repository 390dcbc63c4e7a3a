#include "shared/routing/draw.hpp"

#include <cmath>

namespace arouter::routing {

double draw(std::uint64_t seed, std::string_view name, double weight) noexcept {
  std::uint64_t hash = seed ^ 0x9e3779b97f4a7c15U;
  for (const char byte : name) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  }
  hash ^= hash >> 30;  // the finish of splitmix64: neighbouring seeds must not draw alike
  hash *= 0xbf58476d1ce4e5b9U;
  hash ^= hash >> 27;
  hash *= 0x94d049bb133111ebU;
  hash ^= hash >> 31;
  const double uniform = (static_cast<double>(hash >> 11) + 0.5) * 0x1p-53;  // in (0, 1)
  return -std::log(uniform) / weight;
}

}  // namespace arouter::routing
