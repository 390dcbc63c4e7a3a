// A blocking connection with deadlines, for one thread: TCP or TLS. It never hangs, and it shows
// the bytes as they come; that is why the validator does not use an HTTP library.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/origin.hpp"
#include "shared/validate/transcript.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace arouter::validate {

using Clock = std::chrono::steady_clock;

/// What TLS connections of a run share. Threads: any, once built.
class TlsSettings {
 public:
  /// `ca_file` "": the system's bundle. `insecure`: the peer is not verified at all.
  /// `fault` says what is wrong with ca_file; "" when nothing is.
  TlsSettings(const std::string& ca_file, bool insecure, std::string& fault);
  ~TlsSettings();
  TlsSettings(const TlsSettings&) = delete;
  TlsSettings& operator=(const TlsSettings&) = delete;

  ssl_ctx_st* context() const { return context_; }
  bool insecure() const { return insecure_; }

 private:
  ssl_ctx_st* context_ = nullptr;
  bool insecure_ = false;
};

struct NetworkFault {
  Failure failure = Failure::none;
  std::string detail;  // "connection refused"
};

class Connection {
 public:
  /// Null on failure, with `fault` filled.
  static std::unique_ptr<Connection> open(const Origin& address, const TlsSettings& tls,
                                          Clock::time_point deadline, NetworkFault& fault);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False when the peer closed or the deadline passed.
  bool write_all(std::string_view bytes, Clock::time_point deadline);

  enum class Read : std::uint8_t { bytes, end, timeout };
  /// Appends what has come to `into`; waits for at least one byte. A reset is an end.
  Read read(std::string& into, Clock::time_point deadline);

 private:
  Connection() = default;
  bool shake_hands(const Origin& address, const TlsSettings& tls, Clock::time_point deadline,
                   NetworkFault& fault);
  bool wait_for_tls(int result, Clock::time_point deadline) const;

  int socket_ = -1;
  ssl_st* tls_ = nullptr;
};

}  // namespace arouter::validate
