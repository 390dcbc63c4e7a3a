// Look-ups of host names on threads of their own: the system's look-up blocks, cannot be cancelled,
// and may take half a minute when a name server is silent.
//
// One look-up per name at a time, whoever asks; as many names at once as there are threads, so one
// that hangs holds up no other. Threads are started when they are needed and end by themselves.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/loop.hpp"

namespace arouter::daemon {

/// Threads: any; shared by all loops.
class Lookups {
 public:
  static constexpr std::size_t kMostThreads = 8;
  static constexpr std::size_t kMostAddresses = 16;

  using Addresses = std::vector<asio::ip::address>;
  /// Called once, on a thread of these; with no address when the look-up failed.
  using Found = std::function<void(const Addresses&)>;

  Lookups();
  /// From here on nobody is told anything. A look-up that hangs is left behind, not waited for.
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  void look_up(const std::string& host, Found found);

 private:
  struct State;
  std::shared_ptr<State> state_;  // the threads hold it as well
};

}  // namespace arouter::daemon
