// The mock's event loop: one epoll, one thread, a heap of the times at which connections go on.
#pragma once

#include <cstdint>
#include <memory>
#include <queue>
#include <vector>

#include "cli/mock/connection.hpp"
#include "cli/mock/listener.hpp"

namespace arouter::mock {

/// Threads: run() belongs to one; stop() may come from any.
class EventLoop {
 public:
  /// `listener` listens and does not block. Check is_usable() before run().
  EventLoop(Descriptor listener, MockOptions options);
  bool is_usable() const { return epoll_.get() >= 0 && wake_.get() >= 0; }

  /// Until stop(); then every connection is closed.
  void run();
  void stop() const;

 private:
  /// Names a connection for as long as it lives: its slot is used again, with another generation.
  struct Handle {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
  };
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 0;
    std::uint32_t interest = 0;  // as epoll knows it
    bool timed = false;          // an entry of timers_ will come for it
  };
  struct Timer {
    TimePoint at;
    Handle handle;
    bool operator>(const Timer& other) const { return at > other.at; }
  };

  void take_events(int timeout_ms);
  void accept_all();
  void admit(int socket);
  void serve_event(Handle handle, std::uint32_t events);
  void settle(Handle handle);
  void run_timers();
  void sweep();
  void read_clock();
  int wait_ms() const;
  void listen_for_clients(bool on);

  Descriptor listener_, epoll_, wake_;
  Workbench bench_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t connections_ = 0;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  TimePoint next_sweep_{};
  bool listening_ = false;
  bool stopping_ = false;
};

}  // namespace arouter::mock
