// Client keys: how one is made, and the name it has ever after.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

inline constexpr std::size_t kPepperBytes = 32;

/// How a key begins: one that calls models, and one that manages keys.
inline constexpr std::string_view kModelKeyPrefix = "lr_live_";
inline constexpr std::string_view kManagementKeyPrefix = "lr_mgmt_";

/// The prefix and 48 hex digits: 192 random bits. Errors: internal, when the system has none.
Result<Secret> new_client_key(std::string_view prefix);
/// Whether `text` has the form of such a key.
bool is_client_key(std::string_view text) noexcept;
/// kPepperBytes random bytes. Errors: as above.
Result<Secret> new_pepper();

/// Lower-case hex of HMAC-SHA-256(pepper, key), 64 digits: what is stored and compared instead of
/// the key. Any thread.
std::string key_hash(const Secret& pepper, std::string_view key);

}  // namespace arouter
