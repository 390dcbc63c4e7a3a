#include "daemon/api/usage_query.hpp"

#include "daemon/api/query.hpp"
#include "shared/date.hpp"

namespace arouter::daemon {

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;  // in a second
constexpr std::size_t kLatest = 100'000'000'000;   // Unix seconds

/// Unix microseconds; `absent` when it is absent.
Result<std::int64_t> read_time(std::string_view query, const char* name, std::int64_t absent) {
  const Result<std::optional<std::string>> text = read_query_text(query, name);
  if (!text) return text.error();
  if (!*text) return absent;
  const auto time = decode_date(**text);
  if (time && *time >= 0) return *time * kMicroseconds;
  return client_error(ErrorKind::bad_request,
                      "'" + std::string(name) + "' must be a time such as 2027-01-31T00:00:00Z",
                      name);
}

}  // namespace

std::string visible_key(const KeyRecord& key) {
  return !key.is_built_in && key.type == KeyType::regular ? key.hash : std::string();
}

Result<SumQuery> read_usage_query(std::string_view query, const KeyRecord& caller) {
  SumQuery wanted;
  const Result<std::size_t> since = read_query_count(query, "since", 0, {0, kLatest});
  if (!since) return since.error();
  wanted.since_us = static_cast<std::int64_t>(*since) * kMicroseconds;
  Result<std::int64_t> start = read_time(query, "start_time", wanted.since_us);
  if (!start) return start.error();
  wanted.since_us = *start;
  Result<std::int64_t> end = read_time(query, "end_time", wanted.until_us);
  if (!end) return end.error();
  wanted.until_us = *end;
  for (const auto& [name, into] :
       {std::pair("provider_id", &wanted.provider), std::pair("model", &wanted.model),
        std::pair("key_id", &wanted.key_hash)}) {
    Result<std::optional<std::string>> text = read_query_text(query, name);
    if (!text) return text.error();
    if (*text) *into = std::move(**text);
  }
  const std::string own = visible_key(caller);
  if (own.empty()) return wanted;
  if (!wanted.key_hash.empty() && wanted.key_hash != own) {
    return client_error(ErrorKind::forbidden, "a key sees its own usage only", "key_id");
  }
  wanted.key_hash = own;
  return wanted;
}

}  // namespace arouter::daemon
