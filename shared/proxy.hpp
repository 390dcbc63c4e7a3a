// Outgoing proxies: whether a provider is reached through one, and through which.
//
// Sources: RFC 7617 (Basic); the variables as curl(1) and CURLOPT_NOPROXY(3) describe them, ports
// in NO_PROXY as Go's httpproxy takes them (checked 2026-11-30).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/origin.hpp"
#include "shared/secret.hpp"

namespace arouter {

/// Spoken to in plain HTTP.
struct Proxy {
  Origin origin;         // without a path
  Secret authorization;  // value of Proxy-Authorization, for the proxy alone; empty: none is sent
};

/// "http://[user[:password]@]host[:port]", "http://" may be left away; the port is 80 unless it is
/// written. Errors: bad_request saying what is wrong, without a word of the user and the password.
Result<Proxy> decode_proxy(std::string_view url);

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

}  // namespace arouter
