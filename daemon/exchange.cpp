#include "daemon/exchange.hpp"

namespace arouter::daemon {

std::int64_t elapsed_us(const Exchange& exchange) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - exchange.started)
      .count();
}

void set_usage(Exchange& exchange, const Usage& usage) {
  exchange.usage = usage;
  exchange.cost = cost_of(usage, exchange.endpoint->pricing, exchange.started_us / 1'000'000);
}

}  // namespace arouter::daemon
