// Host names to addresses, off the loop, cached, and checked: link-local and metadata addresses are
// refused here, after resolution, so that no name can lead to them.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/deadlines.hpp"
#include "daemon/loop.hpp"
#include "daemon/upstream/lookups.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// False for addresses no provider may have: unspecified, link-local, multicast, cloud metadata.
bool is_address_allowed(const asio::ip::address& address);

/// The same addresses, the families by turns, beginning with that of the first (RFC 8305, 4): one
/// broken family costs one attempt, however many addresses it has.
std::vector<asio::ip::address> by_turns(const std::vector<asio::ip::address>& addresses);

/// Threads: its loop's; the look-up itself runs elsewhere.
class Resolver {
 public:
  Resolver(Loop& loop, Deadlines& deadlines, Lookups& lookups);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Addresses of `host` (a name or a literal), at least one, in the order to try them. Cached for
  /// a minute; when a look-up fails, an answer of up to an hour ago is used. Errors:
  /// upstream_unreachable, code "upstream_dns".
  Awaitable<Result<std::vector<asio::ip::address>>> resolve(std::string host, TimePoint deadline);

 private:
  struct Known {
    std::vector<asio::ip::address> addresses;
    TimePoint since;
  };
  Awaitable<std::vector<asio::ip::address>> look_up(std::string host, TimePoint deadline);

  struct Link;  // to the loop, for as long as it is there

  Loop& loop_;
  Deadlines& deadlines_;
  Lookups& lookups_;
  std::shared_ptr<Link> link_;
  std::unordered_map<std::string, Known> known_;  // hosts of the configuration only
};

}  // namespace arouter::daemon
