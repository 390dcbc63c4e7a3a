#include "daemon/api/api.hpp"

#include "daemon/api/generations.hpp"
#include "daemon/api/keys.hpp"
#include "daemon/api/models.hpp"
#include "daemon/api/providers.hpp"
#include "daemon/edge/answer.hpp"
#include "daemon/edge/options.hpp"

namespace arouter::daemon {

namespace {

Result<void> answer_health(Exchange& exchange, const Services& services) {
  if (services.draining) {
    Error error = client_error(ErrorKind::draining, "the daemon is stopping");
    error.retry_after_s = 1;
    return error;
  }
  answer_json(exchange, R"({"status":"ok","version":")" AROUTER_VERSION R"("})");
  return {};
}

}  // namespace

void answer_with(Exchange& exchange, std::string_view body, std::string_view content_type,
                 std::uint16_t status) {
  exchange.status = status;
  AnswerHead head{.status = status,
                  .content_type = content_type,
                  .content_length = body.size(),
                  .keep_alive = exchange.keep_alive};
  append_field(head.fields, "X-Request-Id", exchange.request_id);
  append_allowed_origin(head.fields, exchange);
  exchange.tail = encode_head(head);
  if (exchange.head.method != "HEAD") exchange.tail += body;
}

Awaitable<Result<void>> answer_api(Exchange& exchange, Services& services) {
  switch (exchange.route.id) {
    case RouteId::healthz:
      co_return answer_health(exchange, services);
    case RouteId::root:
      answer_json(exchange, R"({"name":"arouter","version":")" AROUTER_VERSION R"("})");
      co_return Result<void>{};
    case RouteId::models:
      co_return answer_models(exchange);
    case RouteId::model:
      co_return answer_model(exchange);
    case RouteId::model_endpoints:
      co_return answer_model_endpoints(exchange);
    case RouteId::providers:
      answer_providers(exchange);
      co_return Result<void>{};
    case RouteId::metrics:
      answer_metrics(exchange, services);
      co_return Result<void>{};
    case RouteId::keys:
    case RouteId::key:
      co_return co_await answer_keys(exchange, services);
    case RouteId::own_key:
      co_return co_await answer_own_key(exchange, services);
    case RouteId::generation:
      co_return co_await answer_generation(exchange, services);
    case RouteId::activity:
      co_return co_await answer_activity(exchange, services);
    case RouteId::usage_summary:
      co_return co_await answer_usage_summary(exchange, services);
    case RouteId::usage_timeseries:
      co_return co_await answer_usage_timeseries(exchange, services);
    case RouteId::call:
    case RouteId::proxy:
    case RouteId::none:
      break;
  }
  co_return internal_error("a route without an answer");
}

}  // namespace arouter::daemon
