#include "daemon/keys/key_cache.hpp"

namespace arouter::daemon {

Result<std::shared_ptr<const KeyRecord>> KeyCache::find(std::string_view key, std::int64_t now_s) {
  if (const std::uint64_t version = store_.version(); version != version_) {
    known_.clear();
    version_ = version;
  }
  const SipDigest digest = sip_hash(key_, 0, key);
  const auto known = known_.find(digest);
  if (known != known_.end() && now_s < known->second.until_s) return known->second.record;
  Result<FoundKey> found = store_.look_up(key, now_s);
  if (!found) return found.error();
  if (known_.size() >= kMostKeys) known_.clear();
  return known_.insert_or_assign(digest, std::move(*found)).first->second.record;
}

}  // namespace arouter::daemon
