#include "daemon/health_checks.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "daemon/log.hpp"

namespace arouter::daemon {

namespace {

constexpr std::chrono::milliseconds kFirstWithin{1'000};
constexpr std::chrono::seconds kAnswerWithin{10};

Verdict verdict_of(const Result<FetchAnswer>& answer) {
  if (!answer || answer->status >= 500) return Verdict::failure;
  return answer->status < 300 ? Verdict::success : Verdict::neutral;
}

}  // namespace

void HealthChecks::begin(const std::shared_ptr<const Runtime>& runtime) {
  stop();
  for (const auto& provider : runtime->catalog->providers) {
    if (!provider->health_check) continue;
    const auto watch = std::make_shared<Watch>(runtime, *provider);
    // The entry is part of the watch, which therefore lives when it fires.
    Watch* const watched = watch.get();
    watch->timer.emplace(means_.deadlines, [this, watched] {
      for (const auto& each : watches_) {
        if (each.get() == watched) return start(each);
      }
    });
    std::uniform_int_distribution<std::int64_t> when(0, kFirstWithin.count());
    watch->timer->set_in(std::chrono::milliseconds(when(random_)));
    watches_.push_back(watch);
  }
}

void HealthChecks::stop() {
  for (const auto& watch : watches_) {
    watch->stopped = true;
    watch->timer.reset();
    if (watch->running != nullptr) watch->running->cancel();
  }
  watches_.clear();
}

void HealthChecks::start(const std::shared_ptr<Watch>& watch) {
  auto ended = [](const std::exception_ptr& failure) {
    if (failure) log_line(LogLevel::error, "a health check ended by an exception: a bug");
  };
  asio::co_spawn(means_.loop, check(watch), ended);
}

Awaitable<void> HealthChecks::check(std::shared_ptr<Watch> watch) {
  const Provider& provider = watch->provider;
  const HealthCheck& wanted = *provider.health_check;
  const FetchRequest request{
      .method = "GET", .target = wanted.path, .fields = "Accept: */*\r\n", .body = {}};
  const TimePoint deadline =
      Clock::now() + std::min<std::chrono::seconds>(wanted.interval, kAnswerWithin);
  Fetch fetch(means_);
  watch->running = &fetch;
  const Result<FetchAnswer> answer =
      co_await fetch.run(provider, watch->runtime->state_of(provider), request, deadline);
  watch->running = nullptr;
  if (watch->stopped) co_return;
  const std::string change =
      watch->runtime->health_of(provider).checked(verdict_of(answer), Clock::now());
  if (!change.empty()) log_line(LogLevel::warn, log_text(change));
  watch->timer->set_in(spread(wanted.interval));
}

/// A tenth more or less, so that daemons that began together part.
std::chrono::milliseconds HealthChecks::spread(std::chrono::milliseconds interval) {
  std::uniform_int_distribution<std::int64_t> percent(90, 110);
  return interval * percent(random_) / 100;
}

}  // namespace arouter::daemon
