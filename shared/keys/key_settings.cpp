#include "shared/keys/key_settings.hpp"

#include <limits>

#include "shared/date.hpp"
#include "shared/json_writer.hpp"
#include "shared/keys/key_change.hpp"

namespace arouter {

namespace {

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) return;
  json.begin_array(name);
  for (const std::string& each : list) json.string(each);
  json.end_array();
}

void write_count(JsonWriter& json, std::string_view name, std::int64_t count) {
  if (count != 0) json.number(name, count);
}

}  // namespace

std::string encode_settings(const KeyRecord& key) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().string("key_type", key_type_name(key.type)).string("name", key.name);
  if (key.disabled) json.boolean("disabled", true);
  if (key.expires_s != 0) json.string("expires_at", encode_date(key.expires_s));
  if (key.limit) json.raw("limit", encode_money(*key.limit));
  if (key.limit_reset != limits::Period::lifetime) {
    json.string("limit_reset", limits::period_name(key.limit_reset));
  }
  if (!key.limit_is_hard) json.string("limit_mode", "soft");
  write_list(json, "allowed_providers", key.allowed_providers);
  write_list(json, "allowed_models", key.allowed_models);
  json.begin_object("rate_limit");
  write_count(json, "requests_per_minute", key.requests_per_minute);
  write_count(json, "requests_per_day", key.requests_per_day);
  write_count(json, "tokens_per_minute", key.tokens_per_minute);
  json.end_object();
  write_count(json, "concurrency", key.concurrency);
  json.begin_object("data_policy");
  json.string("data_collection", key.deny_collection ? "deny" : "allow");
  json.boolean("zdr", key.zdr).end_object();
  json.string("priority", key_priority_name(key.priority));
  if (!key.user.empty()) json.string("user", key.user);
  json.end_object();
  return out;
}

Result<void> decode_settings(std::string_view text, KeyRecord& key) {
  // A key that has expired since is a key still.
  constexpr std::int64_t kLongAgo = std::numeric_limits<std::int64_t>::min();
  const Result<KeyChange> settings = decode_new_key(text, kLongAgo);
  if (!settings) return settings.error();
  apply(*settings, key);
  return {};
}

}  // namespace arouter
