#include "daemon/upstream/resolver.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <mutex>

#include "shared/origin.hpp"

namespace arouter::daemon {

namespace {

constexpr std::chrono::minutes kFresh{1};
constexpr std::chrono::hours kStale{1};

Error dns_error(const std::string& host, const char* why) {
  Error error = upstream_error(ErrorKind::upstream_unreachable,
                               "the provider's host name " + std::string(why), "host " + host);
  error.code = "upstream_dns";
  return error;
}

}  // namespace

bool is_address_allowed(const asio::ip::address& address) {
  if (address.is_v4()) return !is_forbidden_host(address.to_string());
  const asio::ip::address_v6 without_zone(address.to_v6().to_bytes());
  return !is_forbidden_host(without_zone.to_string());
}

std::vector<asio::ip::address> by_turns(const std::vector<asio::ip::address>& addresses) {
  std::vector<asio::ip::address> preferred, other, ordered;
  for (const asio::ip::address& address : addresses) {
    (address.is_v6() == addresses.front().is_v6() ? preferred : other).push_back(address);
  }
  for (std::size_t i = 0; i < std::max(preferred.size(), other.size()); ++i) {
    if (i < preferred.size()) ordered.push_back(preferred[i]);
    if (i < other.size()) ordered.push_back(other[i]);
  }
  return ordered;
}

/// A look-up may end when its loop no longer runs, on another thread.
struct Resolver::Link {
  std::mutex mutex;  // guards what follows
  Loop* loop;        // null: gone
};

namespace {

/// What a look-up and its waiter share: the waiter may give up first. Threads: the loop's.
struct Lookup {
  Lookups::Addresses addresses;
  Signal done;
};

}  // namespace

Resolver::Resolver(Loop& loop, Deadlines& deadlines, Lookups& lookups)
    : loop_(loop), deadlines_(deadlines), lookups_(lookups), link_(std::make_shared<Link>()) {
  link_->loop = &loop;
}

Resolver::~Resolver() {
  const std::lock_guard lock(link_->mutex);
  link_->loop = nullptr;
}

Awaitable<std::vector<asio::ip::address>> Resolver::look_up(std::string host, TimePoint deadline) {
  const auto lookup = std::make_shared<Lookup>();
  // At the deadline a look-up is left behind, not waited for.
  Deadlines::Entry entry(deadlines_,
                         [this, lookup] { asio::post(loop_, [lookup] { lookup->done.fire(); }); });
  entry.set(deadline);
  const auto found = [link = link_, lookup](const Lookups::Addresses& addresses) {
    const std::lock_guard lock(link->mutex);
    if (link->loop == nullptr) return;
    asio::post(*link->loop, [lookup, addresses] {
      lookup->addresses = addresses;
      lookup->done.fire();
    });
  };
  lookups_.look_up(host, found);
  co_await lookup->done.wait();
  co_return lookup->addresses;
}

Awaitable<Result<std::vector<asio::ip::address>>> Resolver::resolve(std::string host,
                                                                    TimePoint deadline) {
  boost::system::error_code not_literal;
  const asio::ip::address literal = asio::ip::make_address(host, not_literal);
  std::vector<asio::ip::address> addresses;
  if (!not_literal) {
    addresses.push_back(literal);
  } else {
    const auto known = known_.find(host);
    if (known != known_.end() && Clock::now() - known->second.since < kFresh) {
      addresses = known->second.addresses;
    } else {
      addresses = co_await look_up(host, deadline);
      if (!addresses.empty()) {
        known_[host] = {addresses, Clock::now()};
      } else if (const auto before = known_.find(host);  // other look-ups may have moved it
                 before != known_.end() && Clock::now() - before->second.since < kStale) {
        addresses = before->second.addresses;
      }
    }
  }
  if (addresses.empty()) co_return dns_error(host, "could not be resolved");
  std::erase_if(addresses, [](const auto& address) { return !is_address_allowed(address); });
  if (addresses.empty()) co_return dns_error(host, "leads to an address that is never allowed");
  co_return by_turns(addresses);
}

}  // namespace arouter::daemon
