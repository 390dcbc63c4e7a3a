#include "daemon/upstream/provider_health.hpp"

#include <algorithm>
#include <utility>

#include "shared/routing/draw.hpp"

namespace arouter::daemon {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kMinute = std::chrono::minutes(1);

BreakerRules rules_of(const Provider& provider) {
  BreakerRules rules;
  rules.consecutive = provider.breaker.failures;
  if (rules.consecutive == 0) rules.min_requests = 0;  // never opens
  rules.open = provider.breaker.open;
  rules.open_cap = provider.breaker.max_open;
  return rules;
}

/// Between two requests of a key that may make so many in a minute.
nanoseconds interval_of(const ProviderKey& key) {
  return kMinute / key.requests_per_minute;
}

/// No time mends it, only a reload.
bool is_final(const KeyTurn& turn) {
  return turn.hindrance == KeyHindrance::revoked || turn.hindrance == KeyHindrance::foreign;
}

/// Which of two hindrances is over sooner; those that are final come last.
bool is_nearer(const KeyTurn& a, const KeyTurn& b) {
  if (is_final(a) != is_final(b)) return is_final(b);
  if (is_final(a)) return a.hindrance < b.hindrance;
  return a.ready_at < b.ready_at;
}

std::int64_t& count_of(routing::KeyPool& pool, KeyHindrance why) {
  switch (why) {
    case KeyHindrance::none:
      break;
    case KeyHindrance::busy:
      return pool.busy;
    case KeyHindrance::cooling:
      return pool.cooling;
    case KeyHindrance::open:
      return pool.open;
    case KeyHindrance::revoked:
      return pool.revoked;
    case KeyHindrance::foreign:
      return pool.foreign;
  }
  return pool.ready;
}

/// Nothing but its breaker keeps such a key from being used.
bool is_benched_only(KeyHindrance why) {
  return why == KeyHindrance::none || why == KeyHindrance::open;
}

std::string wait_text(SteadyTime when, SteadyTime now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(when - now);
  return std::to_string(std::max<std::int64_t>(left.count(), 0)) + " s";
}

}  // namespace

ProviderHealth::ProviderHealth(const Provider& provider, const ProviderHealth* before)
    : provider_(provider) {
  const BreakerRules rules = rules_of(provider);
  const std::size_t count = std::max<std::size_t>(provider.keys.size(), 1);
  for (std::size_t i = 0; i < count; ++i) {
    keys_.emplace_back(rules, provider.index * 1'000 + i);
  }
  if (before == nullptr) return;
  const std::scoped_lock lock(before->mutex_);
  const std::vector<ProviderKey>& old = before->provider_.keys;
  if (provider.keys.empty() && old.empty()) keys_.front() = before->keys_.front();
  for (std::size_t i = 0; i < provider.keys.size(); ++i) {
    const auto same = std::find_if(old.begin(), old.end(), [&](const ProviderKey& key) {
      return key.value.reveal() == provider.keys[i].value.reveal();
    });
    if (same != old.end()) keys_[i] = before->keys_[static_cast<std::size_t>(same - old.begin())];
  }
  for (Key& key : keys_) {
    key.cooling.reset();
    key.running = 0;  // what still runs is given back to the pool that lent it
  }
}

const ProviderKey* ProviderHealth::key_of(const KeyTurn& turn) const {
  return turn.key < provider_.keys.size() ? &provider_.keys[turn.key] : nullptr;
}

KeyHindrance ProviderHealth::hindrance(std::size_t index, SteadyTime now) const {
  const Key& key = keys_[index];
  if (index < provider_.keys.size()) {
    const ProviderKey& written = provider_.keys[index];
    if (key.cooling.revoked()) return KeyHindrance::revoked;
    if (!key.cooling.ready(now)) return KeyHindrance::cooling;
    if (written.concurrency != 0 && key.running >= written.concurrency) return KeyHindrance::busy;
    // The allowance may be used at once; it comes back evenly over a minute.
    const bool spent =
        written.requests_per_minute != 0 && key.next_at + interval_of(written) > now + kMinute;
    if (spent) return KeyHindrance::busy;
  } else if (!key.cooling.ready(now)) {
    return KeyHindrance::cooling;
  }
  const bool is_open = key.breaker.state(now) == BreakerState::open;
  return is_open ? KeyHindrance::open : KeyHindrance::none;
}

KeyHindrance ProviderHealth::hindrance(std::size_t index, std::string_view model,
                                       SteadyTime now) const {
  const bool serves = index >= provider_.keys.size() || provider_.keys[index].serves(model);
  return serves ? hindrance(index, now) : KeyHindrance::foreign;
}

SteadyTime ProviderHealth::ready_at(std::size_t index, KeyHindrance hindrance,
                                    SteadyTime now) const {
  const Key& key = keys_[index];
  if (hindrance == KeyHindrance::cooling) return key.cooling.until();
  if (hindrance == KeyHindrance::open) return std::max(key.breaker.reopens_at(), now);
  return now + std::chrono::seconds(1);
}

void ProviderHealth::begin(std::size_t index, SteadyTime now) {
  Key& key = keys_[index];
  ++key.running;
  if (index >= provider_.keys.size()) return;
  const ProviderKey& written = provider_.keys[index];
  if (written.requests_per_minute == 0) return;
  key.next_at = std::max(key.next_at, now) + interval_of(written);
}

void ProviderHealth::note_change(Key& key, SteadyTime now) {
  if (!key.breaker.changed()) return;
  // Opened and closed again, unsaid, is nothing to say.
  key.is_unsaid = !key.is_unsaid;
  key.changed_at = now;
}

KeyTurn ProviderHealth::take(std::string_view model, std::uint64_t seed,
                             std::span<const std::size_t> tried, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::pair<double, std::size_t>> free;
  std::optional<KeyTurn> nearest;
  const auto refuse = [&](std::size_t index, KeyHindrance why) {
    const KeyTurn refused{.hindrance = why, .ready_at = ready_at(index, why, now)};
    if (!nearest || is_nearer(refused, *nearest)) nearest = refused;
  };
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (std::find(tried.begin(), tried.end(), i) != tried.end()) continue;
    if (const KeyHindrance why = hindrance(i, model, now); why != KeyHindrance::none) {
      refuse(i, why);
      continue;
    }
    const bool has_choice = keys_.size() > 1;
    const double place =
        has_choice ? routing::draw(seed, provider_.keys[i].name, provider_.keys[i].weight) : 0;
    free.emplace_back(place, i);
  }
  std::sort(free.begin(), free.end());
  for (const auto& [place, index] : free) {
    const Permit permit = keys_[index].breaker.ask(now);
    note_change(keys_[index], now);
    if (permit.granted) {
      begin(index, now);
      return {.key = index, .permit = permit};
    }
    refuse(index, KeyHindrance::open);  // its probe is under way
  }
  return nearest.value_or(KeyTurn{});
}

KeyTurn ProviderHealth::take_anyway(std::string_view model, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::size_t> benched;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (is_benched_only(hindrance(i, model, now))) benched.push_back(i);
  }
  std::sort(benched.begin(), benched.end(), [&](std::size_t a, std::size_t b) {
    return keys_[a].breaker.last_failure() < keys_[b].breaker.last_failure();
  });
  for (const std::size_t index : benched) {
    const Permit permit = keys_[index].breaker.ask_anyway(now);
    note_change(keys_[index], now);
    if (!permit.granted) continue;
    begin(index, now);
    return {.key = index, .permit = permit};
  }
  return {.hindrance = KeyHindrance::open, .ready_at = now + std::chrono::seconds(1)};
}

SteadyTime ProviderHealth::oldest_failure(std::string_view model, SteadyTime now) const {
  const std::scoped_lock lock(mutex_);
  SteadyTime oldest = SteadyTime::max();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (is_benched_only(hindrance(i, model, now)))
      oldest = std::min(oldest, keys_[i].breaker.last_failure());
  }
  return oldest;
}

std::string ProviderHealth::name_of(std::size_t index) const {
  if (index >= provider_.keys.size()) return "provider '" + provider_.name + "'";
  return "provider '" + provider_.name + "', key '" + provider_.keys[index].name + "'";
}

/// Of a breaker that has changed.
std::string ProviderHealth::breaker_news(std::size_t index, SteadyTime now) const {
  const Breaker& breaker = keys_[index].breaker;
  if (breaker.state(now) == BreakerState::closed) {
    return name_of(index) + ": its circuit breaker is closed again";
  }
  return name_of(index) + ": its circuit breaker is open, for " +
         wait_text(breaker.reopens_at(), now);
}

void ProviderHealth::answered(KeyTurn& turn, SteadyTime now) {
  if (!turn.granted()) return;
  const std::scoped_lock lock(mutex_);
  turn.permit = keys_[turn.key].breaker.answered(turn.permit, now);
}

std::string ProviderHealth::give_back(const KeyTurn& turn, const KeyReport& report,
                                      SteadyTime now) {
  if (!turn.granted()) return {};
  const std::scoped_lock lock(mutex_);
  Key& key = keys_[turn.key];
  if (key.running > 0) --key.running;
  key.breaker.report(turn.permit, report.verdict, now);
  note_change(key, now);
  if (std::exchange(key.is_unsaid, false)) return breaker_news(turn.key, now);
  if (provider_.breaker.failures == 0) return {};  // nobody is ever left alone
  const bool is_key = turn.key < provider_.keys.size();
  if (is_key && report.blame == Blame::credential_revoked && !key.cooling.revoked()) {
    key.cooling.revoke();
    key.changed_at = now;
    return name_of(turn.key) + ": refused by the provider, not used again until a reload";
  }
  if (report.blame == Blame::credential_limited) {
    const bool was_ready = key.cooling.ready(now);
    const auto wait = report.retry_after.count() > 0 ? report.retry_after : Cooling::kLongest;
    key.cooling.cool(wait, now);
    if (was_ready) {
      key.changed_at = now;
      return name_of(turn.key) + ": at its limit, benched for " +
             wait_text(key.cooling.until(), now);
    }
  }
  return {};
}

std::string ProviderHealth::checked(Verdict verdict, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  std::string news;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    keys_[i].breaker.check(verdict, now);
    note_change(keys_[i], now);
    if (!std::exchange(keys_[i].is_unsaid, false)) continue;
    news += (news.empty() ? "" : "; ") + breaker_news(i, now);
  }
  return news;
}

void ProviderHealth::request_began() {
  const std::scoped_lock lock(mutex_);
  budget_.request_began();
}

void ProviderHealth::request_ended() {
  const std::scoped_lock lock(mutex_);
  budget_.request_ended();
}

bool ProviderHealth::retry_began() {
  const std::scoped_lock lock(mutex_);
  return budget_.retry_began();
}

void ProviderHealth::retry_ended() {
  const std::scoped_lock lock(mutex_);
  budget_.retry_ended();
}

bool ProviderHealth::is_open(std::string_view model, SteadyTime now) const {
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const KeyHindrance why = hindrance(i, model, now);
    if (why == KeyHindrance::none || why == KeyHindrance::busy) return false;
  }
  return true;
}

routing::KeyPool ProviderHealth::pool(std::string_view model, SteadyTime now) const {
  const std::scoped_lock lock(mutex_);
  routing::KeyPool pool{.without_keys = provider_.keys.empty()};
  std::optional<KeyTurn> nearest;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const KeyHindrance why = hindrance(i, model, now);
    ++count_of(pool, why);
    const KeyTurn turn{.hindrance = why, .ready_at = ready_at(i, why, now)};
    if (!nearest || is_nearer(turn, *nearest)) nearest = turn;
  }
  if (pool.ready > 0 || is_final(*nearest)) return pool;
  pool.ready_in_ms = std::chrono::ceil<std::chrono::milliseconds>(nearest->ready_at - now).count();
  return pool;
}

std::vector<KeyStatus> ProviderHealth::status(SteadyTime now) const {
  const std::scoped_lock lock(mutex_);
  std::vector<KeyStatus> all;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    const bool is_key = i < provider_.keys.size();
    KeyStatus status{.name = is_key ? std::string_view(provider_.keys[i].name) : "",
                     .hindrance = hindrance(i, now),
                     .breaker = key.breaker.state(now),
                     .running = key.running,
                     .changed_at = key.changed_at};
    const SteadyTime ready = ready_at(i, status.hindrance, now);
    const bool is_timed =
        status.hindrance != KeyHindrance::none && status.hindrance != KeyHindrance::revoked;
    if (is_timed && ready > now) {
      status.ready_in = std::chrono::ceil<std::chrono::milliseconds>(ready - now);
    }
    all.push_back(status);
  }
  return all;
}

}  // namespace arouter::daemon
