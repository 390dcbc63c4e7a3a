// Sums over the ledger, by provider and model.
#include <charconv>

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

std::string encode_summary(const std::vector<UsageSum>& sums, std::int64_t since) {
  UsageSum total;
  std::string out =
      R"({"object":"usage.summary","since":)" + std::to_string(since) + R"(,"data":[)";
  bool first = true;
  for (const UsageSum& sum : sums) {
    out += first ? R"({"provider":)" : R"(,{"provider":)";
    first = false;
    append_json_string(out, sum.provider);
    out += R"(,"model":)";
    append_json_string(out, sum.model);
    out += ",";
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
  SumQuery query{.since_us = *since * 1'000'000};
  // Whoever was given a key sees what it has used; the keys of the state folder, and those that
  // manage others, see all.
  const KeyRecord& key = *exchange.caller.key;
  if (!key.is_built_in && key.type == KeyType::regular) query.key_hash = key.hash;
  const auto ask = [&](std::function<void(Result<std::vector<UsageSum>>)> take) {
    services.shared.ledger.sum(query, std::move(take));
  };
  const Result<std::vector<UsageSum>> sums =
      co_await await_ledger<std::vector<UsageSum>>(services, ask);
  if (!sums) co_return sums.error();
  answer_json(exchange, encode_summary(*sums, *since));
  co_return Result<void>{};
}

}  // namespace arouter::daemon
