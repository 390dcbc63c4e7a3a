#include "shared/keys/key_object.hpp"

#include <algorithm>

#include "shared/date.hpp"
#include "shared/json_writer.hpp"

namespace arouter {

namespace {

void write_amount(JsonWriter& json, std::string_view name, const std::optional<Money>& amount) {
  json.raw(name, amount ? encode_money(*amount) : "null");
}

void write_date(JsonWriter& json, std::string_view name, std::int64_t unix_s) {
  unix_s == 0 ? json.null(name) : json.string(name, encode_date(unix_s));
}

/// null: no limit.
void write_count(JsonWriter& json, std::string_view name, std::int64_t count) {
  count == 0 ? json.null(name) : json.number(name, count);
}

/// null: all.
void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& list) {
  if (list.empty()) {
    json.null(name);
    return;
  }
  json.begin_array(name);
  for (const std::string& each : list) json.string(each);
  json.end_array();
}

void write_limit(JsonWriter& json, const UsedKey& used) {
  const KeyRecord& key = *used.key;
  write_amount(json, "limit", key.limit);
  write_amount(json, "limit_remaining", limit_remaining(key, used.usage));
  key.limit_reset == limits::Period::lifetime
      ? json.null("limit_reset")
      : json.string("limit_reset", limits::period_name(key.limit_reset));
  json.string("limit_mode", key.limit_is_hard ? "hard" : "soft");
}

void write_usage(JsonWriter& json, const KeyUsage& usage) {
  write_amount(json, "usage", usage.total);
  write_amount(json, "usage_daily", usage.daily);
  write_amount(json, "usage_weekly", usage.weekly);
  write_amount(json, "usage_monthly", usage.monthly);
}

void write_rates(JsonWriter& json, const KeyRecord& key) {
  json.begin_object("rate_limit");
  write_count(json, "requests_per_minute", key.requests_per_minute);
  write_count(json, "requests_per_day", key.requests_per_day);
  write_count(json, "tokens_per_minute", key.tokens_per_minute);
  json.end_object();
  write_count(json, "concurrency", key.concurrency);
}

void write_policy(JsonWriter& json, const KeyRecord& key) {
  json.begin_object("data_policy");
  json.string("data_collection", key.deny_collection ? "deny" : "allow");
  json.boolean("zdr", key.zdr).end_object();
}

void write_object(JsonWriter& json, const UsedKey& used) {
  const KeyRecord& key = *used.key;
  json.begin_object().string("hash", key.hash).string("name", key.name).string("label", key.label);
  json.string("key_type", key_type_name(key.type)).boolean("disabled", key.disabled);
  write_limit(json, used);
  write_list(json, "allowed_providers", key.allowed_providers);
  write_list(json, "allowed_models", key.allowed_models);
  write_rates(json, key);
  write_policy(json, key);
  json.string("priority", key_priority_name(key.priority));
  key.user.empty() ? json.null("user") : json.string("user", key.user);
  write_usage(json, used.usage);
  write_date(json, "created_at", key.created_s);
  write_date(json, "updated_at", key.updated_s);
  write_date(json, "expires_at", key.expires_s);
  json.end_object();
}

}  // namespace

Money spent_of_limit(const KeyRecord& key, const KeyUsage& usage) {
  switch (key.limit_reset) {
    case limits::Period::daily:
      return usage.daily;
    case limits::Period::weekly:
      return usage.weekly;
    case limits::Period::monthly:
      return usage.monthly;
    case limits::Period::lifetime:
      break;
  }
  return usage.total;
}

std::optional<Money> limit_remaining(const KeyRecord& key, const KeyUsage& usage) {
  if (!key.limit) return std::nullopt;
  const Money spent = spent_of_limit(key, usage);
  return spent >= *key.limit ? Money{} : Money{key.limit->pico_usd - spent.pico_usd};
}

std::string encode_key(const UsedKey& used) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("data");
  write_object(json, used);
  json.end_object();
  return out;
}

std::string encode_new_key(const UsedKey& used, const Secret& key) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("data");
  write_object(json, used);
  json.string("key", key.reveal()).end_object();
  return out;
}

std::string encode_key_list(std::span<const UsedKey> keys) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().begin_array("data");
  for (const UsedKey& each : keys) write_object(json, each);
  json.end_array().end_object();
  return out;
}

std::string encode_own_key(const UsedKey& used) {
  const KeyRecord& key = *used.key;
  const bool is_management = key.type == KeyType::management;
  std::string out;
  JsonWriter json(out);
  json.begin_object().begin_object("data").string("label", key.label);
  write_limit(json, used);
  write_usage(json, used.usage);
  // Clients know these from the hosted service, and some insist on them.
  json.boolean("is_free_tier", false).boolean("is_management_key", is_management);
  json.boolean("is_provisioning_key", is_management).boolean("include_byok_in_limit", false);
  write_date(json, "expires_at", key.expires_s);
  write_rates(json, key);
  json.end_object().end_object();
  return out;
}

}  // namespace arouter
