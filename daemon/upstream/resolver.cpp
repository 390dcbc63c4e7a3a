#include "daemon/upstream/resolver.hpp"

namespace arouter::daemon {

namespace {

using NameResolver = asio::ip::basic_resolver<asio::ip::tcp, LoopExecutor>;

constexpr std::chrono::minutes kFresh{1};
constexpr std::chrono::hours kStale{1};

Error dns_error(const std::string& host, const char* why) {
  Error error = upstream_error(ErrorKind::upstream_unreachable,
                               "the provider's host name " + std::string(why), "host " + host);
  error.code = "upstream_dns";
  return error;
}

bool is_metadata(const asio::ip::address& address) {
  static const asio::ip::address kAmazonV6 = asio::ip::make_address("fd00:ec2::254");
  static const asio::ip::address kAlibaba = asio::ip::make_address("100.100.100.200");
  return address == kAmazonV6 || address == kAlibaba;
}

}  // namespace

bool is_address_allowed(const asio::ip::address& address) {
  if (address.is_unspecified() || address.is_multicast() || is_metadata(address)) return false;
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return !(bytes[0] == 169 && bytes[1] == 254) && bytes[0] != 0;
  }
  const asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) {
    return is_address_allowed(asio::ip::make_address_v4(asio::ip::v4_mapped, v6));
  }
  return !v6.is_link_local();
}

namespace {

/// What a look-up and its waiter share: the waiter may give up first.
struct Lookup {
  explicit Lookup(Loop& loop) : resolver(loop) {}
  NameResolver resolver;
  std::vector<asio::ip::address> addresses;
  Signal done;
};

}  // namespace

Awaitable<std::vector<asio::ip::address>> Resolver::look_up(std::string host, TimePoint deadline) {
  const auto lookup = std::make_shared<Lookup>(loop_);
  // A blocked look-up cannot be cancelled; at the deadline it is left behind, not waited for.
  Deadlines::Entry entry(deadlines_,
                         [this, lookup] { asio::post(loop_, [lookup] { lookup->done.fire(); }); });
  entry.set(deadline);
  auto take = [lookup](const boost::system::error_code& failure,
                       const NameResolver::results_type& results) {
    if (!failure) {
      for (const auto& result : results) {
        lookup->addresses.push_back(result.endpoint().address());
        if (lookup->addresses.size() == 16) break;
      }
    }
    lookup->done.fire();
  };
  lookup->resolver.async_resolve(host, "", take);
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
      } else if (known != known_.end() && Clock::now() - known->second.since < kStale) {
        addresses = known->second.addresses;
      }
    }
  }
  if (addresses.empty()) co_return dns_error(host, "could not be resolved");
  std::erase_if(addresses, [](const auto& address) { return !is_address_allowed(address); });
  if (addresses.empty()) co_return dns_error(host, "leads to an address that is never allowed");
  co_return addresses;
}

}  // namespace arouter::daemon
