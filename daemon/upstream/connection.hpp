// One connection to a provider, plain or under TLS.
//
// Threads: its loop's. Every wait ends at the deadline last set, or by cancel().
#pragma once

#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/deadlines.hpp"
#include "daemon/loop.hpp"
#include "daemon/upstream/dialer.hpp"
#include "daemon/upstream/provider_state.hpp"
#include "daemon/upstream/resolver.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// How a read ended. `cut`: reset, or under TLS an end without TLS's own close message.
enum class UpstreamRead : std::uint8_t { data, end, cut, timeout, cancelled };

/// "provider 'acme' could not be reached through the proxy proxy.example:3128: " and `what`; code
/// "upstream_proxy". The provider has one.
Error proxy_error(const Provider& provider, const std::string& what, std::string detail = {});

class UpstreamConnection {
 public:
  UpstreamConnection(Loop& loop, Deadlines& deadlines);

  /// Resolves, connects to whichever address answers first and, for https, shakes hands, each under
  /// its own timeout. Errors: upstream_unreachable or upstream_timeout, nothing was sent.
  Awaitable<Result<void>> open(const Provider& provider, const ProviderState& state,
                               const Timeouts& timeouts, Resolver& resolver);

  void set_deadline(TimePoint deadline) { deadline_.set(deadline); }
  void clear_deadline() { deadline_.clear(); }
  /// Ends what it waits for with `cancelled`, and whatever follows.
  void cancel();

  /// Sends both pieces. False: the connection broke or the deadline passed.
  Awaitable<bool> write(std::string_view head, std::string_view body);
  /// Appends what is there to `in`, waiting for the first byte.
  Awaitable<UpstreamRead> read_some(std::string& in);

  /// Nothing has come and nobody has closed: fit for another request. One system call.
  bool is_quiet();
  std::uint64_t state_id() const { return state_id_; }

 private:
  void break_off();
  Awaitable<bool> dial(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                       std::string& failures);
  Awaitable<Result<void>> connect(const Provider& provider, TimePoint deadline, Resolver& resolver);
  Awaitable<Result<void>> open_tunnel(const Provider& provider);
  Awaitable<Result<void>> shake_hands(const Provider& provider, const ProviderState& state);
  Awaitable<bool> write_plain(std::string_view head, std::string_view body);
  bool has_interim_answer();
  UpstreamRead ending(const boost::system::error_code& failure) const;

  static constexpr std::size_t kBuffer = 16 * 1024;

  Socket socket_;
  std::shared_ptr<Dialer> dialer_;  // while several addresses are tried
  std::optional<asio::ssl::stream<Socket&>> tls_;
  Deadlines::Entry deadline_;
  std::unique_ptr<std::array<char, kBuffer>> buffer_;
  std::uint64_t state_id_ = 0;
  bool cancelled_ = false;
};

}  // namespace arouter::daemon
