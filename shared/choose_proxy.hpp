// Whether a provider is reached through a proxy, and through which.
//
// Sources: the variables as curl(1) and CURLOPT_NOPROXY(3) describe them, ports in NO_PROXY as Go's
// httpproxy takes them (checked 2026-11-30).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/origin.hpp"
#include "shared/proxy.hpp"
#include "shared/secret.hpp"

namespace arouter {

/// What the environment says of proxies, as it is written there.
struct ProxyVariables {
  struct Variable {
    std::string name;  // in the spelling that was found; "" when there is none
    Secret value;      // may hold a password
  };
  Variable https, http, all;
  std::string no_proxy;
};

/// Lower case before upper case; http_proxy in lower case alone, since HTTP_PROXY is what a CGI
/// program gets from a request's Proxy header. An empty variable is none.
ProxyVariables read_proxy_variables();

/// Whether NO_PROXY's `list`, parted by commas or blanks, names the host: as "*", as its domain
/// (with or without a dot before it), as its address or a network of it ("10.0.0.0/8"), each but
/// "*" and networks with a port behind it where only that is meant.
bool is_exempt(std::string_view list, const Origin& origin);

/// The proxy that the environment names for what is at `origin`; none for loopback.
/// Errors: bad_request naming the variable, never its value.
Result<std::optional<Proxy>> find_proxy(const Origin& origin, const ProxyVariables& variables);

/// The proxy for what is at `origin` by a provider's `proxy`: "none", a URL, or "", which leaves it
/// to the environment. Errors: of decode_proxy() and find_proxy().
Result<std::optional<Proxy>> choose_proxy(const Origin& origin, std::string_view written,
                                          const ProxyVariables& variables);

}  // namespace arouter
