#include "shared/routing/caller_keys.hpp"

#include <algorithm>

#include "shared/http/field_lines.hpp"

namespace arouter::routing {

namespace {

constexpr std::string_view kOnly = "only";
constexpr const char* kSpelling = "must be PROVIDER=KEY or PROVIDER=KEY;only";

Error wrong(const std::string& what) {
  Error error = client_error(ErrorKind::bad_request,
                             "the field " + std::string(kCallerKeyField) + " " + what);
  error.code = "invalid_provider_key";
  return error;
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte < 0x7f; });
}

/// Which names there are is no secret; what was sent in their place may be one.
Error names_nobody(const Catalog& catalog) {
  std::string names;
  for (const auto& provider : catalog.providers) {
    if (provider->byok) names += (names.empty() ? "" : ", ") + provider->name;
  }
  return wrong("names a provider that is not configured here; " +
               (names.empty() ? std::string("none takes a caller's key")
                              : "these take a caller's key: " + names));
}

const Provider* find_named(const Catalog& catalog, std::string_view name) {
  for (const auto& provider : catalog.providers) {
    if (same_name(provider->name, name)) return provider.get();
  }
  return nullptr;
}

/// PROVIDER=KEY, perhaps with ";only" behind it.
Result<CallerKey> decode_member(std::string_view member, const Catalog& catalog) {
  const std::size_t equals = member.find('=');
  const std::size_t semicolon = member.find(';');
  if (equals == std::string_view::npos || equals > semicolon) {
    return wrong(kSpelling);
  }
  const Provider* const provider = find_named(catalog, member.substr(0, equals));
  if (provider == nullptr) return names_nobody(catalog);
  if (!provider->byok) {
    return wrong("has a key for provider '" + provider->name +
                 "', which takes none of callers (byok is false in the configuration)");
  }
  const std::string_view key = trim_blanks(member.substr(equals + 1, semicolon - equals - 1));
  if (key.empty() || !is_visible(key)) {
    return wrong("has no usable key for provider '" + provider->name +
                 "': a key is visible ASCII without ',' and ';'");
  }
  const bool has_word = semicolon != std::string_view::npos;
  if (has_word && !same_name(trim_blanks(member.substr(semicolon + 1)), kOnly)) {
    return wrong("may have nothing but 'only' behind the key's ';'");
  }
  return CallerKey{.provider = provider, .value = Secret(std::string(key)), .only = has_word};
}

}  // namespace

Result<std::vector<CallerKey>> decode_caller_keys(const HeaderFields& fields,
                                                  const Catalog& catalog) {
  std::vector<CallerKey> keys;
  bool is_sent = false;
  for (const HeaderField& field : fields.all()) {
    if (!same_name(field.name, kCallerKeyField)) continue;
    is_sent = true;
    std::string_view list = field.value, member;
    for (bool more = true; next_member(list, more, member);) {
      if (member.empty()) continue;  // as RFC 9110 5.6.1 has it for lists
      Result<CallerKey> key = decode_member(member, catalog);
      if (!key) return key.error();
      if (find_caller_key(keys, *key->provider) != nullptr) {
        return wrong("has two keys for provider '" + key->provider->name + "'");
      }
      keys.push_back(std::move(*key));
    }
  }
  if (is_sent && keys.empty()) return wrong(kSpelling);
  return keys;
}

const CallerKey* find_caller_key(std::span<const CallerKey> keys, const Provider& provider) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const CallerKey& key) { return key.provider == &provider; });
  return found == keys.end() ? nullptr : &*found;
}

Error missing_caller_key(const Provider& provider) {
  Error error = client_error(ErrorKind::bad_request,
                             "provider '" + provider.name +
                                 "' is asked with the caller's own key: send it as '" +
                                 std::string(kCallerKeyField) + ": " + provider.name + "=KEY'");
  error.code = "provider_key_required";
  return error;
}

}  // namespace arouter::routing
