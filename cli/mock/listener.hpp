// The mock's listening socket.
#pragma once

#include <cstdint>
#include <string>

#include "shared/error.hpp"

namespace arouter::mock {

/// A file descriptor that is closed at its end.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(other.value_) { other.value_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return value_; }

 private:
  int value_;
};

struct Listener {
  Descriptor socket;  // listens, does not block
  std::uint16_t port = 0;
  std::string authority;  // host and port as a client of this machine writes them in a URL
};

/// `address`: "127.0.0.1:8080", "[::1]:0" or "localhost:8080"; port 0 takes a free one.
/// Errors: bad_request for an address that is none, internal with why it cannot be listened on.
Result<Listener> listen_on(const std::string& address);

}  // namespace arouter::mock
