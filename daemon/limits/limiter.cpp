#include "daemon/limits/limiter.hpp"

#include <algorithm>

namespace arouter::daemon {

namespace {

using limits::SubjectState;

constexpr std::size_t kSweptBuckets = 8;  // for each new state

/// Forgets the idle ones of a few buckets, beginning with `cursor`.
void sweep(LimiterShard::States& states, std::size_t& cursor, std::size_t buckets,
           const limits::Instant& now) {
  for (std::size_t i = 0; i < std::min(buckets, states.bucket_count()); ++i) {
    cursor = (cursor + 1) % states.bucket_count();
    for (auto each = states.begin(cursor); each != states.end(cursor);) {
      const auto [id, state] = *each;
      ++each;
      if (is_idle(state, now)) states.erase(id);
    }
  }
}

/// The shards of one request.
class LockedShards {
 public:
  void add(LimiterShard& shard) { shards_[size_++] = &shard; }

  /// In ascending order, as everybody takes them: so no two wait for each other.
  void lock() {
    const auto end = shards_.begin() + static_cast<std::ptrdiff_t>(size_);
    std::sort(shards_.begin(), end);
    size_ = static_cast<std::size_t>(std::unique(shards_.begin(), end) - shards_.begin());
    for (std::size_t i = 0; i < size_; ++i) locks_[i] = LimiterShard::Lock(shards_[i]->mutex);
  }

  void sweep_some(const limits::Instant& now) {
    for (std::size_t i = 0; i < size_; ++i) {
      sweep(shards_[i]->known, shards_[i]->known_cursor, kSweptBuckets, now);
      sweep(shards_[i]->users, shards_[i]->users_cursor, kSweptBuckets, now);
    }
  }

 private:
  std::array<LimiterShard*, limits::kMostSubjects> shards_{};  // of one array: addresses order them
  std::array<LimiterShard::Lock, limits::kMostSubjects> locks_;
  std::size_t size_ = 0;
};

}  // namespace

Limiter::Limiter(const SipKey& key, std::size_t most_users)
    : key_(key),
      most_users_(std::max<std::size_t>(most_users / kShards, 1)),
      shards_(std::make_unique<std::array<LimiterShard, kShards>>()) {}

SubjectId Limiter::id_of(limits::Scope scope, std::string_view name) const noexcept {
  return sip_hash(key_, static_cast<std::uint8_t>(scope), name);
}

SubjectState& Limiter::state_of(const Claim& claim, LimiterShard& shard, bool& is_new) const {
  const bool is_user = claim.scope == limits::Scope::user;
  LimiterShard::States& states = is_user ? shard.users : shard.known;
  if (const auto found = states.find(claim.id); found != states.end()) return found->second;
  is_new = true;
  if (is_user && states.size() >= most_users_) return shard.crowd;
  return states[claim.id];
}

Admission Limiter::admit(std::span<const Claim> claims, const limits::Demand& demand,
                         const limits::Instant& now) {
  claims = claims.first(std::min(claims.size(), limits::kMostSubjects));
  Admission admission;
  Lease& lease = admission.lease;
  std::array<limits::Subject, limits::kMostSubjects> subjects;
  std::size_t size = 0;
  LockedShards locked;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    if (!claim.limits.any()) continue;
    subjects[size] = {.scope = claim.scope, .limits = &claim.limits};
    lease.parts_[size++] = {.shard = &shard_of(claim), .limits = claim.limits, .claim = i};
    locked.add(shard_of(claim));
  }
  locked.lock();
  bool any_new = false;
  for (std::size_t i = 0; i < size; ++i) {
    Lease::Part& part = lease.parts_[i];
    part.state = &state_of(claims[part.claim], *part.shard, any_new);
    subjects[i].state = part.state;
  }
  const limits::Decision decision = limits::admit(std::span(subjects).first(size), demand, now);
  admission.refusal = decision.refusal;
  admission.header = decision.header;
  if (!decision.refusal) {
    for (std::size_t i = 0; i < size; ++i) lease.parts_[i].charge = decision.charges[i];
    lease.size_ = size;
  }
  // Behind the decision: until then a new state is idle, and must stay.
  if (any_new) locked.sweep_some(now);
  return admission;
}

void Limiter::count_spent(const Claim& claim, std::int64_t unix_s, Money spent) {
  if (!claim.limits.budget) return;
  LimiterShard& shard = shard_of(claim);
  const LimiterShard::Lock lock(shard.mutex);
  bool is_new = false;
  SubjectState& state = state_of(claim, shard, is_new);
  // The members of a crowd are counted together.
  if (&state == &shard.crowd) spent = add(spent, state.money.spent);
  limits::count_spent(state.money, claim.limits.budget->period, unix_s, spent);
}

limits::Spending Limiter::spending(const Claim& claim, std::int64_t unix_s) const {
  limits::Spending spending;
  const LimiterShard& shard = shard_of(claim);
  {
    const LimiterShard::Lock lock(shard.mutex);
    const LimiterShard::States& states =
        claim.scope == limits::Scope::user ? shard.users : shard.known;
    if (const auto found = states.find(claim.id); found != states.end()) {
      spending = found->second.money;
    }
  }
  if (claim.limits.budget) enter_period(spending, claim.limits.budget->period, unix_s);
  return spending;
}

void Limiter::drop_idle(const limits::Instant& now) {
  for (LimiterShard& shard : *shards_) {
    const LimiterShard::Lock lock(shard.mutex);
    sweep(shard.known, shard.known_cursor, shard.known.bucket_count(), now);
    sweep(shard.users, shard.users_cursor, shard.users.bucket_count(), now);
  }
}

std::size_t Limiter::size() const {
  std::size_t size = 0;
  for (const LimiterShard& shard : *shards_) {
    const LimiterShard::Lock lock(shard.mutex);
    size += shard.known.size() + shard.users.size();
  }
  return size;
}

}  // namespace arouter::daemon
