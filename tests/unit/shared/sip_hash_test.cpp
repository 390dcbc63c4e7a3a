#include "shared/sip_hash.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <random>
#include <string>

namespace arouter {

namespace {

/// The same by OpenSSL; key and digest as bytes, lowest first.
SipDigest reference(const SipKey& key, const std::string& bytes) {
  const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> mac(EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                         EVP_MAC_free);
  const std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> context(EVP_MAC_CTX_new(mac.get()),
                                                                     EVP_MAC_CTX_free);
  unsigned int size = 16;
  const std::array params{OSSL_PARAM_construct_uint("size", &size), OSSL_PARAM_construct_end()};
  std::array<unsigned char, 16> raw{}, out{};
  std::memcpy(raw.data(), &key.low, 8);
  std::memcpy(raw.data() + 8, &key.high, 8);
  REQUIRE(EVP_MAC_init(context.get(), raw.data(), raw.size(), params.data()) == 1);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  REQUIRE(EVP_MAC_update(context.get(), data, bytes.size()) == 1);
  std::size_t written = 0;
  REQUIRE(EVP_MAC_final(context.get(), out.data(), &written, out.size()) == 1);
  SipDigest digest;
  std::memcpy(&digest.low, out.data(), 8);
  std::memcpy(&digest.high, out.data() + 8, 8);
  return digest;
}

}  // namespace

TEST_SUITE("sip_hash") {
  TEST_CASE("digests of every length are those of another implementation") {
    static_assert(std::endian::native == std::endian::little);  // as reference() has it
    constexpr unsigned kSeed = 7;
    CAPTURE(kSeed);
    std::mt19937_64 random(kSeed);
    for (std::size_t size = 0; size < 70; ++size) {
      CAPTURE(size);
      const SipKey key{.low = random(), .high = random()};
      std::string text(size, '\0');
      for (char& each : text) each = static_cast<char>(random());
      const auto tag = static_cast<std::uint8_t>(random());
      const SipDigest expected = reference(key, std::string(1, static_cast<char>(tag)) + text);
      REQUIRE(sip_hash(key, tag, text) == expected);
    }
  }
}

}  // namespace arouter
