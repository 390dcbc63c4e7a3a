// What a provider's `proxy` and the environment come to.
#pragma once

#include <optional>
#include <string_view>

#include "shared/error.hpp"
#include "shared/origin.hpp"
#include "shared/proxy.hpp"

namespace arouter {

/// The proxy for what is at `origin` by a provider's `proxy`: "none", a URL, or "", which leaves it
/// to the environment. Errors: of decode_proxy() and find_proxy().
Result<std::optional<Proxy>> choose_proxy(const Origin& origin, std::string_view written,
                                          const ProxyVariables& variables);

}  // namespace arouter
