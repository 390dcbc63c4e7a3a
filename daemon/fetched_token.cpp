#include "daemon/fetched_token.hpp"

namespace arouter::daemon {

bool needs_token(const Exchange& exchange) {
  if (exchange.caller_key != nullptr) return false;
  const Provider& provider = *exchange.endpoint->provider;
  return exchange.token == nullptr && exchange.runtime->tokens_of(provider) != nullptr;
}

Awaitable<Result<void>> fetch_token(Exchange& exchange, Services& services) {
  const std::shared_ptr<TokenSource>& source =
      exchange.runtime->tokens_of(*exchange.endpoint->provider);
  Result<Token> token =
      co_await services.tokens.token(source, exchange.endpoint->timeouts, exchange.cancel_upstream);
  if (!token) co_return token.error();
  exchange.token = std::move(*token);
  co_return Result<void>{};
}

bool drop_refused_token(Exchange& exchange) {
  const bool is_refused = exchange.token != nullptr && exchange.upstream_status == 401;
  if (!is_refused || exchange.answer_started) return false;
  TokenSource& source = *exchange.runtime->tokens_of(*exchange.endpoint->provider);
  if (!source.refused(exchange.token, Clock::now())) return false;
  exchange.credential = {};
  exchange.token = nullptr;
  exchange.lease = {};
  exchange.request_sent = false;
  exchange.upstream_status = 0;
  return true;
}

}  // namespace arouter::daemon
