// The configuration as written: what the TOML files say, checked, with defaults filled in.
//
// Defaults stand in the member initialisers and nowhere else. catalog.hpp holds the resolved form
// (keys read, URLs split, models linked).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/limits/settings.hpp"
#include "shared/money.hpp"
#include "shared/price_table.hpp"
#include "shared/secret.hpp"

namespace arouter {

using std::chrono::milliseconds;

/// Where a thing stands in a file; line and column count from 1, 0 when it stands in none.
struct SourcePlace {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// "file:line:column", or just the file when the line is 0.
std::string to_string(const SourcePlace& place);

struct ConfigFault {
  SourcePlace place;
  std::string message;  // what is wrong and, where known, the nearest right name
};
/// "file:line:column: message"
std::string to_string(const ConfigFault& fault);

/// A secret by reference: `{ env = "NAME" }`, `{ file = "~/path" }`, `{ credential = "name" }`
/// (systemd's $CREDENTIALS_DIRECTORY), or `{ value = "…" }` in a file of mode 0600.
struct SecretRef {
  enum class Kind : std::uint8_t { env, file, credential, value };
  Kind kind = Kind::env;
  std::string name;  // of the variable, file or credential
  Secret value;      // of Kind::value, else empty
  SourcePlace place;
};

/// Names of models: '*' stands for any characters, none included.
struct ModelPattern {
  std::string text;
  SourcePlace place;
};

/// One of a provider's keys.
struct KeyConfig {
  SecretRef secret;
  std::string name;  // shown in place of the key; where it comes from, unless it is named
  std::uint32_t weight = 1;
  std::vector<ModelPattern> models;       // over the provider's own names; none: all
  std::uint32_t concurrency = 0;          // 0: no limit
  std::uint32_t requests_per_minute = 0;  // 0: no limit
};

/// Tokens by OAuth 2.0's client credentials (RFC 6749, 4.4), in place of keys.
struct OAuth2Config {
  std::string token_url;
  std::string client_id;
  SecretRef client_secret;
  std::string scope;     // "": not sent
  std::string audience;  // "": not sent
  SourcePlace place;     // of the URL
};

/// A service account as Google writes it: JSON with a private key that signs requests for tokens.
struct ServiceAccountConfig {
  SecretRef source;  // of the JSON: a file, or a variable
  std::string scope = "https://www.googleapis.com/auth/cloud-platform";
};

/// What this side of a TLS connection shows: PEM files, "" when there are none.
struct ClientCertificate {
  std::string cert_file;
  std::string key_file;
  SourcePlace place;
};

/// The HTTP proxy on the way to a provider.
struct ProxyConfig {
  Secret url;  // "http://[user:password@]host:port", "none", or "": as the environment says
  SourcePlace place;
};

/// A GET that tells, now and then, whether the provider is there.
struct HealthCheck {
  std::string path;  // from the root of the provider's host
  std::chrono::seconds interval{30};
};

struct BreakerConfig {
  std::uint32_t failures = 5;  // in a row, that open it; 0: neither it nor a key is ever benched
  milliseconds open{5'000};    // the first time; doubled each time after
  milliseconds max_open{300'000};  // and never longer
};

/// What becomes of a call upstream whose client has left.
enum class ClientGone : std::uint8_t { cancel, drain };

struct Architecture {
  std::vector<std::string> input_modalities{"text"};
  std::vector<std::string> output_modalities{"text"};
  std::string tokenizer;
  std::string instruct_type;  // "" is null on the wire
};

struct Timeouts {
  milliseconds connect{2'000};
  milliseconds tls{3'000};
  milliseconds first_byte{120'000};  // from the request's last byte to the answer's head
  milliseconds progress{300'000};    // between two data events
  milliseconds total{3'600'000};
};

/// What is declared about prompts and answers; nothing where nothing is.
struct DataPolicy {
  std::optional<bool> collects;  // unknown counts as collecting
  std::optional<bool> zdr;       // nothing is kept at all
  std::optional<int> retention_days;
};

struct ModelConfig {
  std::string id;  // what is sent upstream
  std::string name;
  std::string description;
  std::int64_t created = 0;  // Unix seconds, 0 when unknown
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
  Architecture architecture;
  PriceTable pricing;
  std::string quantization;
  std::string expiration_date;  // the last day that it is served, "2027-01-31"
  DataPolicy data_policy;       // where it differs from the provider's
  std::vector<std::string> supported_parameters;
  std::optional<Timeouts> timeouts;
  SourcePlace place;
};

struct ProviderConfig {
  std::string name;          // the prefix in name/model
  std::string display_name;  // that people read; "": the name
  std::string format = "openai";
  std::vector<std::string> also_speaks;  // more formats, at the same base_url
  std::string base_url;
  std::vector<KeyConfig> keys;  // without these three no credential is sent
  std::optional<OAuth2Config> oauth2;
  std::optional<ServiceAccountConfig> service_account;
  bool byok = false;  // callers may bring their own key
  DataPolicy data_policy;
  Timeouts timeouts;
  std::uint32_t concurrency = 0;  // limits.concurrency; 0: no limit
  std::string ca_file;            // "": the system's bundle
  ClientCertificate client_cert;
  ProxyConfig proxy;
  bool allow_insecure = false;  // plain http with a credential beyond loopback
  ClientGone on_client_gone = ClientGone::cancel;
  std::optional<HealthCheck> health_check;
  BreakerConfig breaker;
  std::vector<ModelConfig> models;
  SourcePlace place;
};

/// One provider's offer of a shared model.
struct EndpointConfig {
  std::string provider;
  std::string model;  // the provider's own name of it
  // Where they differ from what the provider lists.
  std::optional<PriceTable> pricing;
  std::string quantization;
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
  std::optional<std::vector<std::string>> supported_parameters;
  DataPolicy data_policy;

  std::string tag;          // tells offers of one provider apart: "turbo" in acme/turbo
  SourcePlace place;        // of the provider's name
  SourcePlace model_place;  // of the model's
};

/// [[model]]: one model that several providers serve.
struct SharedModelConfig {
  std::string id;
  std::string name;
  std::string description;
  std::vector<EndpointConfig> endpoints;
  SourcePlace place;
};

/// [[alias]]: what callers say, and the model that is meant.
struct AliasConfig {
  std::string name;         // or a pattern, as in ModelPattern
  std::string model;        // its whole id
  SourcePlace place;        // of the name
  SourcePlace model_place;  // of the model's
};

struct RoutingConfig {
  std::string fallback_model;             // for names that lead nowhere; "": they are refused
  std::vector<ModelPattern> auto_models;  // over ids; none: what writes text at a known price
  std::uint32_t max_attempts = 3;
  bool retry_ambiguous = true;  // once more, elsewhere, after a request that got no answer
  bool deny_data_collection = false;
  bool zdr = false;
  bool affinity = true;  // a conversation stays with its provider and key for a while
  SourcePlace fallback_place;
};

struct ServerConfig {
  std::vector<std::string> listen{"127.0.0.1:18080", "[::1]:18080"};
  std::uint32_t workers = 0;  // 0: one event loop per core
  milliseconds header{10'000};
  milliseconds body{30'000};
  milliseconds idle{60'000};
  milliseconds drain{30'000};
  std::uint32_t max_connections = 10'000;
  std::uint64_t max_body_bytes = 10 * 1024 * 1024;
  std::vector<std::string> allowed_hosts;    // beyond localhost, 127.0.0.1 and [::1]
  std::vector<std::string> allowed_origins;  // browsers' Origin values that may call; none
};

/// The part of a model's name before the first slash in lower case: names of providers match
/// without regard to case.
std::string canonical_id(std::string_view name);

/// The first Unix second after `date` ("2027-01-31") in UTC; nothing when there is no such day.
std::optional<std::int64_t> decode_day(std::string_view date);

enum class AuthMode : std::uint8_t { keys, open };
enum class Durability : std::uint8_t { process, power };

/// [limits]: of each key without its own, of each user and model, and of everybody together.
struct LimitsConfig {
  limits::Settings key{}, user{}, total{};
  limits::Settings model{};  // without a budget
};

struct Config {
  ServerConfig server;
  AuthMode auth = AuthMode::keys;
  Durability durability = Durability::process;
  std::string log_level = "info";  // debug | info | warn | error
  std::vector<ProviderConfig> providers;
  std::vector<SharedModelConfig> models;
  std::vector<AliasConfig> aliases;
  RoutingConfig routing;
  LimitsConfig limits;
  std::vector<std::string> files;  // every file read, in order
};

}  // namespace arouter
