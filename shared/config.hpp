// The configuration as written: what the TOML files say, checked, with defaults filled in.
//
// Defaults stand in the member initialisers and nowhere else. catalog.hpp holds the resolved form
// (keys read, URLs split, models linked).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/money.hpp"
#include "shared/secret.hpp"
#include "shared/usage.hpp"

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
  std::uint32_t weight = 1;
  SourcePlace place;
};

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

struct DataPolicy {
  std::optional<bool> collects;  // nothing: unknown, which counts as collecting
  bool zdr = false;
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
  Pricing pricing;
  std::string quantization;
  std::string expiration_date;
  std::vector<std::string> supported_parameters;
  std::optional<Timeouts> timeouts;
  SourcePlace place;
};

struct ProviderConfig {
  std::string name;  // the prefix in name/model
  std::string format = "openai";
  std::vector<std::string> also_speaks;  // more formats, at the same base_url
  std::string base_url;
  std::vector<SecretRef> keys;  // none: no credential is sent
  DataPolicy data_policy;
  Timeouts timeouts;
  std::uint32_t concurrency = 0;  // limits.concurrency; 0: no limit
  std::string ca_file;            // "": the system's bundle
  bool allow_insecure = false;    // plain http with a credential beyond loopback
  std::vector<ModelConfig> models;
  SourcePlace place;
};

/// One provider's offer of a shared model.
struct EndpointConfig {
  std::string provider;
  std::string model;  // the provider's own name of it
  std::optional<Pricing> pricing;
  std::string quantization;
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

enum class AuthMode : std::uint8_t { keys, open };
enum class Durability : std::uint8_t { process, power };

struct Config {
  ServerConfig server;
  AuthMode auth = AuthMode::keys;
  Durability durability = Durability::process;
  std::string log_level = "info";  // debug | info | warn | error
  std::vector<ProviderConfig> providers;
  std::vector<SharedModelConfig> models;
  std::vector<std::string> files;  // every file read, in order
};

}  // namespace arouter
