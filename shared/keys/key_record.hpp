// What a client key is and may do. The key itself is not in it: its hash names it.
//
// Source: ARouter's API, "key management" and "create key".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/limits/settings.hpp"
#include "shared/money.hpp"

namespace arouter {

/// A management key manages keys and calls no model; a regular one the other way round.
enum class KeyType : std::uint8_t { regular, management };

/// What is turned away first when there is too much to do: sheddable before standard.
enum class KeyPriority : std::uint8_t { standard, critical, sheddable };

std::string_view key_type_name(KeyType type) noexcept;
std::string_view key_priority_name(KeyPriority priority) noexcept;

/// The keys that a state folder begins with may see what all keys have used; made ones only their
/// own.
struct KeyRecord {
  std::string hash{};   // lower-case hex, as key_hash() makes it
  std::string name{};   // that people gave it
  std::string label{};  // of the key's own characters: key_label()
  KeyType type = KeyType::regular;
  bool is_built_in = false;  // of the state folder, not of the store
  bool disabled = false;
  // Unix seconds; 0: never.
  std::int64_t created_s = 0, updated_s = 0, expires_s = 0;

  std::optional<Money> limit{};
  limits::Period limit_reset = limits::Period::lifetime;
  bool limit_is_hard = true;
  // None: all. Providers in lower case; models as ids or bare names, with '*' as patterns.
  std::vector<std::string> allowed_providers{}, allowed_models{};
  // 0: no limit.
  std::int64_t requests_per_minute = 0, requests_per_day = 0, tokens_per_minute = 0;
  std::int64_t concurrency = 0;

  bool deny_collection = false;  // no provider that keeps what it is sent to train with
  bool zdr = false;              // none that keeps anything
  KeyPriority priority = KeyPriority::standard;
  std::string user{};  // for whom requests count that name no user; "": nobody
};

/// "lr_live_...3f9a": how the key begins, and its last four characters where it is long enough to
/// spare them.
std::string key_label(std::string_view key);

/// Errors: unauthorized with the code "key_disabled" or "key_expired".
Result<void> check_in_force(const KeyRecord& key, std::int64_t now_s);

/// `provider` in any case.
bool allows_provider(const KeyRecord& key, std::string_view provider);
/// `id` is a model's whole id, "acme/model-a"; its bare name may be allowed as well.
bool allows_model(const KeyRecord& key, std::string_view id);

/// What the key as a subject of limits may do, by its own settings.
limits::Settings settings_of(const KeyRecord& key);

}  // namespace arouter
