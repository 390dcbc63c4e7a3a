#include "daemon/upstream/connection.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "daemon/edge/answer.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

namespace {

Error unreachable(const Provider& provider, std::string why, std::string detail) {
  Error error =
      upstream_error(ErrorKind::upstream_unreachable,
                     "provider '" + provider.name + "' " + std::move(why), std::move(detail));
  error.provider = provider.name;
  return error;
}

Error too_slow(const Provider& provider, const char* what) {
  std::string why = std::string("did not ") + what + " in time";
  if (provider.proxy) why += " (through the proxy " + provider.proxy->origin.host_header + ")";
  Error error = unreachable(provider, std::move(why), {});
  error.kind = ErrorKind::upstream_timeout;
  return error;
}

constexpr HeadLimits kProxyAnswer{.request_line = 8 * 1024, .field = 8 * 1024, .head = 16 * 1024};

/// Asks the proxy for a way through to the provider; holds the proxy's credentials.
Secret connect_request(const Provider& provider) {
  const Origin& to = provider.origin;
  const bool is_ipv6 = to.host.find(':') != std::string::npos;
  const std::string authority =
      (is_ipv6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
  std::string head;
  head.reserve(512 + provider.proxy->authorization.reveal().size());
  head += "CONNECT " + authority + " HTTP/1.1\r\n";
  append_field(head, "Host", authority);
  append_field(head, "User-Agent", "arouter/" AROUTER_VERSION);
  if (!provider.proxy->authorization.empty()) {
    append_field(head, "Proxy-Authorization", provider.proxy->authorization.reveal());
  }
  head += "\r\n";
  return Secret(std::move(head));
}

/// Sets the name that the server must prove to be: in SNI (names only) and for verification.
bool expect_host(SSL* tls, const std::string& host) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(tls);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return true;
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size()) == 1 &&
         SSL_set_tlsext_host_name(tls, host.c_str()) == 1;
}

/// For the rest of a request whose answer has come already.
constexpr std::chrono::seconds kAfterEarlyAnswer{1};

}  // namespace

Error proxy_error(const Provider& provider, const std::string& what, std::string detail) {
  Error error = unreachable(
      provider,
      "could not be reached through the proxy " + provider.proxy->origin.host_header + ": " + what,
      std::move(detail));
  error.code = "upstream_proxy";
  return error;
}

UpstreamConnection::UpstreamConnection(Loop& loop, Deadlines& deadlines)
    : socket_(loop), deadline_(deadlines, [this] { break_off(); }) {}

void UpstreamConnection::break_off() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  if (dialer_ != nullptr) dialer_->stop();
}

void UpstreamConnection::cancel() {
  cancelled_ = true;
  break_off();
}

/// Several addresses race. One, which is the common case, costs no more than its own attempt.
Awaitable<bool> UpstreamConnection::dial(const std::vector<asio::ip::address>& addresses,
                                         std::uint16_t port, std::string& failures) {
  if (addresses.size() == 1) {
    const asio::ip::tcp::endpoint endpoint(addresses.front(), port);
    const auto [failure] = co_await socket_.async_connect(endpoint, kAwaitTuple);
    if (failure) failures = addresses.front().to_string() + ": " + failure.message();
    co_return !failure;
  }
  dialer_ = std::make_shared<Dialer>(socket_.get_executor(), addresses, port);
  const bool connected = co_await dialer_->run();
  if (connected) socket_ = std::move(dialer_->socket());
  failures = dialer_->failures();
  dialer_.reset();
  co_return connected;
}

Awaitable<Result<void>> UpstreamConnection::connect(const Provider& provider, TimePoint deadline,
                                                    Resolver& resolver) {
  const Origin& peer = provider.proxy ? provider.proxy->origin : provider.origin;
  Result<std::vector<asio::ip::address>> addresses = co_await resolver.resolve(peer.host, deadline);
  if (!addresses) {
    Error error = addresses.error();
    if (provider.proxy) co_return proxy_error(provider, "its name leads nowhere", error.detail);
    error.provider = provider.name;
    co_return error;
  }
  std::string failures;
  bool connected = false;
  if (!cancelled_) connected = co_await dial(*addresses, peer.port, failures);
  if (connected) {
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    co_return Result<void>{};
  }
  if (deadline_.expired()) co_return too_slow(provider, "accept a connection");
  if (provider.proxy) co_return proxy_error(provider, "it does not answer", std::move(failures));
  Error error = unreachable(provider, "could not be reached", std::move(failures));
  error.code = "upstream_connect";
  co_return error;
}

Awaitable<Result<void>> UpstreamConnection::open_tunnel(const Provider& provider) {
  const Secret request = connect_request(provider);
  std::string in;
  ResponseHead head;
  Result<bool> whole = false;
  bool alive = co_await write_plain(request.reveal(), {});
  while (alive && whole && !*whole) {
    alive = co_await read_some(in) == UpstreamRead::data;
    if (alive) whole = decode_response_head(in, kProxyAnswer, true, head);
  }
  if (deadline_.expired()) co_return too_slow(provider, "become reachable");
  if (!whole) co_return proxy_error(provider, "it answered no HTTP", whole.error().message);
  if (!*whole) co_return proxy_error(provider, "it broke off", {});
  if (head.status < 200 || head.status > 299) {
    co_return proxy_error(provider, "it answered " + std::to_string(head.status), {});
  }
  // Whoever speaks TLS waits to be spoken to.
  if (head.size < in.size()) co_return proxy_error(provider, "it answered more than it should", {});
  co_return Result<void>{};
}

Awaitable<Result<void>> UpstreamConnection::shake_hands(const Provider& provider,
                                                        const ProviderState& state) {
  tls_.emplace(socket_, *state.tls_context);
  if (!expect_host(tls_->native_handle(), provider.origin.host)) {
    co_return unreachable(provider, "has a host name that TLS cannot use", {});
  }
  const auto [failure] =
      co_await tls_->async_handshake(asio::ssl::stream_base::client, kAwaitTuple);
  if (!failure) co_return Result<void>{};
  if (deadline_.expired()) co_return too_slow(provider, "finish the TLS handshake");
  const long verdict = SSL_get_verify_result(tls_->native_handle());
  Error error =
      unreachable(provider,
                  verdict == X509_V_OK ? std::string("failed the TLS handshake")
                                       : std::string("was refused for its TLS certificate: ") +
                                             X509_verify_cert_error_string(verdict),
                  failure.message());
  error.code = "upstream_tls";
  co_return error;
}

Awaitable<Result<void>> UpstreamConnection::open(const Provider& provider,
                                                 const ProviderState& state,
                                                 const Timeouts& timeouts, Resolver& resolver) {
  state_id_ = state.id;
  const TimePoint connect_by = Clock::now() + timeouts.connect;
  deadline_.set(connect_by);
  Result<void> connected = co_await connect(provider, connect_by, resolver);
  const bool through_tunnel = provider.proxy && provider.origin.tls;
  if (connected && through_tunnel && !cancelled_) connected = co_await open_tunnel(provider);
  if (!connected || cancelled_ || !provider.origin.tls) {
    deadline_.clear();
    co_return connected;
  }
  deadline_.set_in(timeouts.tls);
  Result<void> trusted = co_await shake_hands(provider, state);
  deadline_.clear();
  co_return trusted;
}

Awaitable<bool> UpstreamConnection::write_plain(std::string_view head, std::string_view body) {
  // The first try is synchronous: a request nearly always fits the socket's buffer, and then no
  // turn of the loop is spent on it.
  const std::array<iovec, 2> vectors{iovec{const_cast<char*>(head.data()), head.size()},
                                     iovec{const_cast<char*>(body.data()), body.size()}};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(vectors.data());
  message.msg_iovlen = body.empty() ? 1 : 2;
  const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) co_return false;
  auto done = sent < 0 ? std::size_t{0} : static_cast<std::size_t>(sent);
  if (done == head.size() + body.size()) co_return true;
  const std::size_t of_head = std::min(done, head.size());
  const std::array<asio::const_buffer, 2> rest{asio::buffer(head.substr(of_head)),
                                               asio::buffer(body.substr(done - of_head))};
  // Who answers before all is sent may not want the rest, and then may not read it either.
  const auto writing = std::make_shared<bool>(true);
  auto hurry = [this, writing](const boost::system::error_code& failure) {
    if (*writing && !failure && !has_interim_answer()) deadline_.set_in(kAfterEarlyAnswer);
  };
  socket_.async_wait(Socket::wait_read, hurry);
  const auto [failure, size] = co_await asio::async_write(socket_, rest, kAwaitTuple);
  *writing = false;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  co_return !failure;
}

Awaitable<bool> UpstreamConnection::write(std::string_view head, std::string_view body) {
  if (cancelled_) co_return false;
  if (!tls_) co_return co_await write_plain(head, body);
  std::string whole(head);  // one record for small requests
  whole += body;
  const asio::const_buffer buffer = asio::buffer(whole);
  const auto [failure, size] = co_await asio::async_write(*tls_, buffer, kAwaitTuple);
  co_return !failure;
}

UpstreamRead UpstreamConnection::ending(const boost::system::error_code& failure) const {
  if (cancelled_) return UpstreamRead::cancelled;
  if (failure == asio::error::eof) return UpstreamRead::end;
  if (failure == asio::error::operation_aborted && deadline_.expired())
    return UpstreamRead::timeout;
  return UpstreamRead::cut;
}

Awaitable<UpstreamRead> UpstreamConnection::read_some(std::string& in) {
  if (cancelled_) co_return UpstreamRead::cancelled;
  if (buffer_ == nullptr) buffer_ = std::make_unique_for_overwrite<std::array<char, kBuffer>>();
  const asio::mutable_buffer space = asio::buffer(*buffer_);
  boost::system::error_code failure;
  std::size_t size = 0;
  if (tls_) {
    std::tie(failure, size) = co_await tls_->async_read_some(space, kAwaitTuple);
  } else {
    std::tie(failure, size) = co_await socket_.async_read_some(space, kAwaitTuple);
  }
  if (failure) co_return ending(failure);
  in.append(buffer_->data(), size);
  co_return UpstreamRead::data;
}

/// What has come first is an interim response: the request is still wanted.
bool UpstreamConnection::has_interim_answer() {
  constexpr std::string_view kInterim = "HTTP/1.1 1";
  std::array<char, kInterim.size()> begin{};
  const ssize_t size =
      ::recv(socket_.native_handle(), begin.data(), begin.size(), MSG_PEEK | MSG_DONTWAIT);
  return size > 0 && kInterim.starts_with({begin.data(), static_cast<std::size_t>(size)});
}

bool UpstreamConnection::is_quiet() {
  char byte = 0;
  const ssize_t size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // Under TLS a session ticket may wait here: that connection is given up too, which is rare
  // enough, since tickets come with the first answer.
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace arouter::daemon
