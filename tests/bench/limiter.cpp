// What the limiter costs a request in processor time: its subjects are named, checked together, and
// settled at the end.
//
// Goal: 1 us for check and settle together, where nobody else holds the locks. Each figure is the
// median of several batches of this thread's processor time.
#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/limits/limiter.hpp"

namespace {

using namespace arouter;
using daemon::Claim;
using daemon::Limiter;
using limits::Scope;

constexpr int kBatches = 15;
constexpr int kCalls = 20'000;

double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// Median microseconds of one call.
double measure(const std::function<void()>& call) {
  std::vector<double> figures;
  for (int batch = 0; batch < kBatches; ++batch) {
    const double begun = processor_us();
    for (int i = 0; i < kCalls; ++i) call();
    figures.push_back((processor_us() - begun) / kCalls);
  }
  std::sort(figures.begin(), figures.end());
  return figures[figures.size() / 2];
}

/// Everything limited, and never used up.
limits::Limits wide() {
  return {.requests_per_minute = limits::per_minute(1'000'000'000),
          .requests_per_day = limits::per_day(1'000'000'000'000),
          .tokens_per_minute = limits::per_minute(10'000'000'000),
          .concurrency = 1'000,
          .budget = limits::Budget{.limit = Money{9'000'000'000'000'000'000},
                                   .period = limits::Period::monthly}};
}

}  // namespace

int main() {
  Limiter limiter({.low = 1, .high = 2});
  const std::string key(64, 'a');
  const std::array<std::pair<Scope, std::string_view>, 5> names{{{Scope::key, key},
                                                                 {Scope::user, "someone"},
                                                                 {Scope::model, "acme/model-a"},
                                                                 {Scope::provider, "acme"},
                                                                 {Scope::total, ""}}};
  limits::Instant now{.steady_ns = 1'000'000'000, .unix_s = 1'796'601'600};
  bool good = true;
  for (const std::size_t subjects : {std::size_t{1}, std::size_t{2}, names.size()}) {
    std::vector<Claim> claims;
    const double naming = measure([&] {
      claims.clear();
      for (std::size_t i = 0; i < subjects; ++i) {
        const auto& [scope, name] = names[i];
        claims.push_back({.scope = scope, .id = limiter.id_of(scope, name), .limits = wide()});
      }
    });
    const double deciding = measure([&] {
      now.steady_ns += 100'000;
      daemon::Admission admission = limiter.admit(
          claims, {.tokens = 1'000, .most = Money{500'000}, .estimate = Money{100}}, now);
      good = good && !admission.refusal;
      admission.lease.settle({.tokens = 300, .cost = Money{200}}, now.steady_ns);
    });
    std::cout << subjects << " subjects: named " << naming << " us, checked and settled "
              << deciding << " us (goal 1)\n";
  }
  if (!good) std::cout << "a request was refused\n";
  return good ? 0 : 1;
}
