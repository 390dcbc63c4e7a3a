// Source: RFC 1035, section 4: the messages of DNS.
#include "tests/integration/fake_dns.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace arouter::test {

namespace {

constexpr std::size_t kHead = 12;
constexpr std::size_t kMostMessage = 512;

/// A loopback address that no other test has.
std::string own_address() {
  const auto pid = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(1 + pid % 250) + "." + std::to_string(pid / 250 % 250) + ".53";
}

Descriptor bind_name_server(const std::string& address) {
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(53);
  ::inet_pton(AF_INET, address.c_str(), &place.sin_addr);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) {
    throw std::runtime_error("no name server at " + address);
  }
  return socket;
}

/// Behind the name that a question begins with, its type and its class.
std::size_t end_of_question(const std::string& message) {
  std::size_t at = kHead;
  while (at < message.size() && message[at] != '\0') {
    at += static_cast<unsigned char>(message[at]) + std::size_t{1};
  }
  return std::min(at + 5, message.size());
}

bool asks_for_ipv4(const std::string& message) {
  const std::size_t end = end_of_question(message);
  return end >= kHead + 4 && message[end - 4] == '\0' && message[end - 3] == '\1';
}

}  // namespace

FakeDns::FakeDns() : address_(own_address()), socket_(bind_name_server(address_)) {
  open_.open();
  thread_ = std::thread([this] { serve(); });
}

FakeDns::~FakeDns() {
  open_.open();
  ::shutdown(socket_.get(), SHUT_RDWR);  // ends recvfrom()
  thread_.join();
}

bool FakeDns::may_run() {
  const std::string command = "unshare -m mount --bind /etc/hosts /etc/resolv.conf 2>/dev/null";
  return ::geteuid() == 0 && std::system(command.c_str()) == 0;
}

void FakeDns::says(DnsAnswer answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

void FakeDns::waits_for(const Gate& gate) {
  const std::lock_guard lock(mutex_);
  open_ = gate;
}

int FakeDns::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

std::vector<std::string> FakeDns::launcher(const TempDir& folder) const {
  const std::string file =
      folder.write("resolv.conf", "nameserver " + address_ + "\noptions timeout:1 attempts:1\n")
          .string();
  return {"/usr/bin/unshare",
          "-m",
          "/bin/sh",
          "-c",
          "mount --bind " + file + " /etc/resolv.conf && exec \"$@\"",
          "sh"};
}

std::string FakeDns::answer_to(const std::string& question, const DnsAnswer& said) const {
  const bool is_ipv4 = asks_for_ipv4(question);
  std::string answer = question.substr(0, end_of_question(question));
  const bool has_name = said.kind != DnsAnswer::Kind::no_such_name;
  const bool failed = said.kind == DnsAnswer::Kind::server_failure;
  answer[2] = '\x81';  // a response; recursion was wanted
  answer[3] = static_cast<char>(0x80 | (failed ? 2 : has_name ? 0 : 3));
  const std::size_t count = is_ipv4 ? said.addresses.size() : 0;
  answer[6] = '\0';
  answer[7] = static_cast<char>(count);
  for (std::size_t i = 8; i < kHead; ++i) answer[i] = '\0';
  for (std::size_t i = 0; i < count; ++i) {
    // The question's name, A, IN, a minute, four bytes.
    answer += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
    for (const std::uint8_t byte : said.addresses[i]) answer += static_cast<char>(byte);
  }
  return answer;
}

void FakeDns::serve() {
  for (;;) {
    std::string message(kMostMessage, '\0');
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_.get(), message.data(), message.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &size);
    if (got < static_cast<ssize_t>(kHead)) return;
    message.resize(static_cast<std::size_t>(got));
    Gate gate;
    DnsAnswer said;
    {
      const std::lock_guard lock(mutex_);
      if (asks_for_ipv4(message)) ++questions_;
      gate = open_;
      said = answer_;
    }
    if (asks_for_ipv4(message)) asked_.open();  // only now may a test say something else
    gate.wait();
    if (said.kind == DnsAnswer::Kind::silence) continue;
    const std::string answer = answer_to(message, said);
    ::sendto(socket_.get(), answer.data(), answer.size(), 0,
             reinterpret_cast<const sockaddr*>(&from), size);
  }
}

}  // namespace arouter::test
