// Listening sockets of one loop. Every loop has its own on the same port (SO_REUSEPORT): the kernel
// spreads connections over them.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/loop.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

using Endpoints = std::vector<asio::ip::tcp::endpoint>;

/// "127.0.0.1:18080", "[::1]:18080", "localhost:18080". Errors: bad_request.
Result<asio::ip::tcp::endpoint> decode_listen_address(std::string_view text);

/// Checks that every address can be bound and that nobody listens there; replaces port 0 by a free
/// port, the same for all addresses that ask for one. An address family that the machine does not
/// have is left out when another address remains.
/// Errors: internal, with a message for the terminal.
Result<Endpoints> claim_addresses(const std::vector<std::string>& listen);

/// Threads: its loop's.
class Listener {
 public:
  using Accepted = std::function<void(Socket socket, std::uint16_t port)>;

  Listener(Loop& loop, const asio::ip::tcp::endpoint& endpoint, Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Errors: internal, with a message for the terminal.
  Result<void> open();
  void start();
  void close();

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, LoopExecutor>;
  void accept_next();
  void after_failure(const boost::system::error_code& failure);
  void shed_one();

  Acceptor acceptor_;
  Timer pause_;
  asio::ip::tcp::endpoint endpoint_;
  Accepted accepted_;
  int reserve_ = -1;  // a descriptor to give up when there are no others left
};

}  // namespace arouter::daemon
