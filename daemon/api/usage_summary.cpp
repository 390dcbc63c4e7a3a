// Sums over the ledger, by provider and model.
#include <boost/asio/post.hpp>
#include <charconv>

#include "daemon/api/api.hpp"
#include "shared/http/query.hpp"
#include "shared/json_scan.hpp"

namespace arouter::daemon {

namespace {

constexpr std::chrono::seconds kPatience{4};  // shorter than what a stop allows

/// What the ledger's thread and the waiting coroutine share; either may be done first.
struct Question {
  std::optional<Result<std::vector<UsageSum>>> answer;
  Signal answered;
};

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
  const auto question = std::make_shared<Question>();
  Deadlines::Entry deadline(services.deadlines, [&services, question] {
    asio::post(services.loop, [question] { question->answered.fire(); });
  });
  deadline.set_in(kPatience);
  // The ledger's thread hands the answer over to this loop, and may do so after we have given up.
  auto take = [&loop = services.loop, question](Result<std::vector<UsageSum>> sums) {
    asio::post(loop, [question, sums = std::move(sums)]() mutable {
      question->answer = std::move(sums);
      question->answered.fire();
    });
  };
  services.shared.ledger.sum(*since * 1'000'000, take);
  if (!question->answer) co_await question->answered.wait();
  if (!question->answer) {
    co_return client_error(ErrorKind::ledger_unavailable, "the ledger did not answer in time");
  }
  const Result<std::vector<UsageSum>>& sums = *question->answer;
  if (!sums) co_return sums.error();
  answer_json(exchange, encode_summary(*sums, *since));
  co_return Result<void>{};
}

}  // namespace arouter::daemon
