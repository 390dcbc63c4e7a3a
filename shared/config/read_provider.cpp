// [[provider]]: who is called, where and how.
#include <algorithm>
#include <optional>

#include "shared/config/sections.hpp"
#include "shared/origin.hpp"
#include "shared/proxy.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kDay = 86'400'000;
constexpr std::size_t kMostName = 64;
constexpr std::size_t kMostDisplayName = 128;

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

/// Printable, as it stands in lists and answers.
void read_display_name(TableReader& table, std::string& name) {
  table.read("display_name", name);
  const bool plain =
      name.size() <= kMostDisplayName && std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
      });
  if (!plain) table.fault("display_name", "must be at most 128 bytes without control characters");
}

bool carries_secret(const ProviderConfig& provider) {
  return !provider.keys.empty() || provider.byok || provider.oauth2 || provider.service_account;
}

void read_base_url(TableReader& table, ProviderConfig& provider) {
  const TomlValue* value = table.require("base_url", TomlType::string);
  if (value == nullptr) return;
  provider.base_url = value->text;
  const Result<Origin> origin = decode_base_url(value->text);
  if (!origin) return table.fault("base_url", origin.error().message);
  const bool exposed = !origin->tls && carries_secret(provider) && !is_loopback(origin->host);
  if (exposed && !provider.allow_insecure) {
    table.fault("base_url", "would carry a key in clear text to " + quoted_name(origin->host) +
                                ": use https, or set allow_insecure = true");
  }
}

/// What is sent in clear text is the proxy's to read, wherever the provider is.
void read_proxy(TableReader& table, ProviderConfig& provider) {
  std::string url;
  table.read("proxy", url);
  if (!table.has("proxy")) return;
  provider.proxy = {Secret(url), table.in_file(table.place_of("proxy"))};
  if (url == "none") return;
  if (!url.starts_with("http://")) {
    return table.fault("proxy", "must be \"http://host:port\" or \"none\"");
  }
  const Result<Proxy> proxy = decode_proxy(url);
  if (!proxy) return table.fault("proxy", proxy.error().message);
  const Result<Origin> origin = decode_base_url(provider.base_url);
  const bool exposed =
      origin && !origin->tls && carries_secret(provider) && !is_loopback(proxy->origin.host);
  if (exposed && !provider.allow_insecure) {
    table.fault("proxy",
                "would get a key in clear text: use a base_url with https, or set "
                "allow_insecure = true");
  }
}

std::optional<HealthCheck> read_health_check(TableReader& table) {
  auto part = table.table("health_check");
  if (!part) return std::nullopt;
  HealthCheck check;
  if (const TomlValue* path = part->require("path", TomlType::string)) {
    check.path = path->text;
    const bool visible = std::all_of(check.path.begin(), check.path.end(),
                                     [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
    if (!check.path.starts_with('/') || !visible) {
      part->fault("path", "must be a path from the root of the host, such as \"/health\"");
    }
  }
  part->read("interval_s", check.interval, {1, kDay / 1'000});
  part->finish();
  return check;
}

void read_breaker(TableReader& table, BreakerConfig& breaker) {
  auto part = table.table("breaker");
  if (!part) return;
  part->read("failures", breaker.failures, {0, 1'000});
  part->read("open_ms", breaker.open, {1, kDay});
  part->read("max_open_ms", breaker.max_open, {1, kDay});
  if (breaker.max_open < breaker.open) {
    part->fault(part->has("max_open_ms") ? "max_open_ms" : "open_ms",
                "must leave open_ms at most as long as max_open_ms");
  }
  part->finish();
}

/// How the provider is reached and watched.
void read_edge(TableReader& table, ProviderConfig& provider) {
  constexpr Word<ClientGone> kGone[] = {{"cancel", ClientGone::cancel},
                                        {"drain", ClientGone::drain}};
  table.read("ca_file", provider.ca_file);
  read_client_cert(table, provider.client_cert);
  read_proxy(table, provider);
  table.read("on_client_gone", provider.on_client_gone, kGone);
  provider.health_check = read_health_check(table);
  read_breaker(table, provider.breaker);
  if (auto own = table.table("timeouts")) {
    provider.timeouts = read_timeouts(*own, provider.timeouts);
  }
}

}  // namespace

DataPolicy read_data_policy(TableReader table) {
  DataPolicy policy;
  const auto flag = [&](std::string_view key, std::optional<bool>& target) {
    bool value = false;
    table.read(key, value);
    if (table.has(key)) target = value;
  };
  flag("collects", policy.collects);
  flag("zdr", policy.zdr);
  int days = 0;
  table.read("retention_days", days, {0, 36'500});
  if (table.has("retention_days")) policy.retention_days = days;
  table.finish();
  return policy;
}

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
  read_display_name(table, provider.display_name);
  table.read("allow_insecure", provider.allow_insecure);
  read_credentials(table, provider);
  read_base_url(table, provider);
  read_edge(table, provider);
  if (auto policy = table.table("data_policy")) provider.data_policy = read_data_policy(*policy);
  if (auto limits = table.table("limits")) {
    limits->read("concurrency", provider.concurrency, {0, 1'000'000});
    limits->finish();
  }
  for (TableReader& model : table.tables("model")) {
    provider.models.push_back(read_model(model, provider.timeouts));
  }
  table.finish();
  return provider;
}

}  // namespace arouter
