#include "cli/validate/connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <thread>
#include <vector>

namespace arouter::validate {

namespace {

int ms_until(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 600'000));
}

/// False when the deadline passed first.
bool wait_for(int socket, short events, Clock::time_point deadline) {
  for (;;) {
    pollfd entry{socket, events, 0};
    const int ready = ::poll(&entry, 1, ms_until(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return false;
  }
}

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

struct Resolved {
  int failure = 0;
  std::vector<SocketAddress> addresses;
};

Resolved resolve_now(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  Resolved resolved;
  resolved.failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress address;
    std::memcpy(&address.bytes, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    resolved.addresses.push_back(address);
  }
  if (list != nullptr) ::freeaddrinfo(list);
  return resolved;
}

/// getaddrinfo knows no deadline, so it runs on a thread of its own that is left behind when it is
/// too slow.
Resolved resolve(const std::string& host, std::uint16_t port, Clock::time_point deadline) {
  auto task = std::make_shared<std::packaged_task<Resolved()>>(
      [host, port] { return resolve_now(host, port); });
  std::future<Resolved> answer = task->get_future();
  std::thread([task] { (*task)(); }).detach();
  if (answer.wait_until(deadline) != std::future_status::ready) {
    Resolved slow;
    slow.failure = EAI_AGAIN;
    return slow;
  }
  return answer.get();
}

/// A connected, non-blocking socket; -1 with the reason in `why`.
int connect_to(const SocketAddress& address, Clock::time_point deadline, std::string& why) {
  const int socket =
      ::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    why = std::strerror(errno);
    return -1;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int failure = 0;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) != 0) {
    failure = errno;
    if (failure == EINPROGRESS) {
      socklen_t size = sizeof failure;
      const bool decided = wait_for(socket, POLLOUT, deadline);
      if (!decided || ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
        failure = ETIMEDOUT;
      }
    }
  }
  if (failure == 0) return socket;
  why = failure == ECONNREFUSED ? "connection refused" : std::strerror(failure);
  ::close(socket);
  return -1;
}

std::string tls_reason(const ssl_st* tls) {
  const long verified = SSL_get_verify_result(tls);
  if (verified != X509_V_OK) {
    return std::string("the certificate is not trusted: ") +
           X509_verify_cert_error_string(verified);
  }
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return std::string("the TLS handshake failed") +
         (reason == nullptr ? "" : std::string(": ") + reason);
}

bool is_ip(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

}  // namespace

TlsSettings::TlsSettings(const std::string& ca_file, bool insecure, std::string& fault)
    : context_(SSL_CTX_new(TLS_client_method())), insecure_(insecure) {
  if (context_ == nullptr) {
    fault = "OpenSSL cannot be set up";
    return;
  }
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  if (insecure) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
    return;
  }
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_) == 1
                                      : SSL_CTX_load_verify_file(context_, ca_file.c_str()) == 1;
  if (!loaded) {
    fault = ca_file.empty() ? "the system's certificates cannot be read"
                            : "no certificates can be read from " + ca_file;
  }
}

TlsSettings::~TlsSettings() {
  SSL_CTX_free(context_);
}

std::unique_ptr<Connection> Connection::open(const Origin& address, const TlsSettings& tls,
                                             Clock::time_point deadline, NetworkFault& fault) {
  const Resolved resolved = resolve(address.host, address.port, deadline);
  fault = {Failure::connect, ""};
  if (resolved.failure != 0) fault.detail = ::gai_strerror(resolved.failure);
  std::unique_ptr<Connection> connection(new Connection());
  for (const SocketAddress& candidate : resolved.addresses) {
    connection->socket_ = connect_to(candidate, deadline, fault.detail);
    if (connection->socket_ >= 0) break;
  }
  if (connection->socket_ < 0) return nullptr;
  if (address.tls && !connection->shake_hands(address, tls, deadline, fault)) return nullptr;
  fault = {};
  return connection;
}

bool Connection::shake_hands(const Origin& address, const TlsSettings& settings,
                             Clock::time_point deadline, NetworkFault& fault) {
  ERR_clear_error();
  fault = {Failure::tls, "the TLS handshake failed"};
  tls_ = SSL_new(settings.context());
  if (tls_ == nullptr || SSL_set_fd(tls_, socket_) != 1) return false;
  X509_VERIFY_PARAM* names = SSL_get0_param(tls_);
  if (is_ip(address.host)) {
    X509_VERIFY_PARAM_set1_ip_asc(names, address.host.c_str());
  } else {
    SSL_set_tlsext_host_name(tls_, address.host.c_str());
    X509_VERIFY_PARAM_set1_host(names, address.host.c_str(), 0);
  }
  for (;;) {
    const int result = SSL_connect(tls_);
    if (result == 1) return true;
    if (wait_for_tls(result, deadline)) continue;
    fault.detail = Clock::now() >= deadline ? "the TLS handshake took too long" : tls_reason(tls_);
    return false;
  }
}

/// Waits for what the TLS call that returned `result` needs; false when it failed for good.
bool Connection::wait_for_tls(int result, Clock::time_point deadline) const {
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
      return wait_for(socket_, POLLIN, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait_for(socket_, POLLOUT, deadline);
    default:
      return false;
  }
}

Connection::~Connection() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (socket_ >= 0) ::close(socket_);
}

bool Connection::write_all(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    if (Clock::now() >= deadline) return false;
    std::ptrdiff_t written = 0;
    if (tls_ != nullptr) {
      ERR_clear_error();
      const int result = SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
      if (result <= 0) {
        if (!wait_for_tls(result, deadline)) return false;
        continue;
      }
      written = result;
    } else {
      written = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written < 0) {
        const bool full = errno == EAGAIN || errno == EINTR;
        if (!full || !wait_for(socket_, POLLOUT, deadline)) return false;
        continue;
      }
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Connection::Read Connection::read(std::string& into, Clock::time_point deadline) {
  std::array<char, 16'384> buffer;
  for (;;) {
    std::ptrdiff_t length = 0;
    if (tls_ != nullptr) {
      ERR_clear_error();
      const int result = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
      if (result <= 0 && wait_for_tls(result, deadline)) continue;
      length = result;
    } else {
      if (!wait_for(socket_, POLLIN, deadline)) return Read::timeout;
      length = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (length < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    }
    if (length > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(length));
      return Read::bytes;
    }
    return Clock::now() >= deadline ? Read::timeout : Read::end;
  }
}

}  // namespace arouter::validate
