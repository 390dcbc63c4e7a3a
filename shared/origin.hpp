// Where things listen and are called: base URLs and socket addresses, split and judged once.
//
// Source: RFC 3986 (URLs), RFC 6890 (special addresses), the metadata addresses of the large
// clouds. Hosts are judged as text here and again by the daemon when a name has been resolved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

/// Scheme, host, port and path of a provider's base URL, split once.
struct Origin {
  bool tls = false;
  std::string host;  // lower case, without brackets
  std::uint16_t port = 0;
  std::string host_header;  // as sent in Host: brackets, and the port unless it is the default
  std::string base_path;    // "/v1": no final slash
};
/// Errors: bad_request naming what is wrong (scheme, user info, query, fragment, port, host), also
/// for hosts that is_forbidden_host names.
Result<Origin> decode_base_url(std::string_view url);

/// A base URL's path less a final version segment: "/api/v1" → "/api". Versions are "v" and digits,
/// as they come with "alpha", "beta" and more digits behind.
std::string_view without_api_version(std::string_view base_path) noexcept;

struct ListenAddress {
  std::string host;  // an IP address, without brackets
  std::uint16_t port = 0;
};
/// "127.0.0.1:18080", "[::1]:0". Errors: bad_request naming what is wrong.
Result<ListenAddress> decode_listen(std::string_view text);

/// "localhost", names below it, 127.0.0.0/8 and ::1 (also as ::ffff:127.0.0.1).
bool is_loopback(std::string_view host) noexcept;
/// Link-local and metadata addresses, multicast, the unspecified address, and the names of metadata
/// services: no provider stands there, and a request to one may leak the machine's own credentials.
bool is_forbidden_host(std::string_view host) noexcept;

}  // namespace arouter
