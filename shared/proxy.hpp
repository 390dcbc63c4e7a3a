// An outgoing proxy, as its URL names it. Which one it is: choose_proxy.hpp.
//
// Source: RFC 7617 (Basic).
#pragma once

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

}  // namespace arouter
