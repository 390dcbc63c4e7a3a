// What the answers about usage are asked for: of which requests.
#pragma once

#include <string_view>

#include "daemon/ledger/sums.hpp"
#include "shared/error.hpp"
#include "shared/keys/key_record.hpp"

namespace arouter::daemon {

/// Whose rows a key may see, by its hash; "": everybody's. Whoever was given a key sees what it has
/// used; the keys of the state folder, and those that manage others, see all.
std::string visible_key(const KeyRecord& key);

/// `since` in Unix seconds or `start_time` as RFC 3339 has it, `end_time` likewise, `provider_id`,
/// `model` and `key_id`, which is a key's hash; of what `caller` may see. Without `by` and
/// `reprice`. Errors: bad_request with `param`; forbidden for another's key.
Result<SumQuery> read_usage_query(std::string_view query, const KeyRecord& caller);

}  // namespace arouter::daemon
