// Who calls, and what the request holds of the limits that it is subject to.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/limits/lease.hpp"
#include "shared/keys/key_record.hpp"
#include "shared/limits/reservation.hpp"

namespace arouter::daemon {

/// Threads: of the exchange.
struct Caller {
  std::shared_ptr<const KeyRecord> key{};  // set by authenticate

  // Set by admit, where limits apply.
  std::optional<Lease> lease{};
  limits::RateHeader rates{};
  std::vector<std::string> claims{};  // what each claim of the lease is called: "key 'backend'"
  // Where a hard budget counts on it: how an endpoint's output is to be capped.
  std::optional<limits::Ask> capped{};
};

}  // namespace arouter::daemon
