#include "daemon/api/keys.hpp"

#include "daemon/api/api.hpp"
#include "daemon/api/ledger_answer.hpp"
#include "daemon/api/query.hpp"
#include "daemon/edge/body.hpp"
#include "daemon/limits/claims.hpp"
#include "daemon/log.hpp"
#include "shared/http/query.hpp"
#include "shared/json_doc.hpp"
#include "shared/keys/key_object.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kPage = 100;
constexpr std::int64_t kMostGrace = 30 * 86'400;  // seconds

std::int64_t now_s(const Exchange& exchange) {
  return exchange.started_us / 1'000'000;
}

Error bad_field(const char* name, const std::string& why) {
  return client_error(ErrorKind::bad_request, "'" + std::string(name) + "' " + why, name);
}

/// What each of the keys has spent, in their order.
Awaitable<Result<std::vector<KeyUsage>>> usage_of(Exchange& exchange, Services& services,
                                                  std::vector<std::string> hashes) {
  std::vector<KeyUsage> usages(hashes.size());
  if (hashes.empty()) co_return usages;
  const auto ask = [&](std::function<void(Result<std::vector<DaySum>>)> take) {
    services.shared.ledger.sum_days({.keys = hashes}, std::move(take));
  };
  const Result<std::vector<DaySum>> days =
      co_await await_ledger<std::vector<DaySum>>(services, ask);
  if (!days) co_return days.error();
  std::size_t at = 0;  // sums stand in the order of the keys that were asked for
  for (const DaySum& each : *days) {
    while (hashes[at] != each.key_hash) ++at;
    add_day(usages[at], each.day, each.cost, now_s(exchange));
  }
  co_return usages;
}

Awaitable<Result<KeyUsage>> usage_of(Exchange& exchange, Services& services, std::string hash) {
  std::vector<std::string> hashes;
  hashes.push_back(std::move(hash));
  const Result<std::vector<KeyUsage>> usages =
      co_await usage_of(exchange, services, std::move(hashes));
  if (!usages) co_return usages.error();
  co_return usages->front();
}

Awaitable<Result<void>> list(Exchange& exchange, Services& services) {
  const std::string_view query = exchange.head.query;
  const Result<std::size_t> offset = read_query_count(query, "offset", 0, {0, 1'000'000'000});
  if (!offset) co_return offset.error();
  const Result<std::size_t> size = read_query_count(query, "page_size", kPage, {0, kPage});
  if (!size) co_return size.error();
  const auto disabled = find_query_value(query, "include_disabled");
  const bool with_disabled = disabled && (*disabled == "true" || *disabled == "1");
  const Result<std::vector<KeyRecord>> records =
      services.shared.keys.list(*offset, *size, with_disabled);
  if (!records) co_return records.error();
  std::vector<std::string> hashes;
  for (const KeyRecord& each : *records) hashes.push_back(each.hash);
  const Result<std::vector<KeyUsage>> usages =
      co_await usage_of(exchange, services, std::move(hashes));
  if (!usages) co_return usages.error();
  std::vector<UsedKey> used;
  for (std::size_t i = 0; i < records->size(); ++i) used.push_back({&(*records)[i], (*usages)[i]});
  answer_json(exchange, encode_key_list(used));
  co_return Result<void>{};
}

void log_change(const Exchange& exchange, std::string_view what, const KeyRecord& key) {
  log_line(LogLevel::info, exchange.request_id + " key '" + log_text(key.name) + "' " +
                               std::string(what) + " (" + key.hash.substr(0, 12) + ", by '" +
                               log_text(exchange.caller.key->name) + "')");
}

Awaitable<Result<void>> create(Exchange& exchange, Services& services) {
  if (Result<void> read = co_await read_body(exchange, services); !read) co_return read;
  const Result<KeyChange> settings = decode_new_key(exchange.body, now_s(exchange));
  if (!settings) co_return settings.error();
  const Result<MadeKey> made = services.shared.keys.create(*settings, now_s(exchange));
  if (!made) co_return made.error();
  log_change(exchange, "made", made->record);
  answer_json(exchange, encode_new_key({&made->record, {}}, made->key), 201);
  co_return Result<void>{};
}

Awaitable<Result<void>> show(Exchange& exchange, Services& services, std::string hash) {
  const Result<KeyRecord> record = services.shared.keys.find(hash);
  if (!record) co_return record.error();
  const Result<KeyUsage> usage = co_await usage_of(exchange, services, std::move(hash));
  if (!usage) co_return usage.error();
  answer_json(exchange, encode_key({&*record, *usage}));
  co_return Result<void>{};
}

/// A budget that was not kept until now knows nothing of what was spent before.
void count_spent(const KeyRecord& before, const UsedKey& now, const LimitsConfig& limits,
                 Services& services, std::int64_t unix_s) {
  const KeyRecord& key = *now.key;
  const bool was_kept = before.limit && before.limit_reset == key.limit_reset;
  if (!key.limit || was_kept) return;
  Limiter& limiter = services.shared.limiter;
  limiter.count_spent(claim_of_key(key, limits, limiter), unix_s, spent_of_limit(key, now.usage));
}

Awaitable<Result<void>> change(Exchange& exchange, Services& services, std::string hash) {
  if (Result<void> read = co_await read_body(exchange, services); !read) co_return read;
  const Result<KeyChange> wanted = decode_key_change(exchange.body, now_s(exchange));
  if (!wanted) co_return wanted.error();
  const Result<KeyRecord> before = services.shared.keys.find(hash);
  if (!before) co_return before.error();
  const Result<KeyUsage> usage = co_await usage_of(exchange, services, hash);
  if (!usage) co_return usage.error();
  const Result<KeyRecord> after = services.shared.keys.change(hash, *wanted, now_s(exchange));
  if (!after) co_return after.error();
  const UsedKey used{&*after, *usage};
  count_spent(*before, used, exchange.config().limits, services, now_s(exchange));
  log_change(exchange, "changed", *after);
  answer_json(exchange, encode_key(used));
  co_return Result<void>{};
}

/// How long the old secret stays good, in seconds: {"grace_period": 3600}, or no body.
Result<std::int64_t> read_grace(const Exchange& exchange) {
  if (exchange.body.empty()) return 0;
  const Result<JsonDoc> document = JsonDoc::read(exchange.body);
  if (!document) return document.error();
  if (!document->root().is_object()) return bad_field("grace_period", "must stand in an object");
  std::int64_t grace = 0;
  for (const JsonItem member : document->root()) {
    const std::string name = member.key();
    if (name != "grace_period") return bad_field("grace_period", "is the only field here");
    const std::optional<std::int64_t> count = member.count();
    if (!count || *count < 0 || *count > kMostGrace) {
      return bad_field("grace_period",
                       "must be a whole number of seconds, at most " + std::to_string(kMostGrace));
    }
    grace = *count;
  }
  return grace;
}

Awaitable<Result<void>> rotate(Exchange& exchange, Services& services, std::string hash) {
  if (Result<void> read = co_await read_body(exchange, services, BodyRule::any); !read) {
    co_return read;
  }
  const Result<std::int64_t> grace = read_grace(exchange);
  if (!grace) co_return grace.error();
  const Result<KeyUsage> usage = co_await usage_of(exchange, services, hash);
  if (!usage) co_return usage.error();
  const Result<MadeKey> made = services.shared.keys.rotate(hash, *grace, now_s(exchange));
  if (!made) co_return made.error();
  log_change(exchange, "rotated", made->record);
  answer_json(exchange, encode_new_key({&made->record, *usage}, made->key));
  co_return Result<void>{};
}

Result<void> remove(Exchange& exchange, Services& services, std::string_view hash) {
  const Result<KeyRecord> record = services.shared.keys.find(hash);
  if (!record) return record.error();
  if (Result<void> removed = services.shared.keys.remove(hash); !removed) return removed;
  log_change(exchange, "deleted", *record);
  answer_json(exchange, R"({"data":{"deleted":true}})");
  return {};
}

Error wrong_method(std::string_view methods) {
  return client_error(ErrorKind::method_not_allowed, "this route takes " + std::string(methods));
}

}  // namespace

Awaitable<Result<void>> answer_keys(Exchange& exchange, Services& services) {
  const std::string_view method = exchange.head.method;
  const bool reads = method == "GET" || method == "HEAD";
  if (exchange.route.id == RouteId::keys) {
    if (reads) co_return co_await list(exchange, services);
    co_return co_await create(exchange, services);
  }
  std::string_view tail = exchange.route.tail;
  constexpr std::string_view kRotate = "/rotate";
  const bool rotates = tail.ends_with(kRotate);
  if (rotates) tail.remove_suffix(kRotate.size());
  std::string hash(tail);
  if (rotates != (method == "POST")) {
    exchange.route.methods = rotates ? "POST, OPTIONS" : "GET, HEAD, PATCH, DELETE, OPTIONS";
    co_return wrong_method(exchange.route.methods);
  }
  if (rotates) co_return co_await rotate(exchange, services, std::move(hash));
  if (reads) co_return co_await show(exchange, services, std::move(hash));
  if (method == "DELETE") co_return remove(exchange, services, hash);
  co_return co_await change(exchange, services, std::move(hash));
}

Awaitable<Result<void>> answer_own_key(Exchange& exchange, Services& services) {
  const KeyRecord& key = *exchange.caller.key;
  std::string hash = key.hash;
  const Result<KeyUsage> usage = co_await usage_of(exchange, services, std::move(hash));
  if (!usage) co_return usage.error();
  answer_json(exchange, encode_own_key({&key, *usage}));
  co_return Result<void>{};
}

}  // namespace arouter::daemon
