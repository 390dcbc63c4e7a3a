#include "daemon/limits/count_spent.hpp"

#include <doctest/doctest.h>

#include "daemon/client_key.hpp"
#include "daemon/ledger/record.hpp"
#include "daemon/limits/claims.hpp"
#include "tests/unit/daemon/ledger/ledger_probe.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::daemon {

namespace {

using limits::Budget;
using limits::Period;

constexpr std::int64_t kNow = 1'800'000'000;  // 2027-01-15
constexpr std::int64_t kDay = 86'400;

/// A state folder with its keepers.
struct Kept {
  Kept() {
    ledger = test::open_or_fail(folder.path());
    auto opened = KeyStore::open(folder.path(), Secret("p"), Durability::process);
    REQUIRE(opened.has_value());
    keys = std::move(*opened);
  }

  std::string make_key(std::optional<Money> limit) {
    KeyChange change;
    change.name = "k";
    change.limit = limit;
    const Result<MadeKey> made = keys->create(change, kNow);
    REQUIRE(made.has_value());
    return made->record.hash;
  }
  void book(const std::string& hash, const char* user, std::int64_t days_ago, std::int64_t cost,
            bool is_byok = false) {
    LedgerRow row = test::some_row();
    row.key_hash = hash;
    row.user = user;
    row.started_us = (kNow - days_ago * kDay) * 1'000'000;
    row.cost = {.total = Money{cost}, .is_byok = is_byok};
    REQUIRE(ledger->reserve());
    ledger->book(row);
  }
  void count(const LimitsConfig* before, const LimitsConfig& now) {
    const BudgetKeepers keepers{*ledger, *keys, built_in, limiter};
    REQUIRE(count_spent(keepers, before, now, kNow).has_value());
  }
  std::int64_t spent(const Claim& claim) const {
    return limiter.spending(claim, kNow).spent.pico_usd;
  }
  std::int64_t spent_by(const std::string& hash, const LimitsConfig& config) {
    const Result<KeyRecord> record = keys->find(hash);
    REQUIRE(record.has_value());
    return spent(claim_of_key(*record, config, limiter));
  }

  test::TempFolder folder;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<KeyStore> keys;
  BuiltInKeys built_in{Secret("p"), Secret("local"), Secret("management")};
  Limiter limiter{SipKey{.low = 1, .high = 2}};
};

limits::Settings with_budget(std::int64_t limit, Period period) {
  return {.budget = Budget{.limit = Money{limit}, .period = period}};
}

}  // namespace

TEST_SUITE("count spent") {
  TEST_CASE("at a start each budget knows what its own period has cost") {
    Kept kept;
    const std::string limited = kept.make_key(Money{1'000});
    const std::string plain = kept.make_key(std::nullopt);
    const std::string gone = kept.make_key(Money{1'000});
    kept.book(limited, "ann", 0, 5);
    kept.book(limited, "ann", 40, 7);
    kept.book(limited, "bob", 0, 100, true);  // on the caller's own account
    kept.book(plain, "bob", 0, 11);
    kept.book(gone, "", 0, 13);
    kept.book(kept.built_in.find("local")->hash, "ann", 1, 17);
    REQUIRE(kept.keys->remove(gone).has_value());

    LimitsConfig config;
    config.key = with_budget(50, Period::daily);
    config.user = with_budget(50, Period::monthly);
    config.total = with_budget(50, Period::lifetime);
    kept.count(nullptr, config);
    CHECK(kept.spent_by(limited, config) == 12);  // its own, for good
    CHECK(kept.spent_by(plain, config) == 11);    // the configuration's, today
    CHECK(kept.spent(claim_of_key(*kept.built_in.find("local"), config, kept.limiter)) == 0);
    CHECK(kept.spent(claim_of_user("ann", config, kept.limiter)) == 22);
    CHECK(kept.spent(claim_of_user("bob", config, kept.limiter)) == 11);
    CHECK(kept.spent(claim_of_all(config, kept.limiter)) == 53);
  }

  TEST_CASE("a reload counts what is new, and nothing twice") {
    Kept kept;
    const std::string limited = kept.make_key(Money{1'000});
    const std::string plain = kept.make_key(std::nullopt);
    LimitsConfig first;
    first.total = with_budget(50, Period::daily);
    kept.book(limited, "ann", 0, 5);
    kept.book(plain, "ann", 0, 7);
    kept.book(plain, "ann", 1, 20);
    kept.count(nullptr, first);
    CHECK(kept.spent(claim_of_all(first, kept.limiter)) == 12);

    LimitsConfig second = first;
    second.total.budget->limit = Money{60};
    second.user = with_budget(50, Period::lifetime);
    second.key = with_budget(50, Period::lifetime);
    kept.count(&first, second);
    CHECK(kept.spent(claim_of_all(second, kept.limiter)) == 12);
    CHECK(kept.spent(claim_of_user("ann", second, kept.limiter)) == 32);
    CHECK(kept.spent_by(limited, second) == 5);
    CHECK(kept.spent_by(plain, second) == 27);
    kept.count(&second, second);
    CHECK(kept.spent_by(plain, second) == 27);
    CHECK(kept.spent(claim_of_user("ann", second, kept.limiter)) == 32);
  }
}

TEST_SUITE("claims") {
  TEST_CASE(
      "what is limited is claimed, under the name that people know, and a key's own go first") {
    const Limiter limiter(SipKey{.low = 1, .high = 2});
    KeyRecord key;
    key.hash = "ab";
    key.name = "backend";
    LimitsConfig config;
    CHECK(claims_of(key, "ann", "acme/a", config, limiter).empty());
    config.key.requests_per_minute = 5;
    config.key.concurrency = 2;
    config.user.requests_per_day = 7;
    config.model.tokens_per_minute = 9;
    config.total.concurrency = 3;
    key.requests_per_minute = 60;
    const std::vector<NamedClaim> claims = claims_of(key, "ann", "acme/a", config, limiter);
    REQUIRE(claims.size() == 4);
    CHECK(claims[0].name == "key 'backend'");
    CHECK(claims[0].claim.limits.requests_per_minute.burst == 60);
    CHECK(claims[0].claim.limits.concurrency == 2);
    CHECK(claims[1].name == "user 'ann'");
    CHECK(claims[2].name == "model 'acme/a'");
    CHECK(claims[3].name == "total");
    CHECK(claims_of(key, "", "", config, limiter).size() == 2);
    CHECK(user_of(key, "bob") == "bob");
    key.user = "ann";
    CHECK(user_of(key, "") == "ann");
    CHECK(user_of(key, std::string(500, 'x')).size() == kTextBytes);
  }
}

}  // namespace arouter::daemon
