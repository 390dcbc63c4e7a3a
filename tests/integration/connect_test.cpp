// Hosts with several addresses, of which some are broken: which one is used, and how soon.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// An address that answers no SYN: a listener with a full backlog that never accepts.
class BlackHole {
 public:
  /// `address`: "::1" or one of 127.0.0.0/8; port 0 takes a free one. Throws when it is taken.
  explicit BlackHole(const char* address, std::uint16_t port = 0) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&place_);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&place_);
    if (::inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(port);
      size_ = sizeof *v6;
    } else {
      must(::inet_pton(AF_INET, address, &v4->sin_addr) == 1);
      v4->sin_family = AF_INET;
      v4->sin_port = htons(port);
      size_ = sizeof *v4;
    }
    listener_ = new_socket(0);
    must(::bind(listener_.get(), place(), size_) == 0 && ::listen(listener_.get(), 0) == 0 &&
         ::getsockname(listener_.get(), place(), &size_) == 0);
    fill();
  }

  std::uint16_t port() const {  // it stands at the same place in both kinds of address
    return ntohs(reinterpret_cast<const sockaddr_in*>(&place_)->sin_port);
  }

 private:
  static void must(bool good) {
    if (!good) throw std::runtime_error("no black hole at this address");
  }
  Descriptor new_socket(int flags) const {
    return Descriptor(::socket(place_.ss_family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  }
  sockaddr* place() { return reinterpret_cast<sockaddr*>(&place_); }

  /// One connection is all that a backlog of nothing holds; the others wait for ever behind it.
  void fill() {
    for (Descriptor& each : fillers_) {
      each = new_socket(SOCK_NONBLOCK);
      ::connect(each.get(), place(), size_);
      pollfd connected{.fd = each.get(), .events = POLLOUT, .revents = 0};
      if (&each == &fillers_[0]) must(::poll(&connected, 1, 5'000) == 1);
    }
  }

  sockaddr_storage place_{};
  socklen_t size_ = 0;
  Descriptor listener_;
  Descriptor fillers_[3];
};

/// Starts what follows where these lines are the host names that there are.
std::vector<std::string> among_hosts(const std::string& lines) {
  return {"/usr/bin/unshare",
          "-m",
          "/bin/sh",
          "-c",
          "hosts=$(mktemp) && printf '" + lines +
              "' > $hosts && mount --bind $hosts /etc/hosts && rm $hosts && exec \"$@\"",
          "sh"};
}

constexpr const char* kTwofold = "::1 twofold.test\\n127.0.0.1 twofold.test\\n";

/// Whether this test may have host names of its own, and knows IPv6.
bool may_name_hosts() {
  const std::string command =
      "unshare -m sh -c 'mount --bind /etc/passwd /etc/hosts' 2>/dev/null && "
      "grep -q . /proc/net/if_inet6";
  const bool may = ::geteuid() == 0 && std::system(command.c_str()) == 0;
  if (!may) MESSAGE("not run: host names of one's own need root's mounts");
  return may;
}

std::string provider_at(const std::string& host, std::uint16_t port, int connect_ms) {
  return "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 1\n[[provider]]\nname = "
         "\"acme\"\nbase_url = "
         "\"http://" +
         host + ":" + std::to_string(port) +
         "/v1\"\nkeys = [{ env = \"ACME_KEY\" }]\nallow_insecure = true\n"
         "breaker = { failures = 0 }\ntimeouts = { connect_ms = " +
         std::to_string(connect_ms) +
         " }\n[[provider.model]]\nid = \"model-a\"\n"
         "pricing = { prompt = \"0\", completion = \"0\" }\n";
}

/// One port, silent on ::1 and on 127.0.0.1. A port that is free on one of them may be some other
/// process's connection on the other, so it is tried a few times.
struct TwofoldHole {
  TwofoldHole() {
    for (int tries_left = 50; !second; --tries_left) {
      first.emplace("::1");
      try {
        second.emplace("127.0.0.1", first->port());
      } catch (const std::runtime_error&) {
        if (tries_left == 0) throw;
      }
    }
  }
  std::uint16_t port() const { return first->port(); }
  std::optional<BlackHole> first, second;
};

/// A daemon in whose eyes twofold.test is ::1 first and 127.0.0.1 second.
struct TwofoldWorld {
  TwofoldWorld(std::uint16_t port, int connect_ms)
      : daemon(home, provider_at("twofold.test", port, connect_ms), {}, among_hosts(kTwofold)) {
    must_listen(daemon);
  }
  std::string request() const {
    return post(daemon.port(), kChatPath, daemon.key(), chat_json(false));
  }
  TempDir home;
  DaemonProcess daemon;
};

}  // namespace

TEST_SUITE("connecting") {
  TEST_CASE("where IPv6 is a black hole, IPv4 answers a quarter of a second later") {
    if (!may_name_hosts()) return;
    FakeProvider provider;
    const BlackHole hole("::1", provider.port());
    const TwofoldWorld world(provider.port(), 15'000);
    provider.plays(Script().send(json_answer(200, chat_body("a"))));
    const auto before = SteadyClock::now();
    CHECK(call(world.daemon.port(), world.request()).status == 200);
    const auto took = SteadyClock::now() - before;
    CHECK(took >= std::chrono::milliseconds(250));
    CHECK(took < std::chrono::seconds(10));
  }

  TEST_CASE("an address that refuses costs nothing") {
    if (!may_name_hosts()) return;
    FakeProvider provider;  // on 127.0.0.1 alone
    const TwofoldWorld world(provider.port(), 15'000);
    provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(call(world.daemon.port(), world.request()).status == 200);
    CHECK(provider.connections() == 1);
  }

  TEST_CASE("addresses that all refuse are a 502, and are told apart in the log") {
    if (!may_name_hosts()) return;
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    const TwofoldWorld world(port, 15'000);
    const RawResponse answer = call(world.daemon.port(), world.request());
    CHECK(answer.status == 502);
    CHECK(error_code_of(answer) == "upstream_connect");
    CHECK(world.daemon.wait_for_errors("::1: Connection refused; 127.0.0.1: Connection refused"));
  }

  TEST_CASE("addresses that all say nothing end at the deadline, whatever their number") {
    if (!may_name_hosts()) return;
    const TwofoldHole hole;
    const TwofoldWorld world(hole.port(), 400);
    const auto before = SteadyClock::now();
    const RawResponse answer = call(world.daemon.port(), world.request());
    CHECK(answer.status == 504);
    CHECK(error_code_of(answer) == "upstream_timeout");
    CHECK(SteadyClock::now() - before < std::chrono::seconds(8));
  }

  TEST_CASE("a client that leaves while its provider is dialled ends that at once") {
    std::optional<TwofoldHole> twofold;
    std::optional<BlackHole> single;
    const bool several = may_name_hosts();
    if (several)
      twofold.emplace();
    else
      single.emplace("127.0.0.1");
    const std::uint16_t port = several ? twofold->port() : single->port();
    constexpr int kLong = 600'000;
    TempDir home;
    DaemonProcess daemon(home, provider_at(several ? "twofold.test" : "127.0.0.1", port, kLong), {},
                         several ? among_hosts(kTwofold) : std::vector<std::string>());
    must_listen(daemon);
    {
      RawClient client(daemon.port());
      client.send(post(daemon.port(), kChatPath, daemon.key(), chat_json(false)));
      // One loop that has answered what came later has read what came before.
      call(daemon.port(), get(daemon.port(), "/v1/models", daemon.key()));
      client.reset();
    }
    const std::vector<Row> rows = wait_for_rows(state_of(home), 1);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "client_gone");
    daemon.signal(SIGTERM);
    CHECK(daemon.wait_for_exit() == 0);
  }

  TEST_CASE("a provider whose only address says nothing gives way to the next in time") {
    FakeProvider good;
    const BlackHole hole("127.0.0.1");
    const std::string at_hole = "http://127.0.0.1:" + std::to_string(hole.port()) + "/v1";
    TempDir home;
    DaemonProcess daemon(
        home,
        encode_config({.provider = "timeouts = { connect_ms = 300 }\n",
                       .tail = "[[model]]\nid = \"of/both\"\nendpoints = [{ provider = \"acme\", "
                               "model = \"model-a\" }, { provider = \"beta\", model = \"model-a\" "
                               "}]\n"},
                      {at_hole, good.base_url()}));
    must_listen(daemon);
    good.always(Script().send(json_answer(200, chat_body("a"))));
    const std::string body = R"({"model":"of/both","messages":[{"role":"user","content":"hi"}],)"
                             R"("provider":{"order":["acme","beta"]}})";
    const RawResponse answer =
        call(daemon.port(), post(daemon.port(), kChatPath, daemon.key(), body));
    CHECK(answer.status == 200);
    CHECK(good.requests().size() == 1);
  }
}

}  // namespace arouter::test
