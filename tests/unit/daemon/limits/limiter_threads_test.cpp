// The limiter under many threads: a budget is kept to the unit, whatever runs at once.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <string>
#include <thread>
#include <vector>

#include "daemon/limits/limiter.hpp"

namespace arouter::daemon {

namespace {

using limits::Demand;
using limits::Instant;
using limits::Limits;
using limits::Scope;

constexpr int kThreads = 64;
constexpr int kEach = 1'000;
constexpr std::int64_t kPrice = 7;
constexpr Instant kNow{.steady_ns = 7'000'000'000, .unix_s = 1'796'601'600};
constexpr SipKey kKey{.low = 1, .high = 2};
constexpr Demand kDemand{.tokens = 3, .most = Money{kPrice}, .estimate = Money{kPrice}};

Limits money(std::int64_t pico) {
  return {.budget = limits::Budget{.limit = Money{pico}, .period = limits::Period::daily}};
}

/// Runs `work(thread)` on kThreads threads that begin together.
template <class Work>
void run_together(int threads, Work work) {
  std::barrier start(threads);
  std::vector<std::jthread> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.emplace_back([&, thread] {
      start.arrive_and_wait();
      work(thread);
    });
  }
}

}  // namespace

TEST_SUITE("limiter.threads") {
  TEST_CASE("a budget for exactly so many admits exactly so many") {
    constexpr std::int64_t kRoom = 9'999;
    Limiter limiter(kKey);
    // A little more than room for them, and not enough for one more.
    const std::array claims{Claim{.scope = Scope::key,
                                  .id = limiter.id_of(Scope::key, "k"),
                                  .limits = money(kRoom * kPrice + kPrice - 1)}};
    std::atomic<std::int64_t> admitted{0};
    run_together(kThreads, [&](int) {
      for (int i = 0; i < kEach; ++i) {
        Admission admission = limiter.admit(claims, kDemand, kNow);
        if (admission.refusal) continue;
        ++admitted;
        admission.lease.settle({.tokens = 3, .cost = Money{kPrice}}, kNow.steady_ns);
      }
    });
    CHECK(admitted == kRoom);
    const limits::Spending spending = limiter.spending(claims[0], kNow.unix_s);
    CHECK(spending.spent == Money{kRoom * kPrice});
    CHECK(spending.held == Money{});
  }

  TEST_CASE("budgets of keys, users and all together hold at once, and while limits change") {
    constexpr int kKeys = 4, kUsers = 16;
    constexpr std::int64_t kOfKey = 3'000, kOfUser = 500, kOfAll = 7'001;
    Limiter limiter(kKey);
    std::array<std::atomic<std::int64_t>, kKeys> of_key{};
    std::array<std::atomic<std::int64_t>, kUsers> of_user{};
    std::atomic<std::int64_t> of_all{0};
    run_together(kThreads, [&](int thread) {
      const auto key = static_cast<std::size_t>(thread % kKeys);
      const auto user = static_cast<std::size_t>(thread / kKeys % kUsers);
      for (int i = 0; i < kEach; ++i) {
        // The first half runs under tighter limits; what it spends counts in the second.
        const std::int64_t scale = i < kEach / 2 ? 1 : 2;
        const std::array claims{Claim{.scope = Scope::key,
                                      .id = limiter.id_of(Scope::key, std::to_string(key)),
                                      .limits = money(kOfKey * kPrice * scale / 2)},
                                Claim{.scope = Scope::user,
                                      .id = limiter.id_of(Scope::user, std::to_string(user)),
                                      .limits = money(kOfUser * kPrice * scale / 2)},
                                Claim{.scope = Scope::total,
                                      .id = limiter.id_of(Scope::total, ""),
                                      .limits = money(kOfAll * kPrice * scale / 2)}};
        Admission admission = limiter.admit(claims, kDemand, kNow);
        if (admission.refusal) continue;
        if (i % 5 == 0) continue;  // dropped: nothing is spent
        admission.lease.settle({.tokens = 3, .cost = Money{kPrice}}, kNow.steady_ns);
        ++of_key[key];
        ++of_user[user];
        ++of_all;
      }
    });
    for (const auto& each : of_key) CHECK(each <= kOfKey);
    for (const auto& each : of_user) CHECK(each <= kOfUser);
    // The tightest: four keys would have 12,000, sixteen users 8,000.
    CHECK(of_all == kOfAll);
    const Claim total{.scope = Scope::total,
                      .id = limiter.id_of(Scope::total, ""),
                      .limits = money(kOfAll * kPrice)};
    CHECK(limiter.spending(total, kNow.unix_s).spent == Money{kOfAll * kPrice});
    CHECK(limiter.spending(total, kNow.unix_s).held == Money{});
  }

  TEST_CASE("the first requests of a user that nobody knows share one budget") {
    constexpr int kFirst = 500, kRoom = 3;
    Limiter limiter(kKey);
    std::atomic<int> admitted{0};
    std::vector<Lease> leases(kFirst);
    run_together(kFirst, [&](int thread) {
      const std::array claims{Claim{.scope = Scope::user,
                                    .id = limiter.id_of(Scope::user, "nobody"),
                                    .limits = money(kRoom * kPrice)}};
      Admission admission = limiter.admit(claims, kDemand, kNow);
      if (admission.refusal) return;
      ++admitted;
      leases[static_cast<std::size_t>(thread)] = std::move(admission.lease);
    });
    CHECK(admitted == kRoom);
    CHECK(limiter.size() == 1);
  }

  TEST_CASE("states come and go under many threads, and none is lost that is in use") {
    Limiter limiter(kKey, 640);
    const Limits limits{.requests_per_minute = limits::per_minute(1'000), .concurrency = 1};
    std::atomic<std::int64_t> overlaps{0};
    std::array<std::atomic<int>, 8> inside{};
    run_together(16, [&](int thread) {
      for (int i = 0; i < 2'000; ++i) {
        const Instant now{.steady_ns = kNow.steady_ns + i * 10'000'000'000LL,
                          .unix_s = kNow.unix_s + i * 10};
        const auto slot = static_cast<std::size_t>((thread + i) % 8);
        const Claim shared{.scope = Scope::key,
                           .id = limiter.id_of(Scope::key, std::to_string(slot)),
                           .limits = limits};
        const std::string stranger = std::to_string(thread) + "/" + std::to_string(i);
        const Claim user{.scope = Scope::user,
                         .id = limiter.id_of(Scope::user, stranger),
                         .limits = {.requests_per_minute = limits::per_minute(60)}};
        const std::array claims{user, shared};
        Admission admission = limiter.admit(claims, {}, now);
        if (admission.refusal) continue;
        if (inside[slot].fetch_add(1) != 0) ++overlaps;
        --inside[slot];
        admission.lease.release(now.steady_ns);
      }
    });
    CHECK(overlaps == 0);
    limiter.drop_idle({.steady_ns = 1'000'000'000'000'000, .unix_s = kNow.unix_s + 1'000'000});
    CHECK(limiter.size() == 0);
  }
}

}  // namespace arouter::daemon
