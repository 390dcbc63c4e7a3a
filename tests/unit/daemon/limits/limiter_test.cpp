#include "daemon/limits/limiter.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace arouter::daemon {

namespace {

using limits::Demand;
using limits::Instant;
using limits::Limits;
using limits::Period;
using limits::Scope;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMonday = 1'796'601'600;  // 2026-12-07T00:00:00Z
constexpr Instant kNow{.steady_ns = 7'000 * kSecond, .unix_s = kMonday + 3'600};
constexpr SipKey kKey{.low = 1, .high = 2};

Instant later(std::int64_t seconds) {
  return {.steady_ns = kNow.steady_ns + seconds * kSecond, .unix_s = kNow.unix_s + seconds};
}

Limits money(std::int64_t pico, Period period = Period::daily) {
  return {.budget = limits::Budget{.limit = Money{pico}, .period = period}};
}
Demand costing(std::int64_t pico) {
  return {.most = Money{pico}, .estimate = Money{pico}};
}

Claim claim(const Limiter& limiter, Scope scope, std::string_view name, const Limits& limits) {
  return {.scope = scope, .id = limiter.id_of(scope, name), .limits = limits};
}

}  // namespace

TEST_SUITE("limiter") {
  TEST_CASE("a lease holds money until it is settled, and settles once") {
    Limiter limiter(kKey);
    const std::array claims{claim(limiter, Scope::key, "k", money(100))};
    Admission first = limiter.admit(claims, costing(60), kNow);
    REQUIRE_FALSE(first.refusal);
    CHECK(limiter.admit(claims, costing(60), kNow).refusal);
    CHECK(limiter.spending(claims[0], kNow.unix_s).held == Money{60});
    first.lease.settle({.cost = Money{10}}, kNow.steady_ns);
    first.lease.settle({.cost = Money{10}}, kNow.steady_ns);
    first.lease.release(kNow.steady_ns);
    CHECK(limiter.spending(claims[0], kNow.unix_s).spent == Money{10});
    CHECK(limiter.spending(claims[0], kNow.unix_s).held == Money{});
    CHECK_FALSE(limiter.admit(claims, costing(90), kNow).refusal);
  }

  TEST_CASE("a lease that is dropped gives its money and its place back, moved or not") {
    Limiter limiter(kKey);
    Limits limits = money(100);
    limits.concurrency = 1;
    const std::array claims{claim(limiter, Scope::key, "k", limits)};
    {
      Lease outer;
      {
        Admission admission = limiter.admit(claims, costing(100), kNow);
        REQUIRE_FALSE(admission.refusal);
        outer = std::move(admission.lease);
      }
      CHECK(limiter.admit(claims, costing(0), kNow).refusal);
      Lease other(std::move(outer));
      outer = Lease();
      CHECK(limiter.admit(claims, costing(0), kNow).refusal);
    }
    CHECK_FALSE(limiter.admit(claims, costing(100), kNow).refusal);
  }

  TEST_CASE("subjects of different scopes are different whatever their names") {
    Limiter limiter(kKey);
    const std::array both{claim(limiter, Scope::key, "same", money(10)),
                          claim(limiter, Scope::user, "same", money(10))};
    CHECK_FALSE(both[0].id == both[1].id);
    Admission admission = limiter.admit(both, costing(10), kNow);
    CHECK_FALSE(admission.refusal);
  }

  TEST_CASE("one subject that refuses leaves the others as they were") {
    Limiter limiter(kKey);
    const std::array claims{claim(limiter, Scope::key, "k", money(1'000)),
                            claim(limiter, Scope::total, "", money(5)),
                            claim(limiter, Scope::model, "m", {})};
    const Admission refused = limiter.admit(claims, costing(6), kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->scope == Scope::total);
    CHECK(limiter.spending(claims[0], kNow.unix_s).held == Money{});
  }

  TEST_CASE("what has no limits is not kept") {
    Limiter limiter(kKey);
    const std::array claims{claim(limiter, Scope::key, "k", {})};
    for (int i = 0; i < 100; ++i) CHECK_FALSE(limiter.admit(claims, costing(1), kNow).refusal);
    CHECK(limiter.size() == 0);
    CHECK_FALSE(limiter.admit({}, costing(1), kNow).refusal);
  }

  TEST_CASE("limits that change keep what is spent and held") {
    Limiter limiter(kKey);
    const Claim before = claim(limiter, Scope::key, "k", money(100));
    const Claim after = claim(limiter, Scope::key, "k", money(150, Period::monthly));
    Admission spent = limiter.admit({&before, 1}, costing(40), kNow);
    Admission held = limiter.admit({&before, 1}, costing(50), kNow);
    spent.lease.settle({.cost = Money{40}}, kNow.steady_ns);
    CHECK(limiter.admit({&after, 1}, costing(61), kNow).refusal);
    CHECK_FALSE(limiter.admit({&after, 1}, costing(60), kNow).refusal);
    held.lease.settle({.cost = Money{50}}, kNow.steady_ns);
    CHECK(limiter.spending(after, kNow.unix_s).spent == Money{90});
  }

  TEST_CASE("what the ledger knows is counted, and what is held stays") {
    Limiter limiter(kKey);
    const std::array claims{claim(limiter, Scope::key, "k", money(100))};
    const Admission held = limiter.admit(claims, costing(10), kNow);
    limiter.count_spent(claims[0], kNow.unix_s, Money{85});
    CHECK(limiter.admit(claims, costing(6), kNow).refusal);
    CHECK_FALSE(limiter.admit(claims, costing(5), kNow).refusal);
    CHECK_FALSE(limiter.admit(claims, costing(100), later(24 * 3'600)).refusal);
  }

  TEST_CASE("a share of a budget that is reached is told once, with the claim it is of") {
    Limiter limiter(kKey);
    const std::array claims{claim(limiter, Scope::user, "u", {}),
                            claim(limiter, Scope::key, "k", money(100))};
    const auto spend = [&](std::int64_t pico) {
      return limiter.admit(claims, costing(pico), kNow)
          .lease.settle({.cost = Money{pico}}, kNow.steady_ns);
    };
    CHECK(spend(40).empty());
    const std::vector<BudgetAlert> alerts = spend(40);
    REQUIRE(alerts.size() == 1);
    CHECK(alerts[0].claim == 1);
    CHECK(alerts[0].percent == 80);
    CHECK(alerts[0].spent == Money{80});
    CHECK(alerts[0].budget.limit == Money{100});
    CHECK(spend(5).empty());
  }

  TEST_CASE("tokens of a lease that ends without its time come back by themselves only") {
    Limiter limiter(kKey);
    const std::array claims{
        claim(limiter, Scope::key, "k", {.tokens_per_minute = limits::per_minute(600)})};
    const Demand all{.tokens = 600};
    { const Admission dropped = limiter.admit(claims, all, kNow); }
    CHECK(limiter.admit(claims, {.tokens = 1}, kNow).refusal);
    Admission again = limiter.admit(claims, all, later(60));
    again.lease.release(later(60).steady_ns);
    CHECK_FALSE(limiter.admit(claims, all, later(60)).refusal);
  }

  TEST_CASE("states that are idle are forgotten while new ones come") {
    Limiter limiter(kKey);
    const Limits limits{.requests_per_minute = limits::per_minute(60)};
    for (int i = 0; i < 200'000; ++i) {
      const Claim one = claim(limiter, Scope::key, "k" + std::to_string(i), limits);
      REQUIRE_FALSE(limiter.admit({&one, 1}, {}, later(i / 100)).refusal);
    }
    CHECK(limiter.size() < 5'000);  // of a hundred a second that are busy for a second
    limiter.drop_idle(later(200'000));
    CHECK(limiter.size() == 0);
  }

  TEST_CASE("a flood of users grows nothing, and is held to the limits of few") {
    Limiter limiter(kKey, 1'000);
    constexpr std::int64_t kShare = 10;
    std::int64_t admitted = 0;
    for (int i = 0; i < 100'000; ++i) {
      const Claim one = claim(limiter, Scope::user, "u" + std::to_string(i), money(kShare));
      Admission admission = limiter.admit({&one, 1}, costing(kShare), kNow);
      if (admission.refusal) continue;
      admission.lease.settle({.cost = Money{kShare}}, kNow.steady_ns);
      ++admitted;
    }
    CHECK(limiter.size() <= 1'000);
    CHECK(admitted >= 900);
    CHECK(admitted <= 1'000 + 64);  // and one crowd for each shard
    // The next day there is room again.
    const Claim next = claim(limiter, Scope::user, "new", money(kShare));
    CHECK_FALSE(limiter.admit({&next, 1}, costing(kShare), later(24 * 3'600)).refusal);
  }

  TEST_CASE("known subjects are never put into a crowd") {
    Limiter limiter(kKey, 1);
    for (int i = 0; i < 2'000; ++i) {
      const Claim one = claim(limiter, Scope::key, "k" + std::to_string(i), money(10));
      Admission admission = limiter.admit({&one, 1}, costing(10), kNow);
      REQUIRE_FALSE(admission.refusal);
      admission.lease.settle({.cost = Money{10}}, kNow.steady_ns);
    }
    CHECK(limiter.size() == 2'000);
  }
}

}  // namespace arouter::daemon
