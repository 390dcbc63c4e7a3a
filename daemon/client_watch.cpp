#include "daemon/client_watch.hpp"

namespace arouter::daemon {

namespace {

/// What may be written to a half-closed client before its answer has begun: every client must skip
/// interim responses, and one that is gone answers with a reset.
constexpr std::string_view kProbe = "HTTP/1.1 100 Continue\r\n\r\n";

/// Before the request is with the provider there is nothing that it could bill; and of a call that
/// we cannot read no usage is learnt.
bool may_drain(const Exchange& exchange, const Services& services) {
  if (exchange.aborted || services.draining) return false;
  if (!exchange.request_sent || !exchange.is_known) return false;
  return exchange.endpoint->provider->on_client_gone == ClientGone::drain;
}

void client_has_left(Exchange& exchange, Services& services) {
  const auto cancel = [&exchange] {
    if (exchange.cancel_upstream) exchange.cancel_upstream();
  };
  const bool drains = may_drain(exchange, services) &&
                      exchange.drain.begin(services.deadlines, services.shared.drains, cancel);
  if (!drains) cancel();
}

}  // namespace

void watch_client(Exchange& exchange, Services& services) {
  exchange.client.set_probe(exchange.head.minor_version >= 1 ? kProbe : std::string_view());
  exchange.client.watch([&exchange, &services] { client_has_left(exchange, services); });
}

Result<void> end_attempts(Exchange& exchange, Result<void> outcome) {
  exchange.cancel_upstream = nullptr;
  exchange.client.unwatch();
  exchange.lease = {};
  if (!outcome && exchange.aborted && !exchange.answer_started) {
    return client_error(ErrorKind::draining, "the daemon is stopping");
  }
  if (outcome && exchange.drain.begun()) {
    return client_error(ErrorKind::request_timeout, "the client has left");
  }
  return outcome;
}

OpenAnswer::OpenAnswer(Exchange& exchange, UpstreamAnswer& answer) : exchange_(exchange) {
  exchange.cancel_upstream = [&answer] { answer.cancel(); };
  exchange.drain.set_answer(&answer);
}

OpenAnswer::~OpenAnswer() {
  exchange_.cancel_upstream = nullptr;
  exchange_.drain.set_answer(nullptr);
}

}  // namespace arouter::daemon
