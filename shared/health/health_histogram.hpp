// Counts of values, on a scale that is fine where values are small: eight steps
// for each power of two, so that what is read is within 6 % of what was added.
//
// Values are 0 to 2^20 - 1, larger ones count as the largest: milliseconds up
// to 17 minutes. Memory: its own size. Nothing is allocated; add() is a few
// instructions.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace arouter {

class HealthHistogram {
 public:
  void add(std::uint32_t value) { ++counts_[index_of(value)]; }

  void add_all(const HealthHistogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  }

  std::uint64_t total() const {
    std::uint64_t total = 0;
    for (const std::uint32_t count : counts_) total += count;
    return total;
  }

  /// The `rank`-th value, beginning with the smallest, to the scale; 1 <= rank
  /// <= total().
  std::uint32_t value_at(std::uint64_t rank) const {
    std::size_t i = 0;
    for (std::uint64_t seen = counts_[0]; seen < rank && i + 1 < counts_.size();) {
      seen += counts_[++i];
    }
    return middle_of(i);
  }

 private:
  static constexpr std::uint32_t kLargest = (1U << 20) - 1;

  static std::size_t index_of(std::uint32_t value) {
    value = std::min(value, kLargest);
    if (value < 8) return value;
    const int exponent = std::bit_width(value) - 1;  // 3 to 19
    return static_cast<std::size_t>(exponent - 2) * 8 + ((value >> (exponent - 3)) & 7U);
  }

  static std::uint32_t middle_of(std::size_t index) {
    if (index < 16) return static_cast<std::uint32_t>(index);  // steps of one
    const auto shift = static_cast<std::uint32_t>(index / 8 - 1);
    const auto first = static_cast<std::uint32_t>(index % 8 + 8) << shift;
    return first + (1U << shift) / 2;
  }

  std::array<std::uint32_t, 144> counts_{};
};

}  // namespace arouter
