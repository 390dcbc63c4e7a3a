// Whose limits a request is subject to: of its key, its user, its model, and of everybody.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/limits/limiter.hpp"
#include "shared/config.hpp"
#include "shared/keys/key_record.hpp"

namespace arouter::daemon {

struct NamedClaim {
  Claim claim{};
  std::string name{};  // "key 'backend'"
};

/// `user` and `model` may be ""; claims without limits are left out.
std::vector<NamedClaim> claims_of(const KeyRecord& key, std::string_view user,
                                  std::string_view model, const LimitsConfig& limits,
                                  const Limiter& limiter);

/// For whom the request counts: the user that it names, else the key's own.
std::string_view user_of(const KeyRecord& key, std::string_view named);

// One of them: of the key, with what its own settings leave open as `limits` has it.
Claim claim_of_key(const KeyRecord& key, const LimitsConfig& limits, const Limiter& limiter);
Claim claim_of_user(std::string_view user, const LimitsConfig& limits, const Limiter& limiter);
Claim claim_of_all(const LimitsConfig& limits, const Limiter& limiter);

}  // namespace arouter::daemon
