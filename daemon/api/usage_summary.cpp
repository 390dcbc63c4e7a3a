// Sums over the ledger, by whatever is asked for.
#include <charconv>
#include <utility>

#include "daemon/api/api.hpp"
#include "daemon/api/ledger_answer.hpp"
#include "shared/http/query.hpp"
#include "shared/json_scan.hpp"

namespace arouter::daemon {

namespace {

/// The value of `since` in a query; 0 when it is absent. Errors: bad_request.
Result<std::int64_t> decode_since(std::string_view query) {
  const auto digits = find_query_value(query, "since");
  if (!digits) return 0;
  std::int64_t seconds = 0;
  const auto [stop, failure] =
      std::from_chars(digits->data(), digits->data() + digits->size(), seconds);
  if (failure != std::errc() || stop != digits->data() + digits->size() || seconds < 0 ||
      seconds > 100'000'000'000) {
    return client_error(ErrorKind::bad_request, "'since' must be Unix seconds", "since");
  }
  return seconds;
}

void append_sum(std::string& out, const UsageSum& sum) {
  out += R"("requests":)" + std::to_string(sum.requests) + R"(,"failures":)" +
         std::to_string(sum.failures) + R"(,"input_tokens":)" + std::to_string(sum.input_tokens) +
         R"(,"output_tokens":)" + std::to_string(sum.output_tokens) + R"(,"cost":")" +
         encode_money(sum.cost) + "\"}";
}

constexpr std::pair<std::string_view, UsageGroup> kGroups[] = {
    {"endpoint", UsageGroup::endpoint}, {"provider", UsageGroup::provider},
    {"model", UsageGroup::model},       {"key", UsageGroup::key},
    {"user", UsageGroup::user},         {"day", UsageGroup::day}};

Result<UsageGroup> decode_group(std::string_view query) {
  const auto word = find_query_value(query, "by");
  if (!word || word->empty()) return UsageGroup::endpoint;
  for (const auto& [name, group] : kGroups) {
    if (name == *word) return group;
  }
  return client_error(ErrorKind::bad_request,
                      "'by' must be endpoint, provider, model, key, user or day", "by");
}

/// What people call the key.
std::string name_of_key(const std::string& hash, Services& services) {
  if (const auto built_in = services.shared.built_in.find_by_hash(hash)) return built_in->name;
  const Result<KeyRecord> record = services.shared.keys.find(hash);
  return record ? record->name : hash.substr(0, 12) + " (deleted)";
}

/// The members that tell the group.
void append_group(std::string& out, const UsageSum& sum, UsageGroup by, Services& services) {
  const auto append = [&out](std::string_view name, const std::string& text) {
    out += "\"" + std::string(name) + "\":";
    append_json_string(out, text);
    out += ",";
  };
  switch (by) {
    case UsageGroup::endpoint:
      append("provider", sum.provider);
      append("model", sum.model);
      break;
    case UsageGroup::provider:
      append("provider", sum.provider);
      break;
    case UsageGroup::model:
      append("model", sum.model);
      break;
    case UsageGroup::key:
      append("key", name_of_key(sum.key_hash, services));
      append("key_hash", sum.key_hash);
      break;
    case UsageGroup::user:
      append("user", sum.user);
      break;
    case UsageGroup::day:
      append("day", sum.day);
      break;
  }
}

std::string encode_summary(const std::vector<UsageSum>& sums, std::int64_t since, UsageGroup by,
                           Services& services) {
  UsageSum total;
  std::string out =
      R"({"object":"usage.summary","since":)" + std::to_string(since) + R"(,"data":[)";
  bool first = true;
  for (const UsageSum& sum : sums) {
    out += first ? "{" : ",{";
    first = false;
    append_group(out, sum, by, services);
    append_sum(out, sum);
    total.requests += sum.requests;
    total.failures += sum.failures;
    total.input_tokens += sum.input_tokens;
    total.output_tokens += sum.output_tokens;
    total.cost = add(total.cost, sum.cost);
  }
  out += R"(],"total":{)";
  append_sum(out, total);
  return out + "}";
}

}  // namespace

Awaitable<Result<void>> answer_usage_summary(Exchange& exchange, Services& services) {
  const Result<std::int64_t> since = decode_since(exchange.head.query);
  if (!since) co_return since.error();
  const Result<UsageGroup> by = decode_group(exchange.head.query);
  if (!by) co_return by.error();
  const SumQuery query{
      .since_us = *since * 1'000'000, .key_hash = visible_key(*exchange.caller.key), .by = *by};
  const auto ask = [&](std::function<void(Result<std::vector<UsageSum>>)> take) {
    services.shared.ledger.sum(query, std::move(take));
  };
  const Result<std::vector<UsageSum>> sums =
      co_await await_ledger<std::vector<UsageSum>>(services, ask);
  if (!sums) co_return sums.error();
  answer_json(exchange, encode_summary(*sums, *since, *by, services));
  co_return Result<void>{};
}

}  // namespace arouter::daemon
