#include "daemon/upstream/provider_health.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace arouter::daemon {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{std::chrono::hours(1)};

Provider provider_with(std::initializer_list<ProviderKey> keys) {
  Provider provider;
  provider.name = "acme";
  provider.keys = keys;
  return provider;
}

ProviderKey key_named(const char* name, std::uint32_t weight = 1) {
  ProviderKey key;
  key.name = name;
  key.value = Secret(std::string("secret of ") + name);
  key.weight = weight;
  return key;
}

KeyReport failed() {
  return {.verdict = Verdict::failure, .blame = Blame::endpoint};
}

KeyReport blamed(Blame blame, int retry_after = 0) {
  return {.verdict = Verdict::neutral, .blame = blame, .retry_after = seconds(retry_after)};
}

/// A request that a key is lent for, and what is said of it.
std::string use(ProviderHealth& health, const KeyReport& report, SteadyTime now,
                std::uint64_t seed = 1) {
  const KeyTurn turn = health.take("m", seed, {}, now);
  REQUIRE(turn.granted());
  return health.give_back(turn, report, now);
}

}  // namespace

TEST_SUITE("provider health") {
  TEST_CASE("a provider without keys has one nameless credential") {
    const Provider provider = provider_with({});
    ProviderHealth health(provider, nullptr);
    const KeyTurn turn = health.take("m", 1, {}, kStart);
    REQUIRE(turn.granted());
    CHECK(health.key_of(turn) == nullptr);
    CHECK(health.give_back(turn, {.verdict = Verdict::success}, kStart).empty());
    CHECK(health.status(kStart).size() == 1);
    // There is no key to bench.
    CHECK(use(health, blamed(Blame::credential_revoked), kStart).empty());
    CHECK(health.take("m", 1, {}, kStart).granted());
    // But it can be told to wait.
    CHECK(use(health, blamed(Blame::credential_limited, 20), kStart) ==
          "provider 'acme': at its limit, benched for 20 s");
    CHECK(health.take("m", 1, {}, kStart + seconds(19)).hindrance == KeyHindrance::cooling);
    CHECK(health.status(kStart)[0].hindrance == KeyHindrance::cooling);
    ProviderHealth reloaded(provider, &health);
    CHECK_FALSE(reloaded.take("m", 1, {}, kStart + seconds(19)).granted());
    CHECK(reloaded.take("m", 1, {}, kStart + seconds(20)).granted());
  }

  TEST_CASE("keys are drawn by weight, and one conversation keeps its key") {
    const Provider provider = provider_with({key_named("a", 1), key_named("b", 3)});
    ProviderHealth health(provider, nullptr);
    std::map<std::size_t, int> taken;
    for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
      const KeyTurn turn = health.take("m", seed, {}, kStart);
      health.give_back(turn, {.verdict = Verdict::success}, kStart);
      const KeyTurn again = health.take("m", seed, {}, kStart);
      health.give_back(again, {.verdict = Verdict::success}, kStart);
      CHECK(turn.key == again.key);
      ++taken[turn.key];
    }
    CHECK(taken[1] > 2'880);
    CHECK(taken[1] < 3'120);
  }

  TEST_CASE("a key that was tried is not lent again") {
    const Provider provider = provider_with({key_named("a"), key_named("b")});
    ProviderHealth health(provider, nullptr);
    const std::size_t first = health.take("m", 7, {}, kStart).key;
    const std::size_t tried[] = {first};
    CHECK(health.take("m", 7, tried, kStart).key == 1 - first);
    const std::size_t both[] = {0, 1};
    CHECK_FALSE(health.take("m", 7, both, kStart).granted());
  }

  TEST_CASE("a refused key is out until the configuration is read again") {
    const Provider provider = provider_with({key_named("a")});
    ProviderHealth health(provider, nullptr);
    CHECK(use(health, blamed(Blame::credential_revoked), kStart) ==
          "provider 'acme', key 'a': refused by the provider, not used again until a reload");
    const KeyTurn turn = health.take("m", 1, {}, kStart + std::chrono::hours(24));
    CHECK_FALSE(turn.granted());
    CHECK(turn.hindrance == KeyHindrance::revoked);
    CHECK(health.is_open("m", kStart));
    ProviderHealth reloaded(provider, &health);
    CHECK(reloaded.take("m", 1, {}, kStart).granted());
  }

  TEST_CASE("a limited key waits as long as it was told, and the breaker stays closed") {
    const Provider provider = provider_with({key_named("a")});
    ProviderHealth health(provider, nullptr);
    CHECK(use(health, blamed(Blame::credential_limited, 20), kStart) ==
          "provider 'acme', key 'a': at its limit, benched for 20 s");
    const KeyTurn turn = health.take("m", 1, {}, kStart + seconds(19));
    CHECK(turn.hindrance == KeyHindrance::cooling);
    CHECK(turn.ready_at == kStart + seconds(20));
    CHECK(health.take("m", 1, {}, kStart + seconds(20)).granted());
    // The wait outlives a reload.
    ProviderHealth reloaded(provider, &health);
    CHECK_FALSE(reloaded.take("m", 1, {}, kStart + seconds(19)).granted());
  }

  TEST_CASE("without a time to wait the credit is used up, which lasts") {
    const Provider provider = provider_with({key_named("a")});
    ProviderHealth health(provider, nullptr);
    use(health, blamed(Blame::credential_limited), kStart);
    CHECK_FALSE(health.take("m", 1, {}, kStart + seconds(299)).granted());
    CHECK(health.take("m", 1, {}, kStart + seconds(300)).granted());
  }

  TEST_CASE("failures open the breaker of the key that met them, and are logged once") {
    const Provider provider = provider_with({key_named("a"), key_named("b")});
    ProviderHealth health(provider, nullptr);
    const std::size_t first = health.take("m", 3, {}, kStart).key;
    std::string change;
    for (int i = 0; i < 5; ++i) {
      CHECK(change.empty());
      change = use(health, failed(), kStart, 3);
    }
    CHECK(change.find("its circuit breaker is open, for ") != std::string::npos);
    const KeyTurn other = health.take("m", 3, {}, kStart);
    CHECK(other.key == 1 - first);
    CHECK_FALSE(health.is_open("m", kStart));
  }

  TEST_CASE("a breaker's opening and its closing are told once each, whoever notices them") {
    const Provider provider = provider_with({});
    ProviderHealth health(provider, nullptr);
    SteadyTime now = kStart;
    int opened = 0, closed = 0;
    const auto tell = [&](const std::string& change) {
      opened += change.find("breaker is open, for ") != std::string::npos ? 1 : 0;
      closed += change == "provider 'acme': its circuit breaker is closed again" ? 1 : 0;
    };
    for (int i = 0; i < 5; ++i) tell(use(health, failed(), now));
    CHECK(opened == 1);
    const auto since = health.status(now).front().changed_at;
    CHECK(since == kStart);
    // A probe goes well, and so does what follows for as long as it takes to be trusted again.
    for (now += seconds(10); now < kStart + seconds(60); now += seconds(1)) {
      KeyTurn turn = health.take("m", 1, {}, now);
      REQUIRE(turn.granted());
      health.answered(turn, now);
      tell(health.give_back(turn, {.verdict = Verdict::success}, now));
    }
    CHECK(opened == 1);
    CHECK(closed == 1);
    CHECK(health.status(now).front().breaker == BreakerState::closed);
    CHECK(health.status(now).front().changed_at > since);
  }

  TEST_CASE("the status of a key is its own, with the time until it can be used") {
    ProviderKey limited = key_named("a");
    limited.concurrency = 1;
    limited.models = {"m"};
    const Provider provider = provider_with({limited});
    ProviderHealth health(provider, nullptr);
    const auto status = [&] { return health.status(kStart).front(); };
    CHECK(status().hindrance == KeyHindrance::none);
    CHECK(status().ready_in == milliseconds(0));
    CHECK_FALSE(status().changed_at.has_value());
    const KeyTurn turn = health.take("m", 1, {}, kStart);
    CHECK(status().hindrance == KeyHindrance::busy);
    CHECK(status().running == 1);
    health.give_back(turn, blamed(Blame::credential_limited, 20), kStart);
    CHECK(status().hindrance == KeyHindrance::cooling);
    CHECK(status().ready_in == seconds(20));
    CHECK(status().changed_at == kStart);
    const KeyStatus later = health.status(kStart + seconds(20)).front();
    CHECK(later.hindrance == KeyHindrance::none);
  }

  TEST_CASE("requests blamed on nobody never bench") {
    const Provider provider = provider_with({key_named("a")});
    ProviderHealth health(provider, nullptr);
    for (int i = 0; i < 100; ++i) CHECK(use(health, blamed(Blame::nobody), kStart).empty());
    CHECK(health.take("m", 1, {}, kStart).granted());
  }

  TEST_CASE("a key's models and limits") {
    ProviderKey some = key_named("a");
    some.models = {"small-*"};
    some.concurrency = 1;
    const Provider provider = provider_with({some});
    ProviderHealth health(provider, nullptr);
    CHECK(health.take("large", 1, {}, kStart).hindrance == KeyHindrance::foreign);
    const KeyTurn turn = health.take("small-1", 1, {}, kStart);
    REQUIRE(turn.granted());
    CHECK(health.take("small-1", 1, {}, kStart).hindrance == KeyHindrance::busy);
    CHECK_FALSE(health.is_open("small-1", kStart));
    health.give_back(turn, {.verdict = Verdict::success}, kStart);
    CHECK(health.take("small-1", 1, {}, kStart).granted());
  }

  TEST_CASE("requests a minute: all at once, then evenly") {
    ProviderKey limited = key_named("a");
    limited.requests_per_minute = 6;
    const Provider provider = provider_with({limited});
    ProviderHealth health(provider, nullptr);
    for (int i = 0; i < 6; ++i) use(health, {.verdict = Verdict::success}, kStart);
    CHECK(health.take("m", 1, {}, kStart).hindrance == KeyHindrance::busy);
    CHECK(health.take("m", 1, {}, kStart + milliseconds(9'999)).hindrance == KeyHindrance::busy);
    use(health, {.verdict = Verdict::success}, kStart + seconds(10));
    CHECK_FALSE(health.take("m", 1, {}, kStart + seconds(10)).granted());
  }

  TEST_CASE("of several hindrances the one that is over first is told") {
    const Provider provider = provider_with({key_named("a"), key_named("b"), key_named("c")});
    ProviderHealth health(provider, nullptr);
    const int waits[] = {30, 10, 0};
    for (std::size_t i = 0; i < 3; ++i) {
      std::vector<std::size_t> others;
      for (std::size_t j = 0; j < 3; ++j) {
        if (j != i) others.push_back(j);
      }
      const KeyTurn turn = health.take("m", 1, others, kStart);
      REQUIRE(turn.key == i);
      const Blame blame = i == 2 ? Blame::credential_revoked : Blame::credential_limited;
      health.give_back(turn, blamed(blame, waits[i]), kStart);
    }
    const KeyTurn refused = health.take("m", 1, {}, kStart);
    CHECK(refused.hindrance == KeyHindrance::cooling);
    CHECK(refused.ready_at == kStart + seconds(10));
  }

  TEST_CASE("a pool is told by how many keys are in which state, and when the first is ready") {
    ProviderKey foreign = key_named("foreign");
    foreign.models = {"other"};
    const Provider provider = provider_with({key_named("a"), key_named("b"), foreign});
    ProviderHealth health(provider, nullptr);
    routing::KeyPool pool = health.pool("m", kStart);
    CHECK_FALSE(pool.without_keys);
    CHECK(pool.ready == 2);
    CHECK(pool.foreign == 1);
    use(health, blamed(Blame::credential_limited, 30), kStart);
    CHECK(health.pool("m", kStart).ready == 1);
    CHECK(health.pool("m", kStart).cooling == 1);
    CHECK(health.pool("m", kStart).ready_in_ms == 0);
    use(health, blamed(Blame::credential_revoked), kStart);
    pool = health.pool("m", kStart + seconds(10));
    CHECK(pool.ready == 0);
    CHECK(pool.cooling == 1);
    CHECK(pool.revoked == 1);
    CHECK(pool.foreign == 1);
    CHECK(pool.ready_in_ms == 20'000);
    const Provider open = provider_with({});
    CHECK(ProviderHealth(open, nullptr).pool("m", kStart).without_keys);
  }

  TEST_CASE("the panic rule lets one through each second") {
    const Provider provider = provider_with({});
    ProviderHealth health(provider, nullptr);
    for (int i = 0; i < 5; ++i) use(health, failed(), kStart);
    CHECK(health.take("m", 1, {}, kStart).hindrance == KeyHindrance::open);
    const KeyTurn turn = health.take_anyway("m", kStart);
    CHECK(turn.granted());
    CHECK_FALSE(health.take_anyway("m", kStart + milliseconds(999)).granted());
    health.give_back(turn, failed(), kStart);
    CHECK(health.take_anyway("m", kStart + milliseconds(1'001)).granted());
  }
}

}  // namespace arouter::daemon
