// Signatures of a service account.
//
// Source: RFC 7518, 3.3 (RS256: RSASSA-PKCS1-v1_5 with SHA-256).
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter::daemon {

/// The signature's bytes. `private_key`: PEM. Errors: internal; what cannot be used is in the
/// message, without a byte of the key.
Result<std::string> sign_rs256(const Secret& private_key, std::string_view text);

}  // namespace arouter::daemon
