// What a token endpoint is asked.
//
// Sources: RFC 6749, 2.3.1 and 4.4 (client credentials), appendix B (how they are encoded);
// RFC 7523, 2.1 (assertions); RFC 7519 and RFC 7515 (their claims and their spelling); Google's
// "Using OAuth 2.0 for Server to Server Applications" (checked 2026-11-30).
// Surprise: every server must take the client's secret in an Authorization header, yet Azure AD B2C
// is reported to take it in the body only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/provider.hpp"
#include "shared/secret.hpp"

namespace arouter {

/// Where a client's secret stands.
enum class ClientAuth : std::uint8_t { header, body };

struct TokenRequest {
  Secret fields;  // of the head, each with its CRLF
  Secret body;
};

TokenRequest client_credentials_request(const OAuth2Client& client, ClientAuth auth);

/// Header and claims of an assertion that is good for an hour from `now_s` (Unix seconds): what its
/// signature, RSASSA-PKCS1-v1_5 with SHA-256, is made over.
std::string unsigned_assertion(const ServiceAccount& account, std::int64_t now_s);
/// `signature`: its bytes.
TokenRequest assertion_request(std::string_view unsigned_assertion, std::string_view signature);

}  // namespace arouter
