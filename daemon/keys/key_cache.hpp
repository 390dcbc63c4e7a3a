// The keys that one loop has seen lately, so that a request asks the store seldom.
//
// An entry is forgotten as soon as the store has changed. While the store cannot be read, entries
// stay good. Names that nobody gave a key are kept too: guessing costs the store one look each.
//
// Threads: its loop's. Memory: kMostKeys entries, then all are forgotten.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "daemon/keys/key_store.hpp"
#include "shared/sip_hash.hpp"

namespace arouter::daemon {

class KeyCache {
 public:
  static constexpr std::size_t kMostKeys = 10'000;

  /// `key` hides which of the texts that clients send fall together.
  KeyCache(KeyStore& store, const SipKey& key) : store_(store), key_(key) {}

  /// Null: no such key. Errors: overloaded with "auth_unavailable".
  Result<std::shared_ptr<const KeyRecord>> find(std::string_view key, std::int64_t now_s);

 private:
  struct DigestHash {
    std::size_t operator()(const SipDigest& digest) const noexcept { return digest.low; }
  };

  KeyStore& store_;
  SipKey key_;
  std::uint64_t version_ = 0;
  std::unordered_map<SipDigest, FoundKey, DigestHash> known_;
};

}  // namespace arouter::daemon
