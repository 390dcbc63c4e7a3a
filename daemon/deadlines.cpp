#include "daemon/deadlines.hpp"

namespace arouter::daemon {

namespace {

constexpr std::chrono::milliseconds kSweepEvery{100};
constexpr std::chrono::seconds kSuspended{5};

}  // namespace

void Deadlines::Entry::set(TimePoint when) {
  when_ = when;
  expired_ = false;
  fresh_ = true;
  if (!linked_) owner_.link(*this);
}

void Deadlines::Entry::clear() {
  if (linked_) owner_.unlink(*this);
}

void Deadlines::link(Entry& entry) {
  entry.previous_ = nullptr;
  entry.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &entry;
  first_ = &entry;
  entry.linked_ = true;
  if (!armed_ && !stopped_) {
    last_sweep_ = Clock::now();
    arm();
  }
}

void Deadlines::unlink(Entry& entry) {
  if (cursor_ == &entry) cursor_ = entry.next_;
  if (entry.previous_ != nullptr) entry.previous_->next_ = entry.next_;
  if (entry.next_ != nullptr) entry.next_->previous_ = entry.previous_;
  if (first_ == &entry) first_ = entry.next_;
  entry.linked_ = false;
}

void Deadlines::arm() {
  armed_ = true;
  timer_.expires_after(kSweepEvery);
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (failure || stopped_) return;
    sweep(Clock::now());
    // Only now: what an expiry sets must not arm the timer a second time. The first wait would end
    // as cancelled, and from then on every new deadline would put the sweep off.
    armed_ = false;
    if (first_ != nullptr && !stopped_) arm();
  });
}

void Deadlines::sweep(TimePoint now) {
  const auto gap = now - last_sweep_;
  last_sweep_ = now;
  const bool suspended = gap > kSuspended;
  for (Entry* entry = first_; entry != nullptr; entry = cursor_) {
    cursor_ = entry->next_;
    // One that was set since the last sweep may be younger than the gap: it moves only if it is
    // due.
    if (suspended && (!entry->fresh_ || entry->when_ <= now)) entry->when_ += gap;
    entry->fresh_ = false;
    if (entry->when_ > now) continue;
    unlink(*entry);
    entry->expired_ = true;
    entry->on_expiry_();
  }
  cursor_ = nullptr;
}

void Deadlines::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace arouter::daemon
