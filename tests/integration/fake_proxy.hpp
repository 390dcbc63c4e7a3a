// A proxy for CONNECT: tunnels lead to one port of this machine, whatever name was asked for.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/sockets.hpp"

namespace arouter::test {

/// Threads: one that accepts, one per connection; its methods may be called from any.
class FakeProxy {
 public:
  explicit FakeProxy(std::uint16_t leads_to);
  ~FakeProxy();
  FakeProxy(const FakeProxy&) = delete;
  FakeProxy& operator=(const FakeProxy&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT", with `user_info` ("me:pass") before the host.
  std::string url(const std::string& user_info = {}) const;
  /// From now on these bytes are all that is answered, before the end; "" tunnels again.
  void answers(std::string bytes);
  /// The heads of requests, each with its blank line.
  std::vector<std::string> heads() const;

 private:
  void accept_loop();
  void serve(const Descriptor& client);

  std::uint16_t leads_to_;
  std::uint16_t port_ = 0;
  Descriptor listener_;
  mutable std::mutex mutex_;
  std::string answer_;
  std::vector<std::string> heads_;
  std::vector<int> clients_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
  std::thread acceptor_;
};

}  // namespace arouter::test
