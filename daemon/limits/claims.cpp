#include "daemon/limits/claims.hpp"

#include <utility>

#include "daemon/ledger/record.hpp"

namespace arouter::daemon {

namespace {

using limits::Scope;

Claim claim_of(Scope scope, std::string_view id, const limits::Settings& settings,
               const Limiter& limiter) {
  return {.scope = scope, .id = limiter.id_of(scope, id), .limits = limits::limits_of(settings)};
}

/// Most requests are subject to few limits: what is not limited is not even hashed.
class ClaimList {
 public:
  explicit ClaimList(const Limiter& limiter) : limiter_(limiter) {}

  /// `name`: what people call whoever has that id.
  void add(Scope scope, std::string_view id, const limits::Settings& settings,
           std::string_view name) {
    if (settings == limits::Settings{}) return;
    std::string text(limits::scope_name(scope));
    if (!name.empty()) text += " '" + std::string(name) + "'";
    claims_.push_back({claim_of(scope, id, settings, limiter_), std::move(text)});
  }
  std::vector<NamedClaim> take() { return std::move(claims_); }

 private:
  const Limiter& limiter_;
  std::vector<NamedClaim> claims_;
};

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
  ClaimList claims(limiter);
  claims.add(Scope::key, key.hash, with_fallback(settings_of(key), limits.key), key.name);
  if (!user.empty()) claims.add(Scope::user, user, limits.user, user);
  if (!model.empty()) claims.add(Scope::model, model, limits.model, model);
  claims.add(Scope::total, "", limits.total, "");
  return claims.take();
}

}  // namespace arouter::daemon
