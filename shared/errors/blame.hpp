// Who refused, and whom a failure counts against: what is to be benched, or whose failures are
// counted.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

enum class Blame : std::uint8_t {
  nobody,              // the request, the client, or arouter itself; and what is not offered here
  credential_revoked,  // the key is refused: of no use until the configuration is read again
  credential_limited,  // the key is at a limit, for retry_after_s; 0: it has no credit, which lasts
  endpoint,            // the provider fails, or cannot be reached
};

/// Follows from kind, code and source: it is no field, so that none can say otherwise than they.
Blame blame_of(const Error& error) noexcept;

inline bool is_about_credential(Blame blame) noexcept {
  return blame == Blame::credential_revoked || blame == Blame::credential_limited;
}

/// The provider's name, or "arouter".
std::string_view error_source(const Error& error) noexcept;

// Codes of failures that their kind alone would put down to the endpoint.
inline constexpr std::string_view kCreditCode = "upstream_credit";
inline constexpr std::string_view kRegionCode = "region_restricted";
inline constexpr std::string_view kEarlyCode = "upstream_too_early";
inline constexpr std::string_view kCancelledCode = "upstream_cancelled";
// What is told of a refused key that the request has brought itself.
inline constexpr std::string_view kCallerKeyCode = "provider_key_refused";
// And of one that its kind would put down to the key.
inline constexpr std::string_view kProxyAuthCode = "upstream_proxy_auth";

}  // namespace arouter
