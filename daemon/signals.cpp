#include "daemon/signals.hpp"

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace arouter::daemon {

namespace {

sigset_t the_three() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  return signals;
}

}  // namespace

void Signals::hold() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = the_three();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void Signals::start(std::function<void(int)> take) {
  const sigset_t signals = the_three();
  const int opened = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (opened < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  descriptor_.assign(opened);
  take_ = std::move(take);
  read();
}

void Signals::read() {
  descriptor_.async_read_some(asio::buffer(&next_, sizeof next_),
                              [this](const boost::system::error_code& failure, std::size_t) {
                                if (failure) return;
                                const int number = static_cast<int>(next_.ssi_signo);
                                read();
                                take_(number);
                              });
}

}  // namespace arouter::daemon
