// The table of who has used how much, shared by all loops.
//
// All limits of a request are checked and written under the locks of their shards, which are taken
// in one order: between the check and the hold nobody else decides, so a hard budget is kept
// whatever runs at once. What is held stays held until the request's lease ends.
//
// Memory: a state for each subject with limits, forgotten once it is as good as new. Keys, models
// and providers are configured; users are whatever clients write. Beyond `most_users` of them
// newcomers share the states of one crowd for each shard: stricter for them, and nothing grows.
//
// Threads: any. Each lock is held for about a microsecond at most.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/limits/lease.hpp"
#include "shared/sip_hash.hpp"

namespace arouter::daemon {

using SubjectId = SipDigest;

/// One subject of a request with its limits. A subject has one budget: where it is to have several,
/// each is a claim with a name of its own.
struct Claim {
  limits::Scope scope = limits::Scope::key;
  SubjectId id{};
  limits::Limits limits{};
};

struct Admission {
  std::optional<limits::Refusal> refusal{};  // set: the lease holds nothing
  limits::RateHeader header{};
  Lease lease{};
};

struct LimiterShard {
  struct IdHash {
    std::size_t operator()(const SubjectId& id) const noexcept { return id.low; }
  };
  // Nodes stay where they are when the table grows.
  using States = std::unordered_map<SubjectId, limits::SubjectState, IdHash>;
  using Lock = std::unique_lock<std::mutex>;

  mutable std::mutex mutex;  // guards what follows
  States known, users;
  limits::SubjectState crowd{};
  std::size_t known_cursor = 0, users_cursor = 0;  // buckets to be swept next
};

class Limiter {
 public:
  static constexpr std::size_t kMostUsers = 100'000;

  /// `key` hides which names fall together: random, and never told.
  explicit Limiter(const SipKey& key, std::size_t most_users = kMostUsers);

  /// Names of one scope are their own: a user may bear a model's name.
  SubjectId id_of(limits::Scope scope, std::string_view name) const noexcept;

  /// At most limits::kMostSubjects claims; those without limits cost nothing.
  Admission admit(std::span<const Claim> claims, const limits::Demand& demand,
                  const limits::Instant& now);

  /// What the ledger knows of the budget's period: at the start, and when a budget is new.
  void count_spent(const Claim& claim, std::int64_t unix_s, Money spent);
  /// What is spent and held of a claim's budget in the period of `unix_s`.
  limits::Spending spending(const Claim& claim, std::int64_t unix_s) const;

  /// Forgets what is as good as new. admit() does so bit by bit; this is for a quiet time.
  void drop_idle(const limits::Instant& now);
  std::size_t size() const;  // states kept

 private:
  static constexpr std::size_t kShards = 64;

  LimiterShard& shard_of(const Claim& claim) const noexcept {
    return (*shards_)[claim.id.high % kShards];
  }
  // The shard is locked.
  limits::SubjectState& state_of(const Claim& claim, LimiterShard& shard, bool& is_new) const;

  SipKey key_;
  std::size_t most_users_;  // of each shard
  std::unique_ptr<std::array<LimiterShard, kShards>> shards_;
};

}  // namespace arouter::daemon
