// Sixteen bytes at a time, where the processor has them: what bytes.hpp tests beside its words.
#pragma once

#if defined(__SSE2__)

#include <emmintrin.h>

#include <cstddef>

namespace arouter::bytes {

/// Sixteen bytes; a mark fills its byte's highest bit, the other bits mean nothing.
struct Block {
  static constexpr std::size_t kSize = 16;
  __m128i bytes;

  Block operator|(Block other) const noexcept { return {_mm_or_si128(bytes, other.bytes)}; }
};

inline Block load_block(const char* at) noexcept {
  return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))};
}

inline Block equal_to(Block block, char byte) noexcept {
  return {_mm_cmpeq_epi8(block.bytes, _mm_set1_epi8(byte))};
}

/// `limit` is at least 1.
inline Block below(Block block, unsigned char limit) noexcept {
  const __m128i most = _mm_set1_epi8(static_cast<char>(limit - 1));
  return {_mm_cmpeq_epi8(_mm_min_epu8(block.bytes, most), block.bytes)};
}

inline Block beyond_ascii(Block block) noexcept {
  return block;
}

/// One bit for each byte of `marks`, the first one lowest.
inline unsigned marked(Block marks) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(marks.bytes));
}

}  // namespace arouter::bytes

#endif
