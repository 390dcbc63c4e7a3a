// Deadlines of everything that waits on one loop, swept by a single timer.
//
// A timer per operation would cost more than the operation. Here setting a deadline is one store;
// the sweep looks at all of them every 100 ms, so a deadline fires up to 100 ms late. The timer
// runs only while deadlines are set. After a gap of more than five seconds between two sweeps (the
// machine slept, the process was stopped) every deadline from before it moves by that gap: nobody
// was slow.
#pragma once

#include <functional>

#include "daemon/loop.hpp"

namespace arouter::daemon {

class Deadlines {
 public:
  /// One waiting thing. Lives on the loop of its Deadlines and may not outlive it.
  class Entry {
   public:
    /// `on_expiry` runs on the loop; it may cancel operations, set or clear any deadline and
    /// destroy other entries, but not its own.
    Entry(Deadlines& owner, std::function<void()> on_expiry)
        : owner_(owner), on_expiry_(std::move(on_expiry)) {}
    ~Entry() { clear(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void set(TimePoint when);
    void set_in(std::chrono::milliseconds duration) { set(Clock::now() + duration); }
    void clear();
    /// It fired since it was last set.
    bool expired() const { return expired_; }

   private:
    friend class Deadlines;
    Deadlines& owner_;
    std::function<void()> on_expiry_;
    TimePoint when_{};
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    bool linked_ = false;
    bool expired_ = false;
    bool fresh_ = false;  // set since the last sweep
  };

  explicit Deadlines(Loop& loop) : timer_(loop) {}
  /// Fires what is due at `now`, never earlier than the last one. The loop's timer does so every
  /// 100 ms; only a test, for which time is what it says, calls it too.
  void sweep(TimePoint now);
  /// Cancels the sweep, so that the loop can run dry.
  void stop();

 private:
  void link(Entry& entry);
  void unlink(Entry& entry);
  void arm();

  Timer timer_;
  Entry* first_ = nullptr;
  Entry* cursor_ = nullptr;  // the next to look at during a sweep; unlink() steps it on
  TimePoint last_sweep_{};
  bool armed_ = false;
  bool stopped_ = false;
};

}  // namespace arouter::daemon
