// Sums over the ledger, by whatever is asked for.
#include <algorithm>
#include <map>
#include <utility>

#include "daemon/api/api.hpp"
#include "daemon/api/ledger_answer.hpp"
#include "daemon/api/query.hpp"
#include "daemon/api/usage_query.hpp"
#include "shared/http/query.hpp"
#include "shared/json_writer.hpp"
#include "shared/routing/names.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kDayBytes = 10;  // of "2027-01-31T00:00:00Z"

struct Group {
  std::string_view name;
  UsageGroup by;
};
constexpr Group kGroups[] = {{"endpoint", UsageGroup::endpoint}, {"provider", UsageGroup::provider},
                             {"model", UsageGroup::model},       {"key", UsageGroup::key},
                             {"user", UsageGroup::user},         {"day", UsageGroup::day}};
constexpr Group kGranularities[] = {
    {"daily", UsageGroup::day}, {"hourly", UsageGroup::hour}, {"monthly", UsageGroup::month}};

/// The first of `groups` without the field.
template <std::size_t N>
Result<UsageGroup> decode_group(std::string_view query, const char* field,
                                const Group (&groups)[N]) {
  const auto word = find_query_value(query, field);
  if (!word || word->empty()) return groups[0].by;
  std::string words;
  for (const Group& each : groups) {
    if (each.name == *word) return each.by;
    words += (words.empty() ? "" : ", ") + std::string(each.name);
  }
  return client_error(ErrorKind::bad_request,
                      "'" + std::string(field) + "' must be one of " + words, field);
}

Awaitable<Result<std::vector<UsageSum>>> sums_of(Services& services, const SumQuery& query) {
  const auto ask = [&](std::function<void(Result<std::vector<UsageSum>>)> take) {
    services.shared.ledger.sum(query, std::move(take));
  };
  co_return co_await await_ledger<std::vector<UsageSum>>(services, ask);
}

/// What requests would cost at the first endpoint of that model. Errors: model_not_found,
/// bad_request when its price is not known.
Result<void> read_what_if(const Exchange& exchange, SumQuery& query) {
  const Result<std::optional<std::string>> name = read_query_text(exchange.head.query, "what_if");
  if (!name) return name.error();
  if (!*name) return {};
  const std::shared_ptr<const Catalog> catalog = exchange.runtime->catalog;
  const Result<const Model*> model = routing::find_shown_model(*catalog, **name);
  if (!model) return model.error();
  const PriceTable& pricing = (*model)->endpoints.front().pricing;
  if (!pricing.known) {
    return client_error(ErrorKind::bad_request, "the price of '" + (*model)->id + "' is not known",
                        "what_if");
  }
  query.reprice = [catalog, &pricing](const Usage& usage, std::int64_t began_s) {
    return cost_of(usage, pricing, began_s).total;
  };
  return {};
}

/// What people call the key.
std::string name_of_key(const std::string& hash, Services& services) {
  if (const auto built_in = services.shared.built_in.find_by_hash(hash)) return built_in->name;
  const Result<KeyRecord> record = services.shared.keys.find(hash);
  return record ? record->name : hash.substr(0, 12) + " (deleted)";
}

/// The members that tell the group.
void write_group(JsonWriter& json, const UsageSum& sum, UsageGroup by, Services& services) {
  switch (by) {
    case UsageGroup::endpoint:
      json.string("provider", sum.provider).string("model", sum.model);
      break;
    case UsageGroup::provider:
      json.string("provider", sum.provider);
      break;
    case UsageGroup::model:
      json.string("model", sum.model);
      break;
    case UsageGroup::key:
      json.string("key", name_of_key(sum.key_hash, services)).string("key_hash", sum.key_hash);
      break;
    case UsageGroup::user:
      json.string("user", sum.user);
      break;
    default:
      json.string("day", std::string_view(sum.time).substr(0, kDayBytes));
      break;
  }
}

void write_sum(JsonWriter& json, const UsageSum& sum, const SumQuery& query) {
  json.number("requests", sum.requests).number("failures", sum.failures);
  json.number("input_tokens", sum.input_tokens).number("output_tokens", sum.output_tokens);
  json.string("cost", encode_money(sum.cost));
  if (query.reprice) json.string("what_if_cost", encode_money(sum.repriced));
}

/// As ARouter's own clients read them.
void write_point(JsonWriter& json, const UsageSum& sum) {
  json.number("requests", sum.requests).number("input_tokens", sum.input_tokens);
  json.number("output_tokens", sum.output_tokens);
  json.raw("estimated_cost_usd", encode_money(sum.cost));
}

void add_to(UsageSum& total, const UsageSum& sum) {
  total.requests += sum.requests;
  total.failures += sum.failures;
  total.input_tokens += sum.input_tokens;
  total.output_tokens += sum.output_tokens;
  total.cost = add(total.cost, sum.cost);
  total.repriced = add(total.repriced, sum.repriced);
}

/// What ARouter's clients expect beside our own members: of sums by endpoint.
void write_for_clients(JsonWriter& json, const std::vector<UsageSum>& sums, const UsageSum& total) {
  json.number("total_requests", total.requests).number("total_input_tokens", total.input_tokens);
  json.number("total_output_tokens", total.output_tokens);
  json.number("total_tokens", total.input_tokens + total.output_tokens);
  json.raw("estimated_cost_usd", encode_money(total.cost));
  std::map<std::string_view, UsageSum> providers;
  json.begin_array("by_model");
  for (const UsageSum& sum : sums) {
    json.begin_object().string("provider_id", sum.provider).string("model", sum.model);
    write_point(json, sum);
    json.end_object();
    add_to(providers[sum.provider], sum);
  }
  json.end_array().begin_array("by_provider");
  for (const auto& [name, sum] : providers) {
    json.begin_object().string("provider_id", name);
    write_point(json, sum);
    json.end_object();
  }
  json.end_array();
}

std::string encode_summary(const std::vector<UsageSum>& sums, const SumQuery& query,
                           Services& services) {
  UsageSum total;
  std::string out;
  JsonWriter json(out);
  json.begin_object().string("object", "usage.summary");
  json.number("since", query.since_us / 1'000'000).begin_array("data");
  for (const UsageSum& sum : sums) {
    json.begin_object();
    write_group(json, sum, query.by, services);
    write_sum(json, sum, query);
    json.end_object();
    add_to(total, sum);
  }
  json.end_array().begin_object("total");
  write_sum(json, total, query);
  json.end_object();
  if (query.by == UsageGroup::endpoint) write_for_clients(json, sums, total);
  json.end_object();
  return out;
}

}  // namespace

Awaitable<Result<void>> answer_usage_summary(Exchange& exchange, Services& services) {
  Result<SumQuery> query = read_usage_query(exchange.head.query, *exchange.caller.key);
  if (!query) co_return query.error();
  const Result<UsageGroup> by = decode_group(exchange.head.query, "by", kGroups);
  if (!by) co_return by.error();
  query->by = *by;
  if (Result<void> read = read_what_if(exchange, *query); !read) co_return read;
  const Result<std::vector<UsageSum>> sums = co_await sums_of(services, *query);
  if (!sums) co_return sums.error();
  answer_json(exchange, encode_summary(*sums, *query, services));
  co_return Result<void>{};
}

Awaitable<Result<void>> answer_usage_timeseries(Exchange& exchange, Services& services) {
  Result<SumQuery> query = read_usage_query(exchange.head.query, *exchange.caller.key);
  if (!query) co_return query.error();
  const Result<UsageGroup> by = decode_group(exchange.head.query, "granularity", kGranularities);
  if (!by) co_return by.error();
  query->by = *by;
  const Result<std::vector<UsageSum>> sums = co_await sums_of(services, *query);
  if (!sums) co_return sums.error();
  std::string body;
  JsonWriter json(body);
  json.begin_object().begin_array("data_points");
  for (const UsageSum& sum : *sums) {
    json.begin_object().string("timestamp", sum.time);
    write_point(json, sum);
    json.end_object();
  }
  json.end_array().end_object();
  answer_json(exchange, body);
  co_return Result<void>{};
}

}  // namespace arouter::daemon
