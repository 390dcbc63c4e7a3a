// A rate limit: so many units a minute or a day, as a generic cell rate algorithm (GCRA).
//
// The whole state is one instant: when the allowance is full again. A unit moves it by `interval`;
// what would move it more than `burst` intervals into the future has to wait. So nothing doubles at
// the edge of a window: in any period no more than the limit and the burst is admitted.
//
// Units: nanoseconds of a clock that never goes back. Sums saturate. Threads: none; the owner
// guards the state.
#pragma once

#include <cstdint>

namespace arouter::limits {

/// A wait that no time ends.
inline constexpr std::int64_t kNever = INT64_MAX;

struct Rate {
  std::int64_t interval_ns = 0;  // in which one unit comes back; 0: no limit
  std::int64_t burst = 0;        // units that may go at once

  bool limited() const { return interval_ns > 0; }
};

/// `limit` units, which may also go all at once; 0 or less: no limit. More than a unit a nanosecond
/// counts as that.
Rate per_minute(std::int64_t limit) noexcept;
Rate per_day(std::int64_t limit) noexcept;

struct RateAnswer {
  bool admitted = true;
  std::int64_t full_at_ns = 0;  // to be kept when everything else admits too
  // When not admitted: the same request is admitted exactly then; kNever when it costs more than
  // the burst.
  std::int64_t wait_ns = 0;
};

/// May `cost` units (0 or more) go at `now_ns`? Nothing is consumed by asking.
RateAnswer ask(const Rate& rate, std::int64_t full_at_ns, std::int64_t cost,
               std::int64_t now_ns) noexcept;

/// Units that may go at once at `now_ns`; less than none while there is a debt.
std::int64_t remaining(const Rate& rate, std::int64_t full_at_ns, std::int64_t now_ns) noexcept;

/// Of a rate whose costs are estimated first and known later.
struct MeteredRate {
  std::int64_t full_at_ns = 0;
  std::uint64_t refunded_ns = 0;  // in all; wraps
};

/// What one request was charged, to be corrected once.
struct RateCharge {
  std::int64_t units = 0;
  std::uint64_t position_ns = 0;  // where its charge ended, counted with what was refunded before
};

/// Writes what ask() has admitted.
RateCharge charge(MeteredRate& state, const RateAnswer& admitted, std::int64_t units) noexcept;

/// Corrects a charge to what was used. Too little was charged: the rest is a debt from now on, of
/// kMostDebt bursts at most, whatever a provider says. Too much: it is given back as far as time
/// has not done so already; else requests that last longer than the period would be given back
/// what others spend.
void correct(const Rate& rate, MeteredRate& state, const RateCharge& charge, std::int64_t used,
             std::int64_t now_ns) noexcept;

inline constexpr std::int64_t kMostDebt = 4;

}  // namespace arouter::limits
