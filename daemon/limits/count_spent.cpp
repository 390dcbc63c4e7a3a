#include "daemon/limits/count_spent.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/limits/claims.hpp"

namespace arouter::daemon {

namespace {

using limits::Period;

/// Days of one key, of one user or of all.
using Days = std::vector<const DaySum*>;
using ByName = std::map<std::string_view, Days>;

bool is_kept(const LimitsConfig* before, const limits::Settings LimitsConfig::*scope,
             const LimitsConfig& now) {
  const std::optional<limits::Budget>& budget = (now.*scope).budget;
  if (!budget || before == nullptr) return !budget;
  const std::optional<limits::Budget>& old = (before->*scope).budget;
  return old && old->period == budget->period;
}

Money spent_in(const Days& days, Period period, std::int64_t unix_s) {
  Money spent;
  for (const DaySum* each : days) {
    const std::int64_t day_s = std::int64_t{each->day} * 86'400;
    if (limits::period_number(period, day_s) == limits::period_number(period, unix_s)) {
      spent = add(spent, each->cost);
    }
  }
  return spent;
}

void count(Limiter& limiter, const Claim& claim, const Days& days, std::int64_t unix_s) {
  if (!claim.limits.budget) return;
  limiter.count_spent(claim, unix_s, spent_in(days, claim.limits.budget->period, unix_s));
}

/// Nothing when the key was deleted.
Result<std::optional<KeyRecord>> find_key(const BudgetKeepers& keepers, std::string_view hash) {
  if (auto built_in = keepers.built_in.find_by_hash(hash)) return std::optional(*built_in);
  Result<KeyRecord> found = keepers.keys.find(hash);
  if (found) return std::optional(std::move(*found));
  if (found.error().kind == ErrorKind::not_found) return std::optional<KeyRecord>();
  return found.error();
}

Result<void> count_keys(const BudgetKeepers& keepers, const LimitsConfig* before,
                        const LimitsConfig& now, const ByName& by_key, std::int64_t unix_s) {
  for (const auto& [hash, days] : by_key) {
    const Result<std::optional<KeyRecord>> key = find_key(keepers, hash);
    if (!key) return key.error();
    // Its own budget does not come from the configuration.
    if (!*key || (before != nullptr && (*key)->limit)) continue;
    count(keepers.limiter, claim_of_key(**key, now, keepers.limiter), days, unix_s);
  }
  return {};
}

}  // namespace

Result<void> count_spent(const BudgetKeepers& keepers, const LimitsConfig* before,
                         const LimitsConfig& now, std::int64_t unix_s) {
  // Keys may have budgets of their own, which only the start counts.
  const bool counts_keys = before == nullptr || !is_kept(before, &LimitsConfig::key, now);
  const bool counts_users = !is_kept(before, &LimitsConfig::user, now);
  const bool counts_total = !is_kept(before, &LimitsConfig::total, now);
  if (!counts_keys && !counts_users && !counts_total) return {};
  keepers.ledger.flush(std::chrono::seconds(2));
  const Result<std::vector<DaySum>> sums = keepers.ledger.sum_days_now({});
  if (!sums) return sums.error();
  ByName by_key, by_user;
  Days all;
  for (const DaySum& each : *sums) {
    by_key[each.key_hash].push_back(&each);
    by_user[each.user].push_back(&each);
    all.push_back(&each);
  }
  if (counts_keys) {
    Result<void> counted = count_keys(keepers, before, now, by_key, unix_s);
    if (!counted) return counted;
  }
  Limiter& limiter = keepers.limiter;
  for (const auto& [user, days] : by_user) {
    if (!counts_users || user.empty()) continue;
    count(limiter, claim_of_user(user, now, limiter), days, unix_s);
  }
  if (counts_total) count(limiter, claim_of_all(now, limiter), all, unix_s);
  return {};
}

}  // namespace arouter::daemon
