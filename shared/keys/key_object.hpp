// What clients are shown of keys.
//
// Source: ARouter's API, "key management" (KeyObject) and "limits" (/api/v1/key); where it is
// silent, OpenRouter's documentation of the same. Amounts are JSON numbers with all their digits.
#pragma once

#include <span>
#include <string>

#include "shared/keys/key_record.hpp"
#include "shared/keys/key_usage.hpp"
#include "shared/money.hpp"
#include "shared/secret.hpp"

namespace arouter {

struct UsedKey {
  const KeyRecord* key = nullptr;
  KeyUsage usage{};
};

/// What was spent in the period that its limit is for.
Money spent_of_limit(const KeyRecord& key, const KeyUsage& usage);
/// Of its limit, in the period that the limit is for; none without a limit, never below 0.
std::optional<Money> limit_remaining(const KeyRecord& key, const KeyUsage& usage);

/// {"data":KeyObject}
std::string encode_key(const UsedKey& used);
/// {"data":KeyObject,"key":"lr_live_…"}: the only time that the key is shown.
std::string encode_new_key(const UsedKey& used, const Secret& key);
/// {"data":[KeyObject]}
std::string encode_key_list(std::span<const UsedKey> keys);
/// {"data":…} of GET /api/v1/key: what a key may know of itself.
std::string encode_own_key(const UsedKey& used);

}  // namespace arouter
