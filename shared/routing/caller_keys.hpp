// Keys of providers that a request brings along, for itself alone.
//
//   X-ARouter-Provider-Key: acme=KEY
//   X-ARouter-Provider-Key: beta=KEY;only, gamma=KEY
//
// The field may be sent more than once, and may hold a list. A provider's name counts without
// regard to case; a key is visible ASCII without ',' and ';'.
//
// Source: ARouter's API, "bring your own key": the caller's key comes first, and the router's own
// follow unless the caller says that it is to be used always. The header is ours.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/http/head.hpp"
#include "shared/secret.hpp"

namespace arouter::routing {

struct CallerKey {
  const Provider* provider = nullptr;
  Secret value{};
  bool only = false;  // when it is refused the request ends: no key of the router's follows
};

inline constexpr std::string_view kCallerKeyField = "X-ARouter-Provider-Key";

/// The keys that a request brings; none, and nothing is allocated, where it has no such field.
/// Errors: bad_request with the code "invalid_provider_key". A key may stand where a name belongs:
/// nothing of what was sent is part of the message, but for the names of providers that there are.
Result<std::vector<CallerKey>> decode_caller_keys(const HeaderFields& fields,
                                                  const Catalog& catalog);

/// The one for `provider`; null when there is none.
const CallerKey* find_caller_key(std::span<const CallerKey> keys, const Provider& provider);

/// For a provider that is asked with the caller's key or not at all, of a request without one.
Error missing_caller_key(const Provider& provider);

}  // namespace arouter::routing
