// SipHash-2-4 with 128 bits: names that clients choose as fixed-size keys of tables. Without the
// key nobody can find two names that collide, or many that fall into one bucket.
//
// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), and the reference
// implementation's 128-bit variant.
#pragma once

#include <cstdint>
#include <string_view>

namespace arouter {

struct SipKey {
  std::uint64_t low = 0, high = 0;
};

struct SipDigest {
  std::uint64_t low = 0, high = 0;
  bool operator==(const SipDigest&) const = default;
};

/// Digest of `tag` and `text` after it.
SipDigest sip_hash(const SipKey& key, std::uint8_t tag, std::string_view text) noexcept;

}  // namespace arouter
