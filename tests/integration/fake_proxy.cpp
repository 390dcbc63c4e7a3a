#include "tests/integration/fake_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "tests/integration/gate.hpp"

namespace arouter::test {

namespace {

/// Carries bytes both ways until one side ends.
void carry(int a, int b) {
  std::array<pollfd, 2> sides{pollfd{a, POLLIN, 0}, pollfd{b, POLLIN, 0}};
  while (::poll(sides.data(), sides.size(), -1) > 0) {
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (sides[i].revents == 0) continue;
      std::string bytes;
      const auto deadline = std::chrono::steady_clock::now() + kPatience;
      if (read_some(sides[i].fd, bytes, deadline) != ReadEnd::data) return;
      if (!write_all(sides[1 - i].fd, bytes)) return;
    }
  }
}

}  // namespace

FakeProxy::FakeProxy(std::uint16_t leads_to)
    : leads_to_(leads_to), listener_(listen_on_loopback(port_)) {
  acceptor_ = std::thread([this] { accept_loop(); });
}

FakeProxy::~FakeProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    for (const int client : clients_) ::shutdown(client, SHUT_RDWR);
  }
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

std::string FakeProxy::url(const std::string& user_info) const {
  return "http://" + user_info + (user_info.empty() ? "" : "@") +
         "127.0.0.1:" + std::to_string(port_);
}

void FakeProxy::answers(std::string bytes) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(bytes);
}

std::vector<std::string> FakeProxy::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void FakeProxy::accept_loop() {
  for (;;) {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const std::lock_guard lock(mutex_);
    if (stopping_ || client.get() < 0) return;
    clients_.push_back(client.get());
    threads_.emplace_back([this, client = std::move(client)]() mutable {
      serve(client);
      const std::lock_guard leaving(mutex_);
      clients_.erase(std::find(clients_.begin(), clients_.end(), client.get()));
      client.close();
    });
  }
}

void FakeProxy::serve(const Descriptor& client) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    if (read_some(client.get(), head, deadline) != ReadEnd::data) return;
  }
  std::string answer;
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
    answer = answer_;
  }
  if (!answer.empty()) {
    write_all(client.get(), answer);
    ::shutdown(client.get(), SHUT_WR);
    std::string rest;  // what is unread at the close would turn it into a reset
    while (read_some(client.get(), rest, std::chrono::steady_clock::now() + kPatience) ==
           ReadEnd::data) {
    }
    return;
  }
  const Descriptor provider = connect_to_loopback(leads_to_);
  if (write_all(client.get(), "HTTP/1.1 200 Connection established\r\n\r\n")) {
    carry(client.get(), provider.get());
  }
}

}  // namespace arouter::test
