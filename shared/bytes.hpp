// Many bytes at a time: the inner loops that look for a few special bytes in long plain text. A
// test is written once, for whatever holds the bytes: a word of eight or, where the processor has
// them, a block of sixteen.
//
// Every test gives marks whose lowest set bit stands for the first byte that passes; bits above it
// may be false (borrows run upwards), so only first_marked() reads the result. They combine with
// `|`.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "shared/byte_block.hpp"

namespace arouter::bytes {

inline constexpr std::size_t kWord = sizeof(std::uint64_t);
inline constexpr std::uint64_t kOnes = 0x0101010101010101U;
inline constexpr std::uint64_t kHighs = 0x8080808080808080U;

/// The eight bytes at `at`, the first one lowest.
inline std::uint64_t load(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

inline std::uint64_t equal_to(std::uint64_t word, char byte) noexcept {
  const std::uint64_t zeroed = word ^ (kOnes * static_cast<unsigned char>(byte));
  return (zeroed - kOnes) & ~zeroed & kHighs;
}

/// Bytes under `limit`, which is at most 0x80.
inline std::uint64_t below(std::uint64_t word, unsigned char limit) noexcept {
  return (word - kOnes * limit) & ~word & kHighs;
}

inline std::uint64_t beyond_ascii(std::uint64_t word) noexcept {
  return word & kHighs;
}

/// Index of the first byte marked in `marks`, which is not 0.
inline std::size_t first_marked(std::uint64_t marks) noexcept {
  return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

namespace detail {

template <bool kCopies, class Marks, class Passes>
const char* find(const char* at, const char* end, [[maybe_unused]] char* copy, Marks marks,
                 Passes passes) noexcept {
  const auto step = [&](std::size_t size) {
    if constexpr (kCopies) std::memcpy(copy, at, size), copy += size;
  };
#if defined(__SSE2__)
  for (; static_cast<std::size_t>(end - at) >= Block::kSize; at += Block::kSize) {
    step(Block::kSize);
    if (const unsigned found = marked(marks(load_block(at))); found != 0) {
      return at + std::countr_zero(found);
    }
  }
#endif
  for (; static_cast<std::size_t>(end - at) >= kWord; at += kWord) {
    step(kWord);
    if (const std::uint64_t found = marks(load(at)); found != 0) return at + first_marked(found);
  }
  for (; at != end && !passes(*at); ++at) step(1);
  return at;
}

}  // namespace detail

/// First byte in [at, end) that passes, else `end`. `marks` tests a word or a block, `passes` one
/// byte.
template <class Marks, class Passes>
const char* find(const char* at, const char* end, Marks marks, Passes passes) noexcept {
  return detail::find<false>(at, end, nullptr, marks, passes);
}

/// The same, and what stands before that byte is copied to `copy`, which has room for all of
/// [at, end): more than was asked for may be written there.
template <class Marks, class Passes>
const char* copy_until(const char* at, const char* end, char* copy, Marks marks,
                       Passes passes) noexcept {
  return detail::find<true>(at, end, copy, marks, passes);
}

}  // namespace arouter::bytes
