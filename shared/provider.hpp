// A provider as the daemon calls it: addresses split, credentials fetched.
//
// Sources: RFC 6749 (OAuth 2.0, client credentials); Google's JSON files of service accounts, as
// its documentation of OAuth 2.0 for server to server describes them (checked 2026-11-30).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/config.hpp"
#include "shared/origin.hpp"
#include "shared/proxy.hpp"
#include "shared/secret.hpp"

namespace arouter {

class Format;

struct ProviderKey {
  Secret value{};
  std::uint32_t weight = 1;
  std::string name{};                 // fit for logs and people; unique within the provider
  std::vector<std::string> models{};  // patterns over what is sent upstream; none: all
  std::uint32_t concurrency = 0;      // 0: no limit
  std::uint32_t requests_per_minute = 0;

  bool serves(std::string_view model) const;
};

/// Tokens by client credentials.
struct OAuth2Client {
  Origin token;  // host of the token endpoint; base_path is its path, a final slash kept
  std::string client_id;
  Secret client_secret;
  std::string scope;     // "": not sent
  std::string audience;  // "": not sent
};

/// Tokens by a signed assertion (RFC 7523).
struct ServiceAccount {
  std::string client_email;  // issuer
  std::string key_id;        // "" when the file names none
  Secret private_key;        // PEM
  std::string token_url;     // as the file has it: the assertion's audience
  Origin token;
  std::string scope;
};

struct Provider {
  std::string name;
  std::string display_name;            // never empty
  std::vector<const Format*> formats;  // that it speaks, its own first; never empty
  Origin origin;
  std::string ca_file;
  ClientCertificate client_cert;     // whole paths, or ""
  std::optional<Proxy> proxy;        // that it is reached through; none: straight
  std::optional<Proxy> token_proxy;  // likewise, the endpoint of its tokens
  // At most one of the three; without any no credential is sent.
  std::vector<ProviderKey> keys;
  std::optional<OAuth2Client> oauth2;
  std::optional<ServiceAccount> service_account;
  bool byok = false;  // callers may bring their own key
  Timeouts timeouts;
  DataPolicy data_policy;
  std::uint32_t concurrency = 0;
  ClientGone on_client_gone = ClientGone::cancel;
  std::optional<HealthCheck> health_check;
  BreakerConfig breaker;
  std::size_t index = 0;  // position in Catalog::providers

  bool speaks(const Format* format) const;
  /// The proxy that reads requests and answers; null also where it only passes TLS on.
  const Proxy* reading_proxy() const { return proxy && !origin.tls ? &*proxy : nullptr; }
  /// It is asked with the caller's own key or not at all.
  bool needs_caller_key() const;
};

/// Reads the credentials of `written` into `provider`: keys, secrets, the service account; looks at
/// the modes of files that hold secrets. What fails is told in `faults`, without the secret.
void fetch_credentials(const ProviderConfig& written, Provider& provider,
                       std::vector<ConfigFault>& faults);

}  // namespace arouter
