// How one provider and each of its credentials fare: who may be used for the next attempt, who is
// benched and until when, and how many retries its failures are still worth.
//
// 401, 402, 403 and 429 bench the key that met them; connect failures, timeouts, 5xx and broken
// answers count against the breaker of the key that they happened under. A provider without keys
// has one nameless credential, whose breaker is the provider's; a 429 benches it like a key, but
// there is no key that a 401 could be about.
//
// Threads: any. One lock per provider, held for less than a microsecond.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/upstream/key_turn.hpp"
#include "shared/health/breaker.hpp"
#include "shared/health/cooling.hpp"
#include "shared/health/retry_budget.hpp"
#include "shared/provider.hpp"
#include "shared/routing/explain.hpp"

namespace arouter::daemon {

class ProviderHealth {
 public:
  /// Takes over how the same keys fared in `before` (may be null); revoked ones have another
  /// chance.
  ProviderHealth(const Provider& provider, const ProviderHealth* before);

  /// The key that `seed` draws by weight among those that may be used for `model` and are not among
  /// `tried`.
  KeyTurn take(std::string_view model, std::uint64_t seed, std::span<const std::size_t> tried,
               SteadyTime now);
  /// The same in spite of circuit breakers, once per second: the panic rule.
  KeyTurn take_anyway(std::string_view model, SteadyTime now);
  /// Of what take_anyway() may lend the oldest last failure; without any the end of time.
  SteadyTime oldest_failure(std::string_view model, SteadyTime now) const;

  /// The answer has begun, which is all that a probe is to find out: others need not wait for its
  /// end. The turn is still to be given back.
  void answered(KeyTurn& turn, SteadyTime now);
  /// Ends a turn. What changed by it, in words for the log; "" when nothing did.
  std::string give_back(const KeyTurn& turn, const KeyReport& report, SteadyTime now);

  /// What a check of the provider found, for each of its credentials. As give_back().
  std::string checked(Verdict verdict, SteadyTime now);

  /// A request whose first choice this provider is, with the retries that its failures ask for.
  void request_began();
  void request_ended();
  /// Leave for one retry after a failure of this provider's; to be ended when granted.
  bool retry_began();
  void retry_ended();

  /// Whether no key can be used for `model` now, for a reason that time alone mends.
  bool is_open(std::string_view model, SteadyTime now) const;
  /// How many keys are in which state for `model`.
  routing::KeyPool pool(std::string_view model, SteadyTime now) const;
  std::vector<KeyStatus> status(SteadyTime now) const;
  /// Null where the provider has no keys.
  const ProviderKey* key_of(const KeyTurn& turn) const;

 private:
  struct Key {
    explicit Key(const BreakerRules& rules, std::uint64_t seed) : breaker(rules, seed) {}
    Breaker breaker;
    Cooling cooling;
    std::uint32_t running = 0;
    SteadyTime next_at{};  // requests_per_minute: when the allowance is as it was (GCRA)
    std::optional<SteadyTime> changed_at{};
    bool is_unsaid = false;  // its breaker opened or closed, and no log line has said so
  };

  /// Its own, whatever the model.
  KeyHindrance hindrance(std::size_t key, SteadyTime now) const;
  KeyHindrance hindrance(std::size_t key, std::string_view model, SteadyTime now) const;
  SteadyTime ready_at(std::size_t key, KeyHindrance hindrance, SteadyTime now) const;
  void begin(std::size_t key, SteadyTime now);
  /// To be called once after what may open or close the key's breaker.
  static void note_change(Key& key, SteadyTime now);
  std::string name_of(std::size_t key) const;
  std::string breaker_news(std::size_t key, SteadyTime now) const;

  const Provider& provider_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Key> keys_;
  RetryBudget budget_;
};

}  // namespace arouter::daemon
