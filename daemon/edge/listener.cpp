#include "daemon/edge/listener.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "daemon/log.hpp"
#include "shared/origin.hpp"

namespace arouter::daemon {

namespace {

using tcp = asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kPause{100};
constexpr std::string_view kShed =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 118\r\n"
    "Retry-After: 1\r\nConnection: close\r\n\r\n"
    "{\"error\":{\"message\":\"too many connections\",\"type\":\"server_error\","
    "\"code\":\"overloaded\",\"param\":null,\"source\":\"arouter\"}}";
static_assert(kShed.size() - (kShed.find("\r\n\r\n") + 4) == 118, "its Content-Length");

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return host + ":" + std::to_string(endpoint.port());
}

Error cannot_listen(const tcp::endpoint& endpoint, const boost::system::error_code& failure) {
  Error error = internal_error(failure.message());
  error.message = "cannot listen on " + text_of(endpoint) + ": " + failure.message();
  if (failure == asio::error::address_in_use) {
    error.message += "; another program has this port ([server] listen or --listen takes another)";
  }
  return error;
}

/// Binds without SO_REUSEPORT: with it, two daemons of one user would share a port silently.
boost::system::error_code try_bind(Loop& loop, tcp::endpoint& endpoint) {
  asio::basic_socket_acceptor<tcp, LoopExecutor> probe(loop);
  boost::system::error_code failure;
  probe.open(endpoint.protocol(), failure);
  if (failure) return failure;
  probe.set_option(tcp::acceptor::reuse_address(true), failure);
  if (endpoint.address().is_v6()) probe.set_option(asio::ip::v6_only(true), failure);
  probe.bind(endpoint, failure);
  if (!failure) probe.listen(1, failure);
  if (!failure) endpoint = probe.local_endpoint(failure);
  return failure;
}

bool has_no_such_family(const boost::system::error_code& failure) {
  return failure == asio::error::address_family_not_supported || failure.value() == EADDRNOTAVAIL;
}

}  // namespace

Result<tcp::endpoint> decode_listen_address(std::string_view text) {
  constexpr std::string_view kLocal = "localhost:";
  std::string literal(text);
  if (text.starts_with(kLocal)) literal.replace(0, kLocal.size(), "127.0.0.1:");
  const Result<ListenAddress> listen = decode_listen(literal);
  boost::system::error_code not_literal;
  asio::ip::address address;
  if (listen) address = asio::ip::make_address(listen->host, not_literal);
  if (!listen || not_literal) {
    const std::string why = listen ? not_literal.message() : listen.error().message;
    return client_error(ErrorKind::bad_request, "'" + std::string(text) + "' " + why);
  }
  return tcp::endpoint(address, listen->port);
}

Result<Endpoints> claim_addresses(const std::vector<std::string>& listen) {
  Loop loop;
  Endpoints claimed;
  std::uint16_t free_port = 0;
  std::optional<Error> left_out;
  for (const std::string& text : listen) {
    Result<tcp::endpoint> endpoint = decode_listen_address(text);
    if (!endpoint) return endpoint.error();
    const bool any_port = endpoint->port() == 0;
    if (any_port) endpoint->port(free_port);
    const boost::system::error_code failure = try_bind(loop, *endpoint);
    if (failure) {
      left_out = cannot_listen(*endpoint, failure);
      if (!has_no_such_family(failure)) return *left_out;
      continue;
    }
    if (any_port) free_port = endpoint->port();
    claimed.push_back(*endpoint);
  }
  if (claimed.empty()) return left_out.value_or(internal_error("no address to listen on"));
  return claimed;
}

Listener::Listener(Loop& loop, const tcp::endpoint& endpoint, Accepted accepted)
    : acceptor_(loop),
      pause_(loop),
      endpoint_(endpoint),
      accepted_(std::move(accepted)),
      reserve_(::open("/dev/null", O_RDONLY | O_CLOEXEC)) {}

Listener::~Listener() {
  if (reserve_ >= 0) ::close(reserve_);
}

Result<void> Listener::open() {
  boost::system::error_code failure;
  acceptor_.open(endpoint_.protocol(), failure);
  if (failure) return cannot_listen(endpoint_, failure);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
  acceptor_.set_option(ReusePort(true), failure);
  if (endpoint_.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true), failure);
  acceptor_.bind(endpoint_, failure);
  if (!failure) acceptor_.listen(4096, failure);
  if (failure) return cannot_listen(endpoint_, failure);
  return {};
}

void Listener::start() {
  accept_next();
}

void Listener::accept_next() {
  acceptor_.async_accept([this](const boost::system::error_code& failure, Socket socket) {
    if (failure == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (failure) return after_failure(failure);
    accepted_(std::move(socket), endpoint_.port());
    accept_next();
  });
}

/// Out of descriptors, the waiting connection would make accept() fail at once, for ever. It is
/// taken with the reserve, told so, and closed. Anything else that fails is tried again later.
void Listener::after_failure(const boost::system::error_code& failure) {
  static LogThrottle throttle;
  if (throttle.admit()) log_line(LogLevel::warn, "cannot accept: " + failure.message());
  const bool no_descriptor = failure == asio::error::no_descriptors || failure.value() == ENFILE;
  if (no_descriptor && reserve_ >= 0) {
    shed_one();
    return accept_next();
  }
  pause_.expires_after(kPause);
  pause_.async_wait([this](const boost::system::error_code& stopped) {
    if (!stopped) accept_next();
  });
}

void Listener::shed_one() {
  ::close(reserve_);
  const int taken = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
  if (taken >= 0) {
    [[maybe_unused]] const ssize_t sent =
        ::send(taken, kShed.data(), kShed.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(taken);
  }
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

}  // namespace arouter::daemon
