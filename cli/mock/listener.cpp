#include "cli/mock/listener.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace arouter::mock {

namespace {

Error failure(const std::string& address, int code) {
  Error error = internal_error({});
  error.message = "cannot listen on " + address + ": " + std::strerror(code);
  return error;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (host.empty() || port.empty() ||
      ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, ::freeaddrinfo};
}

/// Where a client of this machine reaches the bound socket.
void name_listener(Listener& listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(listener.socket.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, &storage, sizeof address);
    listener.port = ntohs(address.sin6_port);
    const bool any = IN6_IS_ADDR_UNSPECIFIED(&address.sin6_addr) != 0;
    ::inet_ntop(AF_INET6, any ? &in6addr_loopback : &address.sin6_addr, text, sizeof text);
    listener.authority = "[" + std::string(text) + "]:" + std::to_string(listener.port);
    return;
  }
  sockaddr_in address{};
  std::memcpy(&address, &storage, sizeof address);
  listener.port = ntohs(address.sin_port);
  if (address.sin_addr.s_addr == htonl(INADDR_ANY)) {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  listener.authority = std::string(text) + ":" + std::to_string(listener.port);
}

}  // namespace

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

Result<Listener> listen_on(const std::string& address) {
  const AddressList found = resolve(address);
  if (found == nullptr) {
    return client_error(ErrorKind::bad_request,
                        "'" + address + "' is no address with a port, such as 127.0.0.1:18090");
  }
  Listener listener{
      Descriptor(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), 0, {}};
  const int socket = listener.socket.get();
  if (socket < 0) return failure(address, errno);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket, found->ai_addr, found->ai_addrlen) != 0 || ::listen(socket, 4'096) != 0) {
    return failure(address, errno);
  }
  name_listener(listener);
  return listener;
}

}  // namespace arouter::mock
