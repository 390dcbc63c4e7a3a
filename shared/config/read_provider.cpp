// [[provider]]: who is called, where, with which keys.
#include <algorithm>

#include "shared/config/sections.hpp"
#include "shared/origin.hpp"
#include "shared/secret_source.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostName = 64;

bool is_provider_name(std::string_view name) {
  const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kMostName && first(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return first(c) || c == '_' || c == '-'; });
}

/// First segments of the daemon's own routes: a provider of that name could not be reached at
/// /{provider}/{path}.
bool is_reserved(std::string_view name) {
  constexpr std::string_view kRoutes[] = {
      "api",    "chat",   "completions", "embeddings", "health",  "healthz", "messages", "metrics",
      "models", "readyz", "responses",   "v1",         "v1alpha", "v1beta",  "v1beta1",  "v2"};
  return std::find(std::begin(kRoutes), std::end(kRoutes), name) != std::end(kRoutes);
}

std::string read_name(TableReader& table) {
  const TomlValue* value = table.require("name", TomlType::string);
  if (value == nullptr) return {};
  if (!is_provider_name(value->text)) {
    table.fault("name",
                "must be 1 to 64 lower-case letters, digits, '-' and '_', beginning with a "
                "letter or digit, not " +
                    quoted_name(value->text));
  } else if (is_reserved(value->text)) {
    table.fault("name", "is " + quoted_name(value->text) + ", which is a route of the daemon");
  }
  return value->text;
}

struct KeyKind {
  std::string_view word;
  SecretRef::Kind kind;
};
constexpr KeyKind kKeyKinds[] = {
    {"env", SecretRef::Kind::env},
    {"file", SecretRef::Kind::file},
    {"credential", SecretRef::Kind::credential},
    {"value", SecretRef::Kind::value},
};

/// Messages never hold what stands there: a key is easily pasted into the wrong field.
void check_key_name(TableReader& table, std::string_view word, const SecretRef& key) {
  if (key.kind == SecretRef::Kind::env && !is_variable_name(key.name)) {
    table.fault(word, "must be the name of an environment variable, not the key itself");
  }
  if (key.kind == SecretRef::Kind::file && key.name.empty()) table.fault(word, "is empty");
  const bool plain = !key.name.empty() && key.name.find('/') == std::string::npos;
  if (key.kind == SecretRef::Kind::credential && !plain) {
    table.fault(word, "must be a name below $CREDENTIALS_DIRECTORY, without '/'");
  }
  if (key.kind == SecretRef::Kind::value && key.value.empty()) table.fault(word, "is empty");
}

SecretRef read_key(TableReader table) {
  SecretRef key;
  key.place = table.in_file(table.place());
  int sources = 0;
  for (const KeyKind& each : kKeyKinds) {
    if (table.find(each.word) == nullptr) continue;
    ++sources;
    const TomlValue* value = table.require(each.word, TomlType::string);
    if (value == nullptr) continue;
    key.kind = each.kind;
    key.place = table.in_file(value->place);
    if (each.kind == SecretRef::Kind::value) {
      key.value = Secret(value->text);
    } else {
      key.name = value->text;
    }
    check_key_name(table, each.word, key);
  }
  if (sources != 1) {
    table.fault_at(table.place(),
                   "provider.keys: a key has exactly one of env, file, credential "
                   "and value");
  }
  table.read("weight", key.weight, {1, 1'000});
  table.finish();
  return key;
}

void read_keys(TableReader& table, std::vector<SecretRef>& keys) {
  constexpr const char* kShape =
      "provider.keys must be a list of where keys are, as in [{ env = \"ACME_KEY\" }], never the "
      "keys themselves";
  const TomlValue* value = table.find("keys");
  if (value == nullptr) return;
  if (value->type != TomlType::array) return table.fault_at(value->place, kShape);
  const bool holds_text = !value->items.empty() && value->items.front().type == TomlType::string;
  if (holds_text) return table.fault_at(value->items.front().place, kShape);
  for (TableReader& each : table.tables("keys")) keys.push_back(read_key(each));
}

DataPolicy read_data_policy(TableReader table) {
  DataPolicy policy;
  if (table.find("collects") != nullptr) {
    bool collects = true;
    table.read("collects", collects);
    policy.collects = collects;
  }
  table.read("zdr", policy.zdr);
  if (table.find("retention_days") != nullptr) {
    int days = 0;
    table.read("retention_days", days, {0, 36'500});
    policy.retention_days = days;
  }
  table.finish();
  return policy;
}

void read_base_url(TableReader& table, ProviderConfig& provider) {
  const TomlValue* value = table.require("base_url", TomlType::string);
  if (value == nullptr) return;
  provider.base_url = value->text;
  const Result<Origin> origin = decode_base_url(value->text);
  if (!origin) return table.fault("base_url", origin.error().message);
  const bool exposed = !origin->tls && !provider.keys.empty() && !is_loopback(origin->host);
  if (exposed && !provider.allow_insecure) {
    table.fault("base_url", "would carry a key in clear text to " + quoted_name(origin->host) +
                                ": use https, or set allow_insecure = true");
  }
}

}  // namespace

ProviderConfig read_provider(TableReader table) {
  constexpr Word<const char*> kFormats[] = {{"openai", "openai"},
                                            {"anthropic", "anthropic"},
                                            {"gemini", "gemini"},
                                            {"responses", "responses"}};
  ProviderConfig provider;
  provider.place = table.in_file(table.place_of("name"));
  provider.name = read_name(table);
  const char* format = nullptr;
  table.read("format", format, kFormats);
  if (format != nullptr) provider.format = format;
  read_known_words(table, "also_speaks", provider.also_speaks,
                   {"openai", "anthropic", "gemini", "responses"});
  read_keys(table, provider.keys);
  table.read("allow_insecure", provider.allow_insecure);
  read_base_url(table, provider);
  table.read("ca_file", provider.ca_file);
  if (auto policy = table.table("data_policy")) provider.data_policy = read_data_policy(*policy);
  if (auto limits = table.table("limits")) {
    limits->read("concurrency", provider.concurrency, {0, 1'000'000});
    limits->finish();
  }
  if (auto own = table.table("timeouts")) {
    provider.timeouts = read_timeouts(*own, provider.timeouts);
  }
  for (TableReader& model : table.tables("model")) {
    provider.models.push_back(read_model(model, provider.timeouts));
  }
  table.finish();
  return provider;
}

}  // namespace arouter
