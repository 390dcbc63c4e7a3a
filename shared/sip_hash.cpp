#include "shared/sip_hash.hpp"

#include <bit>

namespace arouter {

namespace {

class Sip {
 public:
  explicit Sip(const SipKey& key)
      : v0_(0x736f6d6570736575U ^ key.low),
        v1_(0x646f72616e646f6dU ^ key.high ^ 0xee),
        v2_(0x6c7967656e657261U ^ key.low),
        v3_(0x7465646279746573U ^ key.high) {}

  void add(std::uint64_t word) {
    v3_ ^= word;
    rounds(2);
    v0_ ^= word;
  }

  SipDigest finish() {
    v2_ ^= 0xee;
    rounds(4);
    const std::uint64_t low = v0_ ^ v1_ ^ v2_ ^ v3_;
    v1_ ^= 0xdd;
    rounds(4);
    return {.low = low, .high = v0_ ^ v1_ ^ v2_ ^ v3_};
  }

 private:
  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_;
      v2_ += v3_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v1_;
      v0_ += v3_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace

SipDigest sip_hash(const SipKey& key, std::uint8_t tag, std::string_view text) noexcept {
  Sip sip(key);
  // The tag is the first byte; words are put together from bytes as they come.
  std::uint64_t word = tag;
  int filled = 8;
  for (const char each : text) {
    if (filled == 64) {
      sip.add(word);
      word = 0;
      filled = 0;
    }
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(each)) << filled;
    filled += 8;
  }
  if (filled == 64) {
    sip.add(word);
    word = 0;
  }
  sip.add(word | static_cast<std::uint64_t>((text.size() + 1) & 0xff) << 56);
  return sip.finish();
}

}  // namespace arouter
