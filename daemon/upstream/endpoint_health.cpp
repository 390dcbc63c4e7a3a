#include "daemon/upstream/endpoint_health.hpp"

namespace arouter::daemon {

namespace {

// Fewer requests than this say nothing about uptime.
constexpr std::uint64_t kEnough = 100;

void fill(std::array<std::int64_t, 4>& into, const std::optional<HealthPercentiles>& from) {
  if (from) into = {from->p50, from->p75, from->p90, from->p99};
}

}  // namespace

routing::Condition condition_of(const HealthWindow& window, bool with_speed, SteadyTime now) {
  routing::Condition condition;
  condition.had_outage = window.outage(now);
  const HealthCounts counts = window.counts(HealthSpan::half_hour, now);
  if (counts.successes + counts.failures >= kEnough) {
    const auto uptime = window.uptime(HealthSpan::half_hour, now);
    if (uptime) condition.uptime = static_cast<std::int32_t>(*uptime);
  }
  if (!with_speed) return condition;
  fill(condition.first_token_ms, window.first_token(HealthSpan::five_minutes, now));
  fill(condition.throughput, window.throughput(HealthSpan::five_minutes, now));
  return condition;
}

void EndpointHealth::count(HealthEvent event, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  window_.count(event, now);
}

void EndpointHealth::measure(std::chrono::milliseconds first_token, std::int64_t tokens,
                             std::chrono::milliseconds took, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  if (first_token.count() >= 0) window_.add_first_token(first_token, now);
  if (tokens <= 0) return;
  window_.add_throughput(HealthWindow::throughput_of(static_cast<std::uint64_t>(tokens), took),
                         now);
}

routing::Condition EndpointHealth::condition(bool with_speed, SteadyTime now) const {
  const std::scoped_lock lock(mutex_);
  return condition_of(window_, with_speed, now);
}

HealthWindow EndpointHealth::window() const {
  const std::scoped_lock lock(mutex_);
  return window_;
}

}  // namespace arouter::daemon
