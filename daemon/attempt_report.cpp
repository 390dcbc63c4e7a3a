#include "daemon/attempt_report.hpp"

#include <chrono>
#include <utility>

#include "daemon/log.hpp"
#include "shared/errors/blame.hpp"

namespace arouter::daemon {

namespace {

/// What a passed refusal says of the key, by its status alone.
Blame blame_of_status(int status) {
  if (status == 401) return Blame::credential_revoked;
  if (status == 402 || status == 429) return Blame::credential_limited;
  return status >= 500 ? Blame::endpoint : Blame::nobody;
}

void note_health(const Exchange& exchange, const KeyReport& report) {
  // What the catalogue does not list has no row.
  if (!exchange.is_listed()) return;
  EndpointHealth& health = exchange.runtime->health_of(*exchange.endpoint);
  const SteadyTime now = Clock::now();
  if (report.blame == Blame::credential_limited) health.count(HealthEvent::rate_limited, now);
  if (report.verdict == Verdict::failure) health.count(HealthEvent::failure, now);
  if (report.verdict != Verdict::success) return;
  health.count(HealthEvent::success, now);
  const std::int64_t first_us = exchange.first_byte_us - exchange.attempt_began_us;
  const std::int64_t took_us = elapsed_us(exchange) - exchange.attempt_began_us;
  const bool is_counted = exchange.usage.origin == UsageOrigin::reported;
  using std::chrono::milliseconds;
  health.measure(milliseconds(exchange.first_byte_us < 0 ? -1 : first_us / 1'000),
                 is_counted ? exchange.usage.output_tokens : 0, milliseconds(took_us / 1'000), now);
}

AttemptOutcome outcome_of(const KeyReport& report) {
  if (report.verdict == Verdict::success) return AttemptOutcome::ok;
  if (report.verdict == Verdict::failure) return AttemptOutcome::failed;
  if (report.blame == Blame::credential_limited) return AttemptOutcome::rate_limited;
  return report.blame == Blame::credential_revoked ? AttemptOutcome::key_refused
                                                   : AttemptOutcome::other;
}

void count_attempt(const Exchange& exchange, const KeyReport& report) {
  EndpointCounters& counters =
      exchange.runtime->counters_of(*exchange.endpoint, exchange.is_listed());
  counters.attempts[static_cast<std::size_t>(outcome_of(report))].add();
  if (exchange.attempt > 1) counters.retries.add();
}

Verdict verdict_of(const Exchange& exchange, const Result<void>& outcome) {
  if (outcome) return Verdict::success;
  if (exchange.client.gone() || exchange.aborted) return Verdict::neutral;
  return blame_of(outcome.error()) == Blame::endpoint ? Verdict::failure : Verdict::neutral;
}

}  // namespace

void report_attempt(Exchange& exchange, const Result<void>& outcome) {
  const Provider& provider = *exchange.endpoint->provider;
  KeyReport report{.verdict = verdict_of(exchange, outcome)};
  if (!outcome) report.retry_after = std::chrono::seconds(outcome.error().retry_after_s);
  if (exchange.proxied != nullptr && exchange.upstream_status >= 400) {
    report.blame = blame_of_status(exchange.upstream_status);
    report.verdict = report.blame == Blame::endpoint ? Verdict::failure : Verdict::neutral;
  } else if (!outcome && !exchange.client.gone()) {
    report.blame = blame_of(outcome.error());
  }
  // Whose key was refused is no news of the endpoint.
  if (exchange.caller_key != nullptr && is_about_credential(report.blame))
    report.blame = Blame::nobody;
  note_health(exchange, report);
  count_attempt(exchange, report);
  const std::string change = exchange.runtime->health_of(provider).give_back(
      std::exchange(exchange.turn, {}), report, Clock::now());
  if (!change.empty()) log_line(LogLevel::warn, log_text(change));
}

}  // namespace arouter::daemon
