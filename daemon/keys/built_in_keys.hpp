// The keys that the state folder holds itself: one for the programs of this machine, one that
// manages others. And who calls where keys are turned off.
#pragma once

#include <memory>
#include <string_view>

#include "shared/keys/key_record.hpp"
#include "shared/secret.hpp"
#include "shared/sip_hash.hpp"

namespace arouter::daemon {

/// Immutable, shared by all loops.
class BuiltInKeys {
 public:
  BuiltInKeys(const Secret& pepper, Secret local, Secret management);

  /// Null for any other key. Takes the same time whichever it is, and however much of it is right.
  std::shared_ptr<const KeyRecord> find(std::string_view key) const;
  /// By the hash that it is booked under; null for any other.
  std::shared_ptr<const KeyRecord> find_by_hash(std::string_view hash) const;
  /// Who calls with [auth] mode = "open".
  const std::shared_ptr<const KeyRecord>& open() const { return open_record_; }

 private:
  Secret local_, management_;
  std::shared_ptr<const KeyRecord> local_record_, management_record_, open_record_;
};

/// A random key for tables of names that clients choose.
SipKey new_sip_key();

}  // namespace arouter::daemon
