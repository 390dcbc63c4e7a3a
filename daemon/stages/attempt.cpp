#include "daemon/stages/attempt.hpp"

#include <algorithm>
#include <array>

#include "shared/errors/blame.hpp"
#include "shared/errors/provider_error.hpp"

namespace arouter::daemon {

namespace {

using Answer = std::unique_ptr<UpstreamAnswer>;

constexpr std::size_t kErrorBody = 64 * 1024;
constexpr std::chrono::seconds kErrorBodyWithin{5};

Error named(Error error, const Exchange& exchange) {
  if (error.provider.empty()) error.provider = exchange.endpoint->provider->name;
  if (exchange.client.gone() || exchange.aborted) error.code = kCancelledCode;  // by us
  return error;
}

/// Sends the request over `connection` and reads the head of the answer. `dead`: the connection
/// ended before a byte of an answer came.
Awaitable<Result<Answer>> send_over(std::unique_ptr<UpstreamConnection> connection,
                                    Exchange& exchange, const UpstreamRequest& request,
                                    Services& services, bool& dead) {
  UpstreamConnection& wire = *connection;
  exchange.cancel_upstream = [&wire] { wire.cancel(); };
  auto answer = std::make_unique<UpstreamAnswer>(std::move(connection), services.pool);
  const Timeouts& timeouts = exchange.endpoint->timeouts;
  const TimePoint deadline =
      std::min(Clock::now() + timeouts.first_byte, exchange.started + timeouts.total);
  wire.set_deadline(deadline);
  const bool sent = co_await wire.write(request.head, request.body);
  exchange.request_sent = exchange.request_sent || sent;
  if (!sent) answer->never_reuse();  // the rest of the request would be read as the next one
  // Even when sending broke off there may be an answer: an early refusal of a large body.
  const Result<void> head = co_await answer->read_head(deadline, request.is_head);
  if (head) {
    exchange.upstream_status = static_cast<std::uint16_t>(answer->status());
    co_return answer;
  }
  dead = answer->silent() && head.error().kind != ErrorKind::upstream_timeout;
  exchange.cancel_upstream = nullptr;
  Error error = head.error();
  if (!sent && dead) error.detail = "the request could not be sent";
  co_return error;
}

/// Whether a request that was sent whole may be sent to the same provider once more, though it may
/// have been worked on.
bool may_repeat(const Exchange& exchange) {
  const bool is_call = exchange.proxied == nullptr || exchange.is_known;
  if (is_call) return exchange.config().routing.retry_ambiguous;
  constexpr std::array<std::string_view, 5> kIdempotent{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"};
  return std::find(kIdempotent.begin(), kIdempotent.end(), exchange.head.method) !=
         kIdempotent.end();
}

/// Servers end an idle connection when they like, some with a 408 that answers nobody, and that may
/// cross our request. `answer`: what a connection from the pool gave, `dead`: not a byte.
bool was_stale(const Exchange& exchange, const Result<Answer>& answer, bool dead) {
  if (exchange.client.gone() || exchange.aborted) return false;
  if (answer) return (*answer)->status() == 408 && (*answer)->is_last();
  return dead && (!exchange.request_sent || may_repeat(exchange));
}

Awaitable<Result<Answer>> send(Exchange& exchange, const UpstreamRequest& request,
                               Services& services) {
  const Provider& provider = *exchange.endpoint->provider;
  const ProviderState& state = exchange.runtime->state_of(provider);
  bool dead = false;
  if (std::unique_ptr<UpstreamConnection> pooled = services.pool.take(state)) {
    Result<Answer> answer =
        co_await send_over(std::move(pooled), exchange, request, services, dead);
    if (!was_stale(exchange, answer, dead)) co_return answer;
    exchange.upstream_status = 0;
  }
  auto connection = std::make_unique<UpstreamConnection>(services.loop, services.deadlines);
  UpstreamConnection& wire = *connection;
  exchange.cancel_upstream = [&wire] { wire.cancel(); };
  const Result<void> opened =
      co_await wire.open(provider, state, exchange.endpoint->timeouts, services.resolver);
  if (!opened) {
    exchange.cancel_upstream = nullptr;
    co_return opened.error();
  }
  co_return co_await send_over(std::move(connection), exchange, request, services, dead);
}

Awaitable<Error> read_refusal(UpstreamAnswer& answer, const Exchange& exchange) {
  std::string body;
  const TimePoint deadline = Clock::now() + kErrorBodyWithin;
  while (body.size() < kErrorBody) {
    const Result<bool> more = co_await answer.read_body(body, deadline);
    if (!more || !*more) break;
  }
  const ProviderFailure failure{.status = answer.status(),
                                .body = body,
                                .fields = &answer.fields(),
                                .now_s = (exchange.started_us + elapsed_us(exchange)) / 1'000'000,
                                .secret = exchange.credential,
                                .provider = exchange.endpoint->provider->name,
                                .is_callers = exchange.caller_key != nullptr};
  co_return provider_error(failure);
}

}  // namespace

Awaitable<Result<Answer>> attempt(Exchange& exchange, const UpstreamRequest& request,
                                  Services& services) {
  const Provider& provider = *exchange.endpoint->provider;
  exchange.credential =
      request.credential != nullptr ? request.credential->reveal() : std::string_view();
  exchange.lease = ProviderLease(exchange.runtime->state_of(provider), provider.concurrency);
  if (!exchange.lease.granted()) {
    Error busy = upstream_error(ErrorKind::overloaded,
                                "provider '" + provider.name + "' has as many requests as allowed");
    busy.source = ErrorSource::internal;
    busy.retry_after_s = 1;
    co_return busy;
  }
  Result<Answer> answer = co_await send(exchange, request, services);
  if (!answer) co_return named(answer.error(), exchange);
  const int status = (*answer)->status();
  const bool is_refusal = status < 200 || status >= 300;
  // What our own proxy wants is no business of the client's.
  const bool is_proxys = status == 407 && provider.reading_proxy() != nullptr;
  if (!is_refusal || (exchange.proxied != nullptr && !is_proxys)) co_return answer;
  Error refused = co_await read_refusal(**answer, exchange);
  exchange.cancel_upstream = nullptr;
  co_return refused;
}

}  // namespace arouter::daemon
