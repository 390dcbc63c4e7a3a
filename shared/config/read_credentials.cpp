// provider.keys and what may stand in their place, and the client certificate.
#include <algorithm>

#include "shared/config/sections.hpp"
#include "shared/origin.hpp"
#include "shared/secret_source.hpp"
#include "shared/utf8.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostName = 64;
constexpr std::uint32_t kMany = 1'000'000;

struct SecretKind {
  std::string_view word;
  SecretRef::Kind kind;
};
constexpr SecretKind kSecretKinds[] = {
    {"env", SecretRef::Kind::env},
    {"file", SecretRef::Kind::file},
    {"credential", SecretRef::Kind::credential},
    {"value", SecretRef::Kind::value},
};

/// Messages never hold what stands there: a key is easily pasted into the wrong field.
void check_secret(TableReader& table, std::string_view word, const SecretRef& secret) {
  if (secret.kind == SecretRef::Kind::env && !is_variable_name(secret.name)) {
    table.fault(word, "must be the name of an environment variable, not the key itself");
  }
  if (secret.kind == SecretRef::Kind::file && secret.name.empty()) table.fault(word, "is empty");
  const bool plain = !secret.name.empty() && secret.name.find('/') == std::string::npos;
  if (secret.kind == SecretRef::Kind::credential && !plain) {
    table.fault(word, "must be a name below $CREDENTIALS_DIRECTORY, without '/'");
  }
  if (secret.kind == SecretRef::Kind::value && secret.value.empty()) table.fault(word, "is empty");
}

/// Reads where a secret is; the table may hold more, and is not finished. `kinds`: how many of the
/// kinds may stand, and `list` names them.
SecretRef read_secret(TableReader& table, std::size_t kinds, std::string_view list) {
  SecretRef secret;
  secret.place = table.in_file(table.place());
  int sources = 0;
  for (std::size_t i = 0; i < kinds; ++i) {
    const SecretKind& each = kSecretKinds[i];
    if (table.find(each.word) == nullptr) continue;
    ++sources;
    const TomlValue* value = table.require(each.word, TomlType::string);
    if (value == nullptr) continue;
    secret.kind = each.kind;
    secret.place = table.in_file(value->place);
    if (each.kind == SecretRef::Kind::value) {
      secret.value = Secret(value->text);
    } else {
      secret.name = value->text;
    }
    check_secret(table, each.word, secret);
  }
  if (sources != 1) {
    table.fault_at(table.place(), table.path() + " needs exactly one of " + std::string(list));
  }
  return secret;
}

void read_key_name(TableReader& table, KeyConfig& key) {
  const TomlValue* name = table.find("name");
  if (name == nullptr) return;
  table.read("name", key.name);
  const bool fits = !key.name.empty() && key.name.size() <= kMostName &&
                    std::none_of(key.name.begin(), key.name.end(), [](char c) {
                      return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
                    });
  if (!fits) table.fault("name", "must be 1 to 64 bytes of text without control characters");
}

KeyConfig read_key(TableReader table) {
  KeyConfig key;
  key.secret = read_secret(table, std::size(kSecretKinds), "env, file, credential and value");
  key.name = source_name(key.secret);
  read_key_name(table, key);
  table.read("weight", key.weight, {1, 1'000});
  read_patterns(table, "models", key.models);
  if (auto limits = table.table("limits")) {
    limits->read("concurrency", key.concurrency, {0, kMany});
    limits->read("requests_per_minute", key.requests_per_minute, {0, kMany});
    limits->finish();
  }
  table.finish();
  return key;
}

void read_keys(TableReader& table, std::vector<KeyConfig>& keys) {
  constexpr const char* kShape =
      "provider.keys must be a list of where keys are, as in [{ env = \"ACME_KEY\" }], never the "
      "keys themselves";
  const TomlValue* value = table.find("keys");
  if (value == nullptr) return;
  if (value->type != TomlType::array) return table.fault_at(value->place, kShape);
  const bool holds_text = !value->items.empty() && value->items.front().type == TomlType::string;
  if (holds_text) return table.fault_at(value->items.front().place, kShape);
  for (TableReader& each : table.tables("keys")) {
    keys.push_back(read_key(each));
    const auto same = [&](const KeyConfig& other) { return other.name == keys.back().name; };
    const bool taken = std::any_of(keys.begin(), keys.end() - 1, same);
    if (taken && each.has("name")) each.fault("name", "is the name of another key");
  }
}

OAuth2Config read_oauth2(TableReader table, bool allow_insecure) {
  OAuth2Config oauth2;
  oauth2.place = table.in_file(table.place_of("token_url"));
  if (const TomlValue* url = table.require("token_url", TomlType::string)) {
    oauth2.token_url = url->text;
    const Result<Origin> origin = decode_base_url(url->text);
    if (!origin) {
      table.fault("token_url", origin.error().message);
    } else if (!origin->tls && !is_loopback(origin->host) && !allow_insecure) {
      table.fault("token_url", "would carry a secret in clear text: use https");
    }
  }
  if (const TomlValue* id = table.require("client_id", TomlType::string)) {
    oauth2.client_id = id->text;
    if (id->text.empty()) table.fault("client_id", "is empty");
  }
  if (auto secret = table.table("client_secret")) {
    oauth2.client_secret =
        read_secret(*secret, std::size(kSecretKinds), "env, file, credential and value");
    secret->finish();
  } else if (!table.has("client_secret")) {
    table.fault("client_secret", "is missing");
  }
  table.read("scope", oauth2.scope);
  table.read("audience", oauth2.audience);
  table.finish();
  return oauth2;
}

ServiceAccountConfig read_service_account(TableReader table) {
  ServiceAccountConfig account;
  account.source = read_secret(table, 2, "env and file");
  table.read("scope", account.scope);
  if (account.scope.empty()) table.fault("scope", "is empty");
  table.finish();
  return account;
}

}  // namespace

void read_credentials(TableReader& table, ProviderConfig& provider) {
  read_keys(table, provider.keys);
  if (auto part = table.table("oauth2")) {
    provider.oauth2 = read_oauth2(*part, provider.allow_insecure);
  }
  if (auto part = table.table("service_account")) {
    provider.service_account = read_service_account(*part);
  }
  table.read("byok", provider.byok);
  std::string_view first;
  for (const std::string_view kind : {"keys", "oauth2", "service_account"}) {
    if (!table.has(kind)) continue;
    if (!first.empty()) {
      table.fault(kind, "stands beside " + table.name_of(first) + ": a provider has one of them");
    } else {
      first = kind;
    }
  }
}

void read_client_cert(TableReader& table, ClientCertificate& certificate) {
  auto part = table.table("client_cert");
  if (!part) return;
  certificate.place = part->in_file(part->place_of("key_file"));
  for (const auto& [key, target] :
       {std::pair("cert_file", &certificate.cert_file), {"key_file", &certificate.key_file}}) {
    const TomlValue* file = part->require(key, TomlType::string);
    if (file == nullptr) continue;
    if (file->text.empty()) part->fault(key, "is empty");
    *target = file->text;
  }
  part->finish();
}

}  // namespace arouter
