#include "daemon/upstream/dialer.hpp"

namespace arouter::daemon {

Dialer::Dialer(const LoopExecutor& executor, const std::vector<asio::ip::address>& addresses,
               std::uint16_t port)
    : race_(addresses.size()), timer_(executor) {
  tries_.reserve(addresses.size());  // handlers hold references into it
  for (const asio::ip::address& address : addresses) {
    tries_.push_back({asio::ip::tcp::endpoint(address, port), Socket(executor)});
  }
}

Awaitable<bool> Dialer::run() {
  make(race_.begin(Clock::now()));
  if (!finished_) co_await ended_.wait();
  co_return winner_ != nullptr;
}

void Dialer::make(const AddressRace::Move& move) {
  if (move.start) start(tries_[*move.start]);
  if (move.wake_at) wake_at(*move.wake_at);
  if (move.lost) finish();
}

void Dialer::start(Try& each) {
  each.socket.async_connect(
      each.endpoint, [self = shared_from_this(), &each](const boost::system::error_code& failure) {
        if (self->finished_) return self->ended_.fire();  // stopped, or beaten
        if (!failure) {
          self->winner_ = &each.socket;
          return self->finish();
        }
        self->failures_ += (self->failures_.empty() ? "" : "; ") +
                           each.endpoint.address().to_string() + ": " + failure.message();
        self->make(self->race_.take_failure(Clock::now()));
      });
}

void Dialer::wake_at(TimePoint when) {
  timer_.expires_at(when);  // ends the wait before it
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& failure) {
    if (failure || self->finished_) return;
    self->make(self->race_.take_time(Clock::now()));
  });
}

void Dialer::finish() {
  stop();
  ended_.fire();
}

void Dialer::stop() {
  finished_ = true;
  timer_.cancel();
  boost::system::error_code ignored;
  for (Try& each : tries_) {
    if (&each.socket != winner_) each.socket.close(ignored);
  }
}

}  // namespace arouter::daemon
