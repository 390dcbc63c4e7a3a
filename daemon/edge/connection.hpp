// One client connection from its first byte to its last: requests one after another.
#pragma once

#include <memory>
#include <string>

#include "daemon/edge/client.hpp"
#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

class Connection {
 public:
  /// `port`: the local one.
  Connection(Socket socket, std::uint16_t port, Services& services);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Awaitable<void> run();

  /// Ends it when it waits for a next request, or when an answer is read for nobody any more.
  void close_if_idle();
  /// Ends the running exchange: the provider's call is cancelled, the client gets an error.
  void abort();

 private:
  enum class Next : std::uint8_t { request, refused, closed };
  Awaitable<Next> read_head();
  Awaitable<bool> serve_one();
  Awaitable<void> refuse(const Error& error);
  Awaitable<void> linger();

  Services& services_;
  std::uint16_t port_;
  std::shared_ptr<Client> client_;
  std::string in_;
  std::unique_ptr<RequestHead> head_ = std::make_unique<RequestHead>();
  Exchange* exchange_ = nullptr;  // the one that runs
  bool first_ = true;
  bool idle_ = false;  // between two requests, nothing received
};

}  // namespace arouter::daemon
