// May this request go, by all limits that it is subject to? Checked together, written together.
//
// A subject is whom limits are kept for: the key, the user, the model, the provider, everybody.
// Limits come with each request, as its configuration has them, and states hold only what was used:
// so a reload changes limits without losing anything. A rate's use is kept as time and keeps its
// share of a limit that changes.
//
// Pure: states, limits and the time go in. Threads: none; the owner guards the states.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "shared/limits/budget.hpp"
#include "shared/limits/rate.hpp"
#include "shared/limits/refusal.hpp"

namespace arouter::limits {

/// What one subject may do; a member that is not set is no limit.
struct Limits {
  Rate requests_per_minute{}, requests_per_day{}, tokens_per_minute{};
  std::uint32_t concurrency = 0;  // requests under way; 0: no limit
  std::optional<Budget> budget{};

  bool any() const;
};

/// What one subject has used.
struct SubjectState {
  Spending money{};
  std::uint32_t running = 0;  // requests under way, limited or not
  std::int64_t minute_full_at_ns = 0, day_full_at_ns = 0;
  MeteredRate tokens{};
};
static_assert(sizeof(SubjectState) <= 64);

struct Instant {
  std::int64_t steady_ns = 0;  // of a clock that never goes back
  std::int64_t unix_s = 0;
};

/// What a request may use: reservation.hpp makes it.
struct Demand {
  std::int64_t tokens = 0;  // estimated
  Money most{};             // it costs no more: what a hard budget holds
  Money estimate{};         // what a soft one holds
  bool is_priced = true;    // what it may cost is known
};

/// X-RateLimit-Limit, -Remaining and -Reset, of the limit on requests that has least left.
struct RateHeader {
  std::int64_t limit = 0;  // 0: requests are not limited
  std::int64_t remaining = 0;
  std::int64_t reset_s = 0;  // Unix seconds: when it is whole again
};

/// What one subject was charged for a request; given back by settle() or release() once.
struct Charge {
  Hold money{};
  RateCharge tokens{};
};

struct Subject {
  Scope scope = Scope::key;
  const Limits* limits = nullptr;
  SubjectState* state = nullptr;
};

inline constexpr std::size_t kMostSubjects = 8;  // of one request

struct Decision {
  std::optional<Refusal> refusal{};             // set: nothing was written
  std::array<Charge, kMostSubjects> charges{};  // of each subject, in their order
  RateHeader header{};
};

/// At most kMostSubjects; a state may stand there more than once.
Decision admit(std::span<const Subject> subjects, const Demand& demand, const Instant& now);

/// What a request has used in the end.
struct Actual {
  std::int64_t tokens = 0;
  Money cost{};
};

/// Returns what settle() of a budget returns: the share to tell of, or 0.
std::uint8_t settle(const Limits& limits, SubjectState& state, const Charge& charge,
                    const Actual& actual, std::int64_t steady_ns) noexcept;
/// Of a request that used nothing; that it was made still counts.
void release(const Limits& limits, SubjectState& state, const Charge& charge,
             std::int64_t steady_ns) noexcept;
/// Whether the state is as good as a new one and may be forgotten.
bool is_idle(const SubjectState& state, const Instant& now) noexcept;

}  // namespace arouter::limits
