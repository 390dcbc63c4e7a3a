// Blocking sockets with deadlines, and TLS on the accepting side: the plumbing of the harness.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/integration/tls_identity.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace arouter::test {

/// A descriptor that is closed at its end.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int get() const { return value_; }
  int release();
  void close();

 private:
  int value_;
};

/// A port of 127.0.0.1 where nobody listens, and nobody else can as long as this is held. Throws
/// when there is none.
Descriptor bind_on_loopback(std::uint16_t& port);
/// A listener on a free port of 127.0.0.1. Throws when there is none.
Descriptor listen_on_loopback(std::uint16_t& port);
/// Throws when nobody listens.
Descriptor connect_to_loopback(std::uint16_t port);
/// Segmentations are part of what is tested: each write leaves at once.
void send_at_once(const Descriptor& socket);
/// Makes the close of `socket` a reset.
void reset_at_close(const Descriptor& socket);

/// How a read ended.
enum class ReadEnd { data, fin, reset, timeout };

/// Appends what is there to `into`, waiting for the first byte until the deadline.
ReadEnd read_some(int socket, std::string& into, std::chrono::steady_clock::time_point deadline);
/// False when the other side is gone.
bool write_all(int socket, std::string_view bytes);

/// The accepting side of a connection, in plain or under TLS.
class ServerStream {
 public:
  explicit ServerStream(Descriptor socket) : socket_(std::move(socket)) {}
  /// False when the handshake fails: the other side did not like the certificate, or broke off.
  bool start_tls(ssl_ctx_st* context);

  ReadEnd read(std::string& into);
  bool write(std::string_view bytes);
  /// No more will be written. `notify`: with TLS's own close message, where there is TLS.
  void end(bool notify);
  void end_with_reset();  // once the stream is destroyed
  /// Ends blocked reads and writes of another thread. The descriptor itself lives as long as the
  /// stream, so that the number is not another connection's by then.
  void shut_down();

 private:
  Descriptor socket_;
  std::shared_ptr<ssl_st> tls_;
};

std::shared_ptr<ssl_ctx_st> make_server_context(const TlsIdentity& identity);

}  // namespace arouter::test
