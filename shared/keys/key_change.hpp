// The bodies of POST and PATCH /api/v1/keys: what is to be different of a key.
//
// A field that is absent stays; null takes a restriction away. Strict: what is not known, stands
// twice or has another type is refused, for a limit that is not understood would be none. Money is
// read from its digits.
//
// Source: ARouter's API, "key management"; rate_limit as its clients spell it; limit_mode,
// concurrency, data_policy, priority and user are our own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/keys/key_record.hpp"

namespace arouter {

/// Members as in KeyRecord; nothing: it stays.
struct KeyChange {
  std::optional<std::string> name{}, user{};
  std::optional<KeyType> type{};
  std::optional<bool> disabled{};
  std::optional<std::int64_t> expires_s{};  // 0: never
  std::optional<std::optional<Money>> limit{};
  std::optional<limits::Period> limit_reset{};
  std::optional<bool> limit_is_hard{};
  std::optional<std::vector<std::string>> allowed_providers{}, allowed_models{};
  std::optional<std::int64_t> requests_per_minute{}, requests_per_day{}, tokens_per_minute{};
  std::optional<std::int64_t> concurrency{};
  std::optional<bool> deny_collection{}, zdr{};
  std::optional<KeyPriority> priority{};
};

/// A new key needs a name and may say its key_type. Errors: bad_request with `param`.
Result<KeyChange> decode_new_key(std::string_view body, std::int64_t now_s);
/// Errors: bad_request with `param`; also when it changes nothing.
Result<KeyChange> decode_key_change(std::string_view body, std::int64_t now_s);

/// Applies `change`; when the key was updated is the caller's to say.
void apply(const KeyChange& change, KeyRecord& key);

}  // namespace arouter
