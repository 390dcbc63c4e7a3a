#include "shared/limits/admission.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace arouter::limits {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMonday = 1'796'601'600;  // 2026-12-07T00:00:00Z
constexpr Instant kNow{.steady_ns = 7'000 * kSecond, .unix_s = kMonday + 3'600};
constexpr std::int64_t kUsd = 1'000'000'000'000;

Instant later(std::int64_t ns) {
  return {.steady_ns = kNow.steady_ns + ns, .unix_s = kNow.unix_s + ns / kSecond};
}

Limits requests(std::int64_t a_minute) {
  return {.requests_per_minute = per_minute(a_minute)};
}
Limits money(std::int64_t usd, bool hard = true) {
  return {.budget = Budget{.limit = Money{usd * kUsd}, .period = Period::daily, .hard = hard}};
}
Demand costing(std::int64_t usd) {
  return {.tokens = 10, .most = Money{usd * kUsd}, .estimate = Money{usd * kUsd / 2}};
}

/// A key and its user, each with limits of its own.
struct Pair {
  Limits key_limits{}, user_limits{};
  SubjectState key{}, user{};

  Decision ask(const Demand& demand, const Instant& now) {
    const std::array subjects{Subject{Scope::key, &key_limits, &key},
                              Subject{Scope::user, &user_limits, &user}};
    return admit(subjects, demand, now);
  }
  void end(const Decision& decision, const Actual& actual, const Instant& now) {
    settle(key_limits, key, decision.charges[0], actual, now.steady_ns);
    settle(user_limits, user, decision.charges[1], actual, now.steady_ns);
  }
};

bool same(const SubjectState& a, const SubjectState& b) {
  return a.running == b.running && a.minute_full_at_ns == b.minute_full_at_ns &&
         a.day_full_at_ns == b.day_full_at_ns && a.tokens.full_at_ns == b.tokens.full_at_ns &&
         a.money.spent == b.money.spent && a.money.held == b.money.held &&
         a.money.period_number == b.money.period_number;
}

}  // namespace

TEST_SUITE("limits.admission") {
  TEST_CASE("what one limit refuses is counted by no other") {
    Pair pair{.key_limits = money(10), .user_limits = requests(1)};
    pair.key_limits.requests_per_day = per_day(100);
    pair.key_limits.tokens_per_minute = per_minute(1'000);
    REQUIRE_FALSE(pair.ask(costing(1), kNow).refusal);
    const SubjectState key = pair.key, user = pair.user;
    const Decision refused = pair.ask(costing(1), kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->scope == Scope::user);
    CHECK(refused.refusal->kind == LimitKind::requests_per_minute);
    CHECK(refused.refusal->wait_ns == 60 * kSecond);
    CHECK(same(pair.key, key));
    CHECK(same(pair.user, user));
  }

  TEST_CASE("of several limits that refuse, the one to wait for longest is named") {
    Pair pair{.key_limits = requests(60), .user_limits = requests(60)};
    pair.user_limits.requests_per_day = per_day(60);
    for (int i = 0; i < 60; ++i) REQUIRE_FALSE(pair.ask({}, kNow).refusal);
    const Decision refused = pair.ask({}, kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->kind == LimitKind::requests_per_day);
    CHECK(refused.refusal->wait_ns == 24 * 60 * kSecond);
    CHECK_FALSE(pair.ask({}, later(refused.refusal->wait_ns)).refusal);
    CHECK(pair.ask({}, later(refused.refusal->wait_ns)).refusal);
  }

  TEST_CASE("requests at once are counted until they end") {
    Pair pair;
    pair.key_limits.concurrency = 2;
    const Decision first = pair.ask({}, kNow);
    const Decision second = pair.ask({}, kNow);
    const Decision third = pair.ask({}, kNow);
    REQUIRE(third.refusal);
    CHECK(third.refusal->kind == LimitKind::concurrency);
    CHECK(third.refusal->limit == 2);
    pair.end(first, {}, kNow);
    CHECK_FALSE(pair.ask({}, kNow).refusal);
    pair.end(second, {}, kNow);
    CHECK(pair.key.running == 1);
  }

  TEST_CASE("the tightest limit on requests makes the header, also of an answer that is refused") {
    Pair pair{.key_limits = requests(10), .user_limits = requests(3)};
    const Decision first = pair.ask({}, kNow);
    CHECK(first.header.limit == 3);
    CHECK(first.header.remaining == 2);
    CHECK(first.header.reset_s == kNow.unix_s + 20);
    pair.ask({}, kNow);
    pair.ask({}, kNow);
    const Decision refused = pair.ask({}, kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.header.remaining == 0);
    CHECK(refused.header.reset_s == kNow.unix_s + 60);
    CHECK(pair.ask({}, later(61 * kSecond)).header.remaining == 2);
    Pair free;
    free.key_limits.tokens_per_minute = per_minute(100);
    CHECK(free.ask({}, kNow).header.limit == 0);
  }

  TEST_CASE("tokens are charged as estimated and corrected at the end") {
    Pair pair;
    pair.key_limits.tokens_per_minute = per_minute(6'000);
    const Decision first = pair.ask({.tokens = 6'000}, kNow);
    REQUIRE_FALSE(first.refusal);
    const Decision refused = pair.ask({.tokens = 100}, kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->kind == LimitKind::tokens_per_minute);
    CHECK(refused.refusal->asked == 100);
    pair.end(first, {.tokens = 50}, kNow);
    CHECK_FALSE(pair.ask({.tokens = 5'950}, kNow).refusal);
    const Decision never = pair.ask({.tokens = 6'001}, kNow);
    REQUIRE(never.refusal);
    CHECK(never.refusal->wait_ns == kNever);
  }

  TEST_CASE("a hard budget holds the bound, a soft one the estimate") {
    Pair pair{.key_limits = money(10), .user_limits = money(10, false)};
    const Decision first = pair.ask(costing(8), kNow);
    CHECK(pair.key.money.held == Money{8 * kUsd});
    CHECK(pair.user.money.held == Money{4 * kUsd});
    const Decision refused = pair.ask(costing(4), kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->scope == Scope::key);
    CHECK(refused.refusal->money_asked == Money{4 * kUsd});
    CHECK(refused.refusal->money_left == Money{2 * kUsd});
    CHECK(refused.refusal->wait_ns == 23 * 3'600 * kSecond);
    pair.end(first, {.cost = Money{1 * kUsd}}, kNow);
    CHECK_FALSE(pair.ask(costing(9), kNow).refusal);
  }

  TEST_CASE("no time helps a request that is dearer than the budget") {
    Pair pair{.key_limits = money(10)};
    CHECK(pair.ask(costing(11), kNow).refusal->wait_ns == kNever);
    pair.key_limits = money(0);
    CHECK(pair.ask(costing(1), kNow).refusal->wait_ns == kNever);
  }

  TEST_CASE("a hard budget refuses what has no price, a soft one lets it pass") {
    Pair pair{.key_limits = money(10)};
    const Decision refused = pair.ask({.is_priced = false}, kNow);
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->kind == LimitKind::price);
    pair.key_limits = money(10, false);
    CHECK_FALSE(pair.ask({.is_priced = false}, kNow).refusal);
  }

  TEST_CASE("a state that stands twice is charged twice, and not beyond its limit") {
    const Limits limits = money(10);
    SubjectState state;
    const std::array twice{Subject{Scope::key, &limits, &state},
                           Subject{Scope::user, &limits, &state}};
    CHECK(admit(twice, costing(6), kNow).refusal);
    CHECK(state.money.held == Money{});
    REQUIRE_FALSE(admit(twice, costing(5), kNow).refusal);
    CHECK(state.money.held == Money{10 * kUsd});
    CHECK(state.running == 2);
  }

  TEST_CASE("a state may be forgotten once it is as good as new") {
    Limits limits = money(10);
    limits.requests_per_minute = per_minute(60);
    SubjectState state;
    const std::array one{Subject{Scope::key, &limits, &state}};
    const Decision decision = admit(one, costing(1), kNow);
    CHECK_FALSE(is_idle(state, later(60 * kSecond)));  // it runs
    release(limits, state, decision.charges[0], kNow.steady_ns);
    CHECK_FALSE(is_idle(state, kNow));
    CHECK(is_idle(state, later(kSecond)));
    const Decision paid = admit(one, costing(1), later(kSecond));
    settle(limits, state, paid.charges[0], {.cost = Money{1}}, kNow.steady_ns);
    CHECK_FALSE(is_idle(state, later(60 * kSecond)));  // money was spent today
    CHECK(is_idle(state, later(24 * 3'600 * kSecond)));
  }
}

TEST_SUITE("limits.refusal") {
  TEST_CASE("a refusal says whose limit it is, how much it is and how long to wait") {
    const Error rate = refusal_error({.scope = Scope::user,
                                      .kind = LimitKind::requests_per_minute,
                                      .wait_ns = kSecond + 1,
                                      .limit = 20});
    CHECK(http_status(rate) == 429);
    CHECK(rate.retry_after_s == 2);
    CHECK(rate.message == "rate limit exceeded: the limit of this user is 20 requests per minute");
    CHECK(refusal_error({.wait_ns = 1}).retry_after_s == 1);
    CHECK(refusal_error({.wait_ns = 2 * kSecond}).retry_after_s == 2);

    const Error budget =
        refusal_error({.kind = LimitKind::budget,
                       .wait_ns = kNever,
                       .budget = {.limit = Money{150 * kUsd}, .period = Period::monthly},
                       .money_asked = Money{kUsd / 4},
                       .money_left = Money{kUsd / 8}});
    CHECK(http_status(budget) == 402);
    CHECK(error_code(budget) == "budget_exhausted");
    CHECK(budget.message ==
          "the monthly budget of this key, $150.00, does not suffice: this request may cost $0.25 "
          "and $0.125 is left; a smaller max_tokens makes it cheaper");
    CHECK(refusal_error({.scope = Scope::total, .kind = LimitKind::budget}).message ==
          "the budget for everybody, $0.00, is used up: this request may cost $0.00");
    CHECK(error_code(refusal_error({.kind = LimitKind::price})) == "price_unknown");
  }

  TEST_CASE("what can never go is no 429, which clients would send again") {
    const Error error = refusal_error(
        {.kind = LimitKind::tokens_per_minute, .wait_ns = kNever, .limit = 1'000, .asked = 4'000});
    CHECK(http_status(error) == 400);
    CHECK(error.message.find("asks for 4000") != std::string::npos);
    CHECK(error.retry_after_s == 0);
  }
}

}  // namespace arouter::limits
