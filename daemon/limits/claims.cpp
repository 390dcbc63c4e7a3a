#include "daemon/limits/claims.hpp"

#include <utility>

#include "daemon/ledger/record.hpp"

namespace arouter::daemon {

namespace {

using limits::Scope;

void add(std::vector<NamedClaim>& claims, const Claim& claim, std::string_view name) {
  if (!claim.limits.any()) return;
  std::string text(limits::scope_name(claim.scope));
  if (!name.empty()) text += " '" + std::string(name) + "'";
  claims.push_back({claim, std::move(text)});
}

Claim claim_of(Scope scope, std::string_view name, const limits::Settings& settings,
               const Limiter& limiter) {
  return {.scope = scope, .id = limiter.id_of(scope, name), .limits = limits::limits_of(settings)};
}

}  // namespace

std::string_view user_of(const KeyRecord& key, std::string_view named) {
  // As the ledger keeps it: what was spent is counted under that.
  return cut_text(named.empty() ? std::string_view(key.user) : named);
}

Claim claim_of_key(const KeyRecord& key, const LimitsConfig& limits, const Limiter& limiter) {
  return claim_of(Scope::key, key.hash, with_fallback(settings_of(key), limits.key), limiter);
}

Claim claim_of_user(std::string_view user, const LimitsConfig& limits, const Limiter& limiter) {
  return claim_of(Scope::user, user, limits.user, limiter);
}

Claim claim_of_all(const LimitsConfig& limits, const Limiter& limiter) {
  return claim_of(Scope::total, "", limits.total, limiter);
}

std::vector<NamedClaim> claims_of(const KeyRecord& key, std::string_view user,
                                  std::string_view model, const LimitsConfig& limits,
                                  const Limiter& limiter) {
  std::vector<NamedClaim> claims;
  add(claims, claim_of_key(key, limits, limiter), key.name);
  if (!user.empty()) add(claims, claim_of_user(user, limits, limiter), user);
  if (!model.empty()) add(claims, claim_of(Scope::model, model, limits.model, limiter), model);
  add(claims, claim_of_all(limits, limiter), "");
  return claims;
}

}  // namespace arouter::daemon
