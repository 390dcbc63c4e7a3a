// The event loop and the coroutine types that stand on it: concrete executors everywhere, since
// the polymorphic ones cost an allocation per operation.
//
// Threads: one loop, one thread. Locks of the reactor are off (UNSAFE_IO): sockets and timers
// belong to their loop; posting to a loop from other threads is safe.
#pragma once

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace arouter::daemon {

namespace asio = boost::asio;

using Loop = asio::io_context;
using LoopExecutor = Loop::executor_type;
template <class T>
using Awaitable = asio::awaitable<T, LoopExecutor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, LoopExecutor>;
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, LoopExecutor>;

/// Rounded up, at least 1: what a Retry-After may say.
inline std::chrono::seconds seconds_until(TimePoint when, TimePoint now) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(when - now), std::chrono::seconds(1));
}
/// Of the wall clock, for what others are told; deadlines go by Clock.
inline std::int64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

inline constexpr asio::use_awaitable_t<LoopExecutor> kAwait{};
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<LoopExecutor>> kAwaitTuple{kAwait};

/// A wake-up for one waiting coroutine of the same loop. fire() without a waiter does nothing:
/// whoever waits looks at the state it waits for first.
class Signal {
 public:
  Awaitable<void> wait() {
    auto keep = [this](auto handler) {
      waiter_ = std::make_unique<HeldHandler<decltype(handler)>>(std::move(handler));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<LoopExecutor>, void()>(keep, kAwait);
  }
  /// Resumes the waiter at once, inside this call.
  void fire() {
    if (waiter_ == nullptr) return;
    const std::unique_ptr<Waiter> waiter = std::move(waiter_);
    waiter->resume();
  }

 private:
  struct Waiter {
    Waiter() = default;
    virtual ~Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual void resume() = 0;
  };
  template <class Handler>
  struct HeldHandler : Waiter {
    explicit HeldHandler(Handler held) : handler(std::move(held)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };
  std::unique_ptr<Waiter> waiter_;
};

}  // namespace arouter::daemon
