#include "cli/mock/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace arouter::mock {

namespace {

constexpr std::size_t kMostConnections = 16'384;
constexpr std::chrono::seconds kSweepInterval{1};
// What epoll hands back for the two descriptors that are no connection.
constexpr std::uint64_t kListenerTag = ~std::uint64_t{0};
constexpr std::uint64_t kWakeTag = kListenerTag - 1;

}  // namespace

EventLoop::EventLoop(Descriptor listener, MockOptions options)
    : listener_(std::move(listener)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      bench_(std::move(options)) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kWakeTag}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event);
  listen_for_clients(true);
}

void EventLoop::run() {
  read_clock();
  next_sweep_ = bench_.now + kSweepInterval;
  while (!stopping_) {
    take_events(wait_ms());
    run_timers();
    if (bench_.now >= next_sweep_) sweep();
  }
  slots_.clear();
}

void EventLoop::stop() const {
  const std::uint64_t one = 1;
  // It only fails when a wake-up is pending already.
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
}

void EventLoop::take_events(int timeout_ms) {
  std::array<epoll_event, 256> events;
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  read_clock();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const std::uint64_t tag = event.data.u64;
    if (tag == kListenerTag) {
      accept_all();
    } else if (tag == kWakeTag) {
      stopping_ = true;
    } else {
      serve_event({static_cast<std::uint32_t>(tag), static_cast<std::uint32_t>(tag >> 32)},
                  event.events);
    }
  }
}

void EventLoop::accept_all() {
  // A bound, so that a flood of connections does not starve those that are there.
  for (int i = 0; i < 64; ++i) {
    const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      admit(socket);
      if (connections_ >= kMostConnections) return listen_for_clients(false);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    // Out of descriptors: the sweep listens again.
    if (errno != EAGAIN) listen_for_clients(false);
    return;
  }
}

void EventLoop::admit(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_slots_.back();
  free_slots_.pop_back();
  Slot& slot = slots_[index];
  slot.connection = std::make_unique<Connection>(socket, bench_);
  slot.interest = EPOLLIN;
  slot.timed = false;
  ++connections_;
  const std::uint64_t tag = std::uint64_t{slot.generation} << 32 | index;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = tag}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) {
    slot.connection->on_hangup();
    settle({index, slot.generation});
  }
}

void EventLoop::serve_event(Handle handle, std::uint32_t events) {
  Slot& slot = slots_[handle.slot];
  if (slot.connection == nullptr || slot.generation != handle.generation) return;
  Connection& connection = *slot.connection;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) connection.on_hangup();
  if ((events & EPOLLOUT) != 0 && !connection.is_over()) connection.on_writable();
  if ((events & EPOLLIN) != 0 && !connection.is_over()) connection.on_readable();
  settle(handle);
}

/// After anything happened to a connection: epoll, the timers and the slots follow.
void EventLoop::settle(Handle handle) {
  Slot& slot = slots_[handle.slot];
  Connection& connection = *slot.connection;
  if (connection.is_over()) {
    slot.connection.reset();
    ++slot.generation;
    free_slots_.push_back(handle.slot);
    --connections_;
    return;
  }
  const std::uint32_t interest = (connection.wants_reading() ? std::uint32_t{EPOLLIN} : 0U) |
                                 (connection.wants_writing() ? std::uint32_t{EPOLLOUT} : 0U);
  if (interest != slot.interest) {
    const std::uint64_t tag = std::uint64_t{handle.generation} << 32 | handle.slot;
    epoll_event event{.events = interest, .data = {.u64 = tag}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket(), &event);
    slot.interest = interest;
  }
  if (connection.due() && !slot.timed) {
    timers_.push({*connection.due(), handle});
    slot.timed = true;
  }
}

void EventLoop::run_timers() {
  // Entries pushed on the way have to wait for the sockets first.
  std::size_t most = timers_.size();
  while (most-- > 0 && !timers_.empty() && timers_.top().at <= bench_.now) {
    const Handle handle = timers_.top().handle;
    timers_.pop();
    Slot& slot = slots_[handle.slot];
    if (slot.connection == nullptr || slot.generation != handle.generation) continue;
    slot.timed = false;
    slot.connection->on_due();
    settle(handle);
  }
}

void EventLoop::sweep() {
  next_sweep_ = bench_.now + kSweepInterval;
  for (std::uint32_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].connection == nullptr) continue;
    slots_[index].connection->check_deadline();
    settle({index, slots_[index].generation});
  }
  if (connections_ < kMostConnections) listen_for_clients(true);
}

void EventLoop::read_clock() {
  bench_.now = Clock::now();
  bench_.now_s = std::chrono::duration_cast<std::chrono::seconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count();
}

/// Until the next timer, rounded up, or the next sweep.
int EventLoop::wait_ms() const {
  TimePoint until = next_sweep_;
  if (!timers_.empty()) until = std::min(until, timers_.top().at);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000));
}

void EventLoop::listen_for_clients(bool on) {
  if (on == listening_) return;
  listening_ = on;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kListenerTag}};
  ::epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, listener_.get(), &event);
}

}  // namespace arouter::mock
