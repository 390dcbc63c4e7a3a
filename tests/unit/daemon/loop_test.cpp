// What stands on the event loop and can be tested without a connection. In one file, unlike other
// tests: Asio's headers take longer to compile than all of this.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "daemon/deadlines.hpp"
#include "daemon/drain.hpp"
#include "daemon/edge/listener.hpp"
#include "daemon/upstream/resolver.hpp"

namespace arouter::daemon {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Entry = Deadlines::Entry;

/// Deadlines of a loop that never runs: time passes by sweeping.
struct Swept {
  Loop loop;
  Deadlines deadlines{loop};
  TimePoint now = Clock::now();
  Entry idle{deadlines, [] {}};  // the first one set reads the real clock

  Swept() { idle.set(now + hours(10'000)); }
  void pass(Clock::duration time) {
    now += time;
    deadlines.sweep(now);
  }
};

std::string text_of(const Result<asio::ip::tcp::endpoint>& endpoint) {
  if (!endpoint) return "refused";
  return endpoint->address().to_string() + " " + std::to_string(endpoint->port());
}

bool is_allowed(const std::string& address) {
  return is_address_allowed(asio::ip::make_address(address));
}

/// A socket that listens on a free port of the loopback address.
struct Occupied {
  Loop loop;
  asio::ip::tcp::acceptor acceptor{loop,
                                   asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::string address() const {
    return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  }
};

}  // namespace

TEST_SUITE("deadlines") {
  TEST_CASE("a deadline fires when it has come, and once") {
    Swept swept;
    int fired = 0;
    Entry entry(swept.deadlines, [&] { ++fired; });
    entry.set(swept.now + seconds(3));
    swept.pass(milliseconds(2999));
    CHECK(fired == 0);
    CHECK(!entry.expired());
    swept.pass(milliseconds(1));
    CHECK(fired == 1);
    CHECK(entry.expired());
    swept.pass(seconds(1));
    CHECK(fired == 1);
  }

  TEST_CASE("a deadline that is cleared does not fire") {
    Swept swept;
    Entry entry(swept.deadlines, [] { CHECK(false); });
    entry.clear();
    entry.set(swept.now + seconds(1));
    entry.clear();
    entry.clear();
    {
      Entry gone(swept.deadlines, [] { CHECK(false); });
      gone.set(swept.now);
    }
    swept.pass(seconds(2));
    CHECK(!entry.expired());
  }

  TEST_CASE("the last deadline set is the one that counts") {
    Swept swept;
    int fired = 0;
    Entry entry(swept.deadlines, [&] { ++fired; });
    entry.set(swept.now + seconds(1));
    entry.set(swept.now + seconds(3));
    swept.pass(seconds(2));
    CHECK(fired == 0);
    entry.set(swept.now);
    swept.pass(milliseconds(100));
    CHECK(fired == 1);
    entry.set(swept.now + seconds(1));
    CHECK(!entry.expired());
    swept.pass(seconds(1));
    CHECK(fired == 2);
  }

  TEST_CASE("what fires may set itself again, for the next sweep at the earliest") {
    Swept swept;
    int fired = 0;
    Entry* self = nullptr;
    Entry entry(swept.deadlines, [&] {
      ++fired;
      self->set(swept.now - seconds(1));
    });
    self = &entry;
    entry.set(swept.now);
    swept.pass(milliseconds(100));
    CHECK(fired == 1);
    swept.pass(milliseconds(100));
    CHECK(fired == 2);
  }

  TEST_CASE("what fires may clear, set and destroy all others") {
    for (std::size_t first = 0; first < 5; ++first) {
      for (std::size_t other = 0; other < 5; ++other) {
        if (first == other) continue;
        CAPTURE(first);
        CAPTURE(other);
        for (const int what : {0, 1, 2}) {
          Swept swept;
          std::vector<int> fired(5);
          std::vector<std::unique_ptr<Entry>> entries;
          for (std::size_t i = 0; i < 5; ++i) {
            entries.push_back(std::make_unique<Entry>(swept.deadlines, [&, i] {
              ++fired[i];
              if (i != first) return;
              if (what == 0) entries[other]->clear();
              if (what == 1) entries[other].reset();
              if (what == 2) entries[other]->set(swept.now + seconds(1));
            }));
          }
          for (const auto& entry : entries) entry->set(swept.now);
          swept.pass(milliseconds(100));
          for (std::size_t i = 0; i < 5; ++i) {
            if (i != other) CHECK(fired[i] == 1);
          }
          const int before = fired[other];  // it may have come first
          CHECK(before <= 1);
          swept.pass(seconds(1));
          CHECK(fired[other] == before + (what == 2 ? 1 : 0));
        }
      }
    }
  }

  TEST_CASE("after a long gap every deadline moves by it: nobody was slow") {
    Swept swept;
    std::vector<int> fired(2);
    Entry near(swept.deadlines, [&] { ++fired[0]; });
    Entry far(swept.deadlines, [&] { ++fired[1]; });
    near.set(swept.now + seconds(2));
    far.set(swept.now + hours(2));
    swept.pass(milliseconds(100));
    swept.pass(hours(1));
    CHECK(fired == std::vector<int>{0, 0});
    swept.pass(milliseconds(1899));
    CHECK(fired[0] == 0);
    swept.pass(milliseconds(1));
    CHECK(fired[0] == 1);
    swept.pass(milliseconds(100));
    for (int i = 0; i < 7196 / 2; ++i) swept.pass(seconds(2));
    CHECK(fired[1] == 0);
    swept.pass(seconds(2));
    CHECK(fired[1] == 1);
  }

  TEST_CASE("five seconds between two sweeps are no gap") {
    Swept swept;
    int fired = 0;
    Entry entry(swept.deadlines, [&] { ++fired; });
    swept.pass(milliseconds(100));
    entry.set(swept.now + seconds(4));
    swept.pass(seconds(5));
    CHECK(fired == 1);
  }

  TEST_CASE("a deadline set once the gap is over does not move") {
    Swept swept;
    int fired = 0;
    Entry old(swept.deadlines, [] {});
    Entry entry(swept.deadlines, [&] { ++fired; });
    old.set(swept.now + seconds(1));
    swept.pass(milliseconds(100));
    // The machine sleeps; what happens first when it wakes is a request, then the sweep.
    entry.set(swept.now + hours(8) + seconds(2));
    swept.pass(hours(8));
    swept.pass(seconds(2));
    CHECK(fired == 1);
  }

  TEST_CASE("a deadline set just before the gap, and missed in it, moves") {
    Swept swept;
    int fired = 0;
    Entry entry(swept.deadlines, [&] { ++fired; });
    swept.pass(milliseconds(100));
    entry.set(swept.now + seconds(2));
    swept.pass(hours(8));
    CHECK(fired == 0);
    swept.pass(seconds(2));
    CHECK(fired == 1);
  }

  TEST_CASE("the loop sweeps by itself, and runs dry when nothing waits") {
    Loop loop;
    Deadlines deadlines(loop);
    std::vector<int> order;
    Entry second(deadlines, [&] { order.push_back(2); });
    Entry first(deadlines, [&] {
      order.push_back(1);
      second.set(Clock::now());
    });
    first.set(Clock::now());
    loop.run();
    CHECK(order == std::vector<int>{1, 2});
    // A second life: the timer starts again with the next deadline.
    loop.restart();
    first.set_in(milliseconds(0));
    loop.run();
    CHECK(order == std::vector<int>{1, 2, 1, 2});
  }

  TEST_CASE("once stopped nothing fires, and the loop is dry at once") {
    Loop loop;
    Deadlines deadlines(loop);
    Entry entry(deadlines, [] { CHECK(false); });
    entry.set(Clock::now());
    deadlines.stop();
    loop.run();
    loop.restart();
    entry.clear();
    entry.set(Clock::now());
    CHECK(loop.run() == 0);
  }

  TEST_CASE("a sweep that is told to stop is the last") {
    Loop loop;
    Deadlines deadlines(loop);
    Entry later(deadlines, [] { CHECK(false); });
    Entry entry(deadlines, [&] { deadlines.stop(); });
    later.set(Clock::now() + hours(1));
    entry.set(Clock::now());
    CHECK(loop.run() == 1);
  }
}

TEST_SUITE("listen addresses") {
  TEST_CASE("an address is an IP address and a port") {
    CHECK(text_of(decode_listen_address("127.0.0.1:18080")) == "127.0.0.1 18080");
    CHECK(text_of(decode_listen_address("[::1]:18080")) == "::1 18080");
    CHECK(text_of(decode_listen_address("localhost:0")) == "127.0.0.1 0");
    CHECK(text_of(decode_listen_address("0.0.0.0:65535")) == "0.0.0.0 65535");
    CHECK(text_of(decode_listen_address("[::]:80")) == ":: 80");
  }

  TEST_CASE("anything else is refused, and shown as it was given") {
    for (const std::string text : {"",
                                   ":",
                                   "18080",
                                   ":18080",
                                   "127.0.0.1",
                                   "127.0.0.1:",
                                   "127.0.0.1:65536",
                                   "127.0.0.1:-1",
                                   "127.0.0.1:+1",
                                   "127.0.0.1: 1",
                                   "127.0.0.1:1x",
                                   "127.0.0.1:0x50",
                                   "127.1:80",
                                   "[::1]",
                                   "[::1]:",
                                   "[::1]80",
                                   "[]:80",
                                   "[::1:80",
                                   "::1:18080",
                                   ":::80",
                                   "::1]:80",
                                   "[127.0.0.1]:80",
                                   "example.com:80",
                                   "LOCALHOST:80",
                                   "[localhost]:80",
                                   "127.0.0.1:80:80",
                                   " 127.0.0.1:80",
                                   "http://127.0.0.1:80",
                                   "*:80"}) {
      CAPTURE(text);
      const Result<asio::ip::tcp::endpoint> endpoint = decode_listen_address(text);
      REQUIRE(endpoint.has_error());
      CHECK(http_status(endpoint.error()) == 400);
      CHECK(endpoint.error().message.find("'" + text + "'") == 0);
    }
  }

  TEST_CASE("a free port is one for all that ask for it") {
    const Result<Endpoints> claimed =
        claim_addresses({"127.0.0.1:0", "127.0.0.2:0", "127.0.0.3:0"});
    REQUIRE(claimed.has_value());
    REQUIRE(claimed->size() == 3);
    CHECK(claimed->front().port() != 0);
    for (const auto& endpoint : *claimed) CHECK(endpoint.port() == claimed->front().port());
    CHECK((*claimed)[2].address().to_string() == "127.0.0.3");
  }

  TEST_CASE("a port that somebody has is refused, by name") {
    const Occupied occupied;
    const Result<Endpoints> claimed = claim_addresses({"127.0.0.1:0", occupied.address()});
    REQUIRE(claimed.has_error());
    CHECK(claimed.error().message.find("cannot listen on " + occupied.address()) == 0);
    CHECK(claimed.error().message.find("another program has this port") != std::string::npos);
  }

  TEST_CASE("an address that this machine has not is left out, unless it is the only one") {
    // 192.0.2.0/24 is for documentation: no machine has it.
    const Result<Endpoints> some = claim_addresses({"192.0.2.1:0", "127.0.0.1:0"});
    REQUIRE(some.has_value());
    REQUIRE(some->size() == 1);
    CHECK(some->front().address().to_string() == "127.0.0.1");
    const Result<Endpoints> none = claim_addresses({"192.0.2.1:0"});
    REQUIRE(none.has_error());
    CHECK(none.error().message.find("cannot listen on 192.0.2.1:") == 0);
  }

  TEST_CASE("a daemon that listens nowhere does not start") {
    CHECK(claim_addresses({}).has_error());
    CHECK(claim_addresses({"127.0.0.1:0", "x"}).has_error());
  }
}

TEST_SUITE("provider addresses") {
  TEST_CASE("public, private and loopback addresses may be a provider's") {
    for (const std::string address :
         {"127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "1.1.1.1", "100.64.0.1",
          "169.253.255.255", "169.255.0.1", "223.255.255.255", "::1", "fd00::1", "2606:4700::1",
          "::ffff:127.0.0.1", "64:ff9b::1.1.1.1", "fd00:ec2::253"}) {
      CAPTURE(address);
      CHECK(is_allowed(address));
    }
  }

  TEST_CASE("link-local, metadata and unusable addresses never are, however they are written") {
    for (const std::string address : {"0.0.0.0",
                                      "0.1.2.3",
                                      "169.254.0.0",
                                      "169.254.169.254",
                                      "169.254.255.255",
                                      "224.0.0.1",
                                      "239.255.255.255",
                                      "240.0.0.1",
                                      "255.255.255.255",
                                      "100.100.100.200",
                                      "168.63.129.16",
                                      "192.0.0.192",
                                      "::",
                                      "fe80::1",
                                      "febf::1",
                                      "fe80::1%1",
                                      "ff02::1",
                                      "ff0e::1",
                                      "fd00:ec2::254",
                                      "fd00:ec2::254%1",
                                      "::ffff:169.254.169.254",
                                      "::ffff:100.100.100.200",
                                      "::ffff:0.0.0.0",
                                      "64:ff9b::169.254.169.254"}) {
      CAPTURE(address);
      CHECK(!is_allowed(address));
    }
  }

  TEST_CASE("addresses of both families are tried by turns, beginning with that of the first") {
    const auto order = [](std::initializer_list<const char*> texts) {
      std::vector<asio::ip::address> addresses;
      for (const char* text : texts) addresses.push_back(asio::ip::make_address(text));
      std::string ordered;
      for (const auto& address : by_turns(addresses)) ordered += address.to_string() + " ";
      return ordered;
    };
    CHECK(order({"2001::1", "2001::2", "2001::3", "1.0.0.1", "1.0.0.2"}) ==
          "2001::1 1.0.0.1 2001::2 1.0.0.2 2001::3 ");
    CHECK(order({"1.0.0.1", "2001::1", "1.0.0.2", "1.0.0.3"}) ==
          "1.0.0.1 2001::1 1.0.0.2 1.0.0.3 ");
    CHECK(order({"1.0.0.1", "1.0.0.2"}) == "1.0.0.1 1.0.0.2 ");
    CHECK(order({"::1"}) == "::1 ");
    CHECK(order({}).empty());
  }
}

TEST_SUITE("drain") {
  TEST_CASE("an answer is read on for a minute, and then given up once") {
    Swept swept;
    std::atomic<std::size_t> running{0};
    int given_up = 0;
    {
      Drain drain;
      CHECK_FALSE(drain.begun());
      REQUIRE(drain.begin(swept.deadlines, running, [&] { ++given_up; }));
      CHECK(drain.begun());
      CHECK(running == 1);
      swept.pass(seconds(4));
      CHECK(given_up == 0);
      for (int i = 0; i < 29; ++i) swept.pass(seconds(2));  // a longer gap would be a sleep
      CHECK(given_up == 1);
      swept.pass(seconds(4));
      CHECK(given_up == 1);
    }
    CHECK(running == 0);
  }

  TEST_CASE("no more than 32 run at once, and each gives its place back") {
    Swept swept;
    std::atomic<std::size_t> running{0};
    std::vector<std::unique_ptr<Drain>> drains;
    const auto begin = [&] {
      drains.push_back(std::make_unique<Drain>());
      return drains.back()->begin(swept.deadlines, running, [] {});
    };
    for (int i = 0; i < 32; ++i) CHECK(begin());
    CHECK_FALSE(begin());
    CHECK_FALSE(drains.back()->begun());
    drains.pop_back();
    drains.pop_back();
    CHECK(running == 31);
    CHECK(begin());
    drains.clear();
    CHECK(running == 0);
  }
}

}  // namespace arouter::daemon
