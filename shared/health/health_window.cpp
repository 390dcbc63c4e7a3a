#include "shared/health/health_window.hpp"

#include <algorithm>
#include <limits>

namespace arouter {

namespace {

using std::chrono::seconds;

// Widths of slots; a span is these times the size of its ring.
constexpr seconds kHalfMinuteSlot{5}, kFiveMinutesSlot{60}, kHalfHourSlot{300}, kDaySlot{3'600};

// Histograms hold up to 2^20: in steps of 64 thousandths, 67,000 tokens per second.
constexpr int kThroughputShift = 6;

std::uint32_t slot_number(SteadyTime now, seconds width) {
  return static_cast<std::uint32_t>(std::max<std::int64_t>(now.time_since_epoch() / width, 0));
}

/// The slot for `now`, cleared if what it holds is of an earlier round.
template <class Ring>
auto& slot_at(Ring& ring, SteadyTime now, seconds width) {
  const std::uint32_t number = slot_number(now, width);
  auto& slot = ring[number % ring.size()];
  if (slot.number < number) {
    slot = {};
    slot.number = number;
  }
  return slot;
}

/// Calls `visit` with each slot that is of the ring's latest round.
template <class Ring, class Visit>
void visit_recent(const Ring& ring, SteadyTime now, seconds width, Visit visit) {
  const std::uint64_t number = slot_number(now, width);
  for (const auto& slot : ring) {
    if (slot.number + ring.size() > number) visit(slot);
  }
}

template <class Slot>
void count_in(Slot& slot, HealthEvent event) {
  switch (event) {
    case HealthEvent::success:
      ++slot.successes;
      break;
    case HealthEvent::failure:
      ++slot.failures;
      break;
    case HealthEvent::rate_limited:
      ++slot.rate_limited;
      break;
  }
}

/// Slots of one place are of the same time, or of rounds of which the later one counts.
template <class Ring>
void add_ring(Ring& into, const Ring& from) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    if (into[i].number < from[i].number) {
      into[i] = from[i];
    } else if (into[i].number == from[i].number) {
      into[i].add_all(from[i]);
    }
  }
}

/// How many of `total` are `percent` of a hundred, rounded up: 1 or more.
std::uint64_t share(std::uint64_t total, std::uint64_t percent) {
  return (total * percent + 99) / 100;
}

}  // namespace

void HealthWindow::count(HealthEvent event, SteadyTime now) {
  count_in(slot_at(half_minute_, now, kHalfMinuteSlot), event);
  count_in(slot_at(five_minutes_, now, kFiveMinutesSlot), event);
  count_in(slot_at(half_hour_, now, kHalfHourSlot), event);
  count_in(slot_at(day_, now, kDaySlot), event);
}

void HealthWindow::add_first_token(std::chrono::milliseconds time, SteadyTime now) {
  const auto value = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<std::uint32_t>::max()));
  slot_at(five_minutes_speed_, now, kFiveMinutesSlot).first_token.add(value);
  slot_at(half_hour_speed_, now, kHalfHourSlot).first_token.add(value);
}

void HealthWindow::add_throughput(std::uint32_t throughput, SteadyTime now) {
  const std::uint32_t value = throughput >> kThroughputShift;
  slot_at(five_minutes_speed_, now, kFiveMinutesSlot).throughput.add(value);
  slot_at(half_hour_speed_, now, kHalfHourSlot).throughput.add(value);
}

std::uint32_t HealthWindow::throughput_of(std::uint64_t tokens, std::chrono::milliseconds took) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1));
  return static_cast<std::uint32_t>(std::min(std::min(tokens, kMost) * 1'000'000 / time, kMost));
}

void HealthWindow::add_all(const HealthWindow& other) {
  add_ring(half_minute_, other.half_minute_);
  add_ring(five_minutes_, other.five_minutes_);
  add_ring(half_hour_, other.half_hour_);
  add_ring(day_, other.day_);
  add_ring(five_minutes_speed_, other.five_minutes_speed_);
  add_ring(half_hour_speed_, other.half_hour_speed_);
}

HealthCounts HealthWindow::counts(HealthSpan span, SteadyTime now) const {
  HealthCounts counts;
  const auto add = [&counts](const CountSlot& slot) {
    counts.successes += slot.successes;
    counts.failures += slot.failures;
    counts.rate_limited += slot.rate_limited;
  };
  switch (span) {
    case HealthSpan::half_minute:
      visit_recent(half_minute_, now, kHalfMinuteSlot, add);
      break;
    case HealthSpan::five_minutes:
      visit_recent(five_minutes_, now, kFiveMinutesSlot, add);
      break;
    case HealthSpan::half_hour:
      visit_recent(half_hour_, now, kHalfHourSlot, add);
      break;
    case HealthSpan::day:
      visit_recent(day_, now, kDaySlot, add);
      break;
  }
  return counts;
}

std::optional<std::uint32_t> HealthWindow::uptime(HealthSpan span, SteadyTime now) const {
  const HealthCounts all = counts(span, now);
  const std::uint64_t total = all.successes + all.failures;
  if (total == 0) return std::nullopt;
  return static_cast<std::uint32_t>(all.successes * 10'000 / total);
}

bool HealthWindow::outage(SteadyTime now) const {
  const HealthCounts all = counts(HealthSpan::half_minute, now);
  return all.failures >= 3 && all.failures >= all.successes;
}

HealthHistogram HealthWindow::merged(HealthHistogram SpeedSlot::*which, HealthSpan span,
                                     SteadyTime now) const {
  HealthHistogram all;
  const auto add = [&](const SpeedSlot& slot) { all.add_all(slot.*which); };
  if (span == HealthSpan::five_minutes) {
    visit_recent(five_minutes_speed_, now, kFiveMinutesSlot, add);
  } else {
    visit_recent(half_hour_speed_, now, kHalfHourSlot, add);
  }
  return all;
}

std::optional<HealthPercentiles> HealthWindow::first_token(HealthSpan span, SteadyTime now) const {
  const HealthHistogram all = merged(&SpeedSlot::first_token, span, now);
  const std::uint64_t total = all.total();
  if (total == 0) return std::nullopt;
  const auto at = [&](std::uint64_t percent) { return all.value_at(share(total, percent)); };
  return HealthPercentiles{at(50), at(75), at(90), at(99), total};
}

std::optional<HealthPercentiles> HealthWindow::throughput(HealthSpan span, SteadyTime now) const {
  const HealthHistogram all = merged(&SpeedSlot::throughput, span, now);
  const std::uint64_t total = all.total();
  if (total == 0) return std::nullopt;
  const auto at = [&](std::uint64_t percent) {
    constexpr std::uint32_t kHalfStep = 1U << (kThroughputShift - 1);
    const std::uint32_t value = all.value_at(total - share(total, percent) + 1);
    return (value << kThroughputShift) + (value == 0 ? 0 : kHalfStep);
  };
  return HealthPercentiles{at(50), at(75), at(90), at(99), total};
}

}  // namespace arouter
