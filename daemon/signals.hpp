#pragma once

#include <signal.h>
#include <sys/signalfd.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>

#include "daemon/loop.hpp"

namespace arouter::daemon {

/// SIGTERM, SIGINT and SIGHUP as messages to a loop instead of interruptions of some thread.
class Signals {
 public:
  /// Blocks the three in the calling thread and in all that it starts from then on: called before
  /// the first thread is. What arrives from here on is kept until start(). SIGPIPE is ignored.
  static void hold();

  explicit Signals(Loop& loop) : descriptor_(loop) {}

  /// After hold(). `take(number)` is called on the loop, once for each signal.
  /// @throws std::system_error when the process has no descriptor left.
  void start(std::function<void(int number)> take);

 private:
  void read();

  asio::posix::basic_stream_descriptor<LoopExecutor> descriptor_;
  signalfd_siginfo next_{};
  std::function<void(int)> take_;
};

}  // namespace arouter::daemon
