#include "daemon/exchange.hpp"

namespace arouter::daemon {

std::int64_t elapsed_us(const Exchange& exchange) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange.started)
      .count();
}

CallKind Exchange::upstream_call() const {
  const bool one = route.call == CallKind::one_embedding && is_translated();
  return one ? CallKind::embeddings : route.call;
}

void set_usage(Exchange& exchange, const Usage& usage) {
  exchange.usage = usage;
  exchange.cost = cost_of(usage, exchange.endpoint->pricing, exchange.started_us / 1'000'000);
  exchange.cost.is_byok = exchange.caller_key != nullptr;
}

}  // namespace arouter::daemon
