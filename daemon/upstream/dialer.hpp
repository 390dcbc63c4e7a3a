// Connects to whichever of a host's addresses answers first.
//
// Threads: its loop's. A dialer is held by the one who awaits it and by its own handlers, so that
// it may be given up while some of them are still on their way.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop.hpp"
#include "daemon/upstream/address_race.hpp"

namespace arouter::daemon {

class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  Dialer(const LoopExecutor& executor, const std::vector<asio::ip::address>& addresses,
         std::uint16_t port);

  /// True: socket() is connected, and every other one closed. False: no address answers, or stop()
  /// came first.
  Awaitable<bool> run();
  /// Closes whatever is under way and ends run(), though never inside this call.
  void stop();

  Socket& socket() { return *winner_; }
  /// "::1: Connection refused; …", for the log.
  const std::string& failures() const { return failures_; }

 private:
  struct Try {
    asio::ip::tcp::endpoint endpoint;
    Socket socket;
  };
  void make(const AddressRace::Move& move);
  void start(Try& each);
  void wake_at(TimePoint when);
  void finish();

  std::vector<Try> tries_;
  AddressRace race_;
  Timer timer_;
  Signal ended_;
  Socket* winner_ = nullptr;
  std::string failures_;
  bool finished_ = false;
};

}  // namespace arouter::daemon
