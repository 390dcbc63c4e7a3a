#include "shared/keys/key_record.hpp"

#include <algorithm>
#include <array>

#include "shared/config.hpp"
#include "shared/http/byte_class.hpp"
#include "shared/model_pattern.hpp"

namespace arouter {

namespace {

constexpr std::array<std::string_view, 2> kTypes{"regular", "management"};
constexpr std::array<std::string_view, 3> kPriorities{"standard", "critical", "sheddable"};

Error not_in_force(const char* code, const char* message) {
  Error error = client_error(ErrorKind::unauthorized, message);
  error.code = code;
  return error;
}

}  // namespace

std::string_view key_type_name(KeyType type) noexcept {
  return kTypes[static_cast<std::size_t>(type)];
}

std::string_view key_priority_name(KeyPriority priority) noexcept {
  return kPriorities[static_cast<std::size_t>(priority)];
}

std::string key_label(std::string_view key) {
  constexpr std::size_t kLongEnough = 20, kShown = 4;
  // "lr_live_": behind its second underscore the secret begins.
  const std::size_t first = key.find('_');
  const std::size_t second = first == key.npos ? key.npos : key.find('_', first + 1);
  std::string label(second == key.npos ? std::string_view() : key.substr(0, second + 1));
  label += "...";
  if (key.size() - (label.size() - 3) >= kLongEnough) label += key.substr(key.size() - kShown);
  return label;
}

Result<void> check_in_force(const KeyRecord& key, std::int64_t now_s) {
  if (key.disabled) return not_in_force("key_disabled", "this api key is disabled");
  if (key.expires_s != 0 && now_s >= key.expires_s) {
    return not_in_force("key_expired", "this api key has expired");
  }
  return {};
}

bool allows_provider(const KeyRecord& key, std::string_view provider) {
  if (key.allowed_providers.empty()) return true;
  std::string name(provider);
  std::transform(name.begin(), name.end(), name.begin(), ascii_lower);
  return std::find(key.allowed_providers.begin(), key.allowed_providers.end(), name) !=
         key.allowed_providers.end();
}

bool allows_model(const KeyRecord& key, std::string_view id) {
  if (key.allowed_models.empty()) return true;
  const std::string whole = canonical_id(id);
  const std::size_t slash = whole.find('/');
  const std::string bare = slash == whole.npos ? whole : whole.substr(slash + 1);
  return std::any_of(key.allowed_models.begin(), key.allowed_models.end(),
                     [&](const std::string& allowed) {
                       const std::string pattern = canonical_id(allowed);
                       return matches_pattern(pattern, whole) ||
                              (allowed.find('/') == allowed.npos && matches_pattern(allowed, bare));
                     });
}

limits::Settings settings_of(const KeyRecord& key) {
  limits::Settings settings{.requests_per_minute = key.requests_per_minute,
                            .requests_per_day = key.requests_per_day,
                            .tokens_per_minute = key.tokens_per_minute,
                            .concurrency = key.concurrency};
  if (key.limit) {
    settings.budget =
        limits::Budget{.limit = *key.limit, .period = key.limit_reset, .hard = key.limit_is_hard};
  }
  return settings;
}

}  // namespace arouter
