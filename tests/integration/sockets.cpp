#include "tests/integration/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace arouter::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Descriptor new_socket() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) throw std::runtime_error("no socket");
  return socket;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    value_ = other.release();
  }
  return *this;
}

int Descriptor::release() {
  return std::exchange(value_, -1);
}

void Descriptor::close() {
  if (value_ >= 0) ::close(release());
}

Descriptor bind_on_loopback(std::uint16_t& port) {
  Descriptor socket = new_socket();
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, size) != 0 ||
      ::getsockname(socket.get(), generic, &size) != 0) {
    throw std::runtime_error("cannot bind on loopback");
  }
  port = ntohs(address.sin_port);
  return socket;
}

Descriptor listen_on_loopback(std::uint16_t& port) {
  Descriptor listener = bind_on_loopback(port);
  if (::listen(listener.get(), 512) != 0) throw std::runtime_error("cannot listen on loopback");
  return listener;
}

Descriptor connect_to_loopback(std::uint16_t port) {
  Descriptor socket = new_socket();
  sockaddr_in address = loopback(port);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
  send_at_once(socket);
  return socket;
}

void send_at_once(const Descriptor& socket) {
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset_at_close(const Descriptor& socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ReadEnd read_some(int socket, std::string& into, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd readable{.fd = socket, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(std::max<long>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return ReadEnd::timeout;
    char buffer[65'536];
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return ReadEnd::reset;
    if (size == 0) return ReadEnd::fin;
    into.append(buffer, static_cast<std::size_t>(size));
    return ReadEnd::data;
  }
}

bool write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

bool ServerStream::start_tls(ssl_ctx_st* context) {
  tls_.reset(SSL_new(context), SSL_free);
  return SSL_set_fd(tls_.get(), socket_.get()) == 1 && SSL_accept(tls_.get()) == 1;
}

ReadEnd ServerStream::read(std::string& into) {
  if (tls_ == nullptr) {
    // Shutting down, not a deadline, ends the wait of a provider whose client is idle.
    return read_some(socket_.get(), into, std::chrono::steady_clock::now() + std::chrono::hours(1));
  }
  char buffer[16'384];
  const int size = SSL_read(tls_.get(), buffer, sizeof buffer);
  if (size <= 0)
    return SSL_get_error(tls_.get(), size) == SSL_ERROR_ZERO_RETURN ? ReadEnd::fin : ReadEnd::reset;
  into.append(buffer, static_cast<std::size_t>(size));
  return ReadEnd::data;
}

bool ServerStream::write(std::string_view bytes) {
  if (tls_ == nullptr) return write_all(socket_.get(), bytes);
  return bytes.empty() || SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

void ServerStream::end(bool notify) {
  if (tls_ != nullptr && notify) SSL_shutdown(tls_.get());
  ::shutdown(socket_.get(), SHUT_WR);
  // Closing with bytes unread would turn the FIN into a reset.
  std::string rest;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (read_some(socket_.get(), rest, deadline) == ReadEnd::data) rest.clear();
}

void ServerStream::end_with_reset() {
  reset_at_close(socket_);
}

void ServerStream::shut_down() {
  ::shutdown(socket_.get(), SHUT_RDWR);
}

namespace {

std::shared_ptr<X509> decode_certificate(const std::string& pem) {
  const std::shared_ptr<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                  BIO_free_all);
  return {PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), X509_free};
}

std::shared_ptr<EVP_PKEY> decode_key(const std::string& pem) {
  const std::shared_ptr<BIO> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                  BIO_free_all);
  return {PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

}  // namespace

std::shared_ptr<ssl_ctx_st> make_server_context(const TlsIdentity& identity) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate(context.get(), decode_certificate(identity.certificate_pem).get()) !=
          1 ||
      SSL_CTX_use_PrivateKey(context.get(), decode_key(identity.key_pem).get()) != 1) {
    throw std::runtime_error("cannot use the certificate");
  }
  if (!identity.client_ca_pem.empty()) {
    const std::shared_ptr<X509> authority = decode_certificate(identity.client_ca_pem);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (identity.newest_version != 0) {
    SSL_CTX_set_max_proto_version(context.get(), identity.newest_version);
    SSL_CTX_set_security_level(context.get(), 0);  // else nothing so old is spoken at all
  }
  return context;
}

}  // namespace arouter::test
