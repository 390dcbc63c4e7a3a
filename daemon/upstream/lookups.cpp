#include "daemon/upstream/lookups.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace arouter::daemon {

namespace {

Lookups::Addresses ask_system(const std::string& host) {
  asio::io_context own;
  asio::ip::tcp::resolver resolver(own);
  boost::system::error_code failure;
  Lookups::Addresses addresses;
  for (const auto& result : resolver.resolve(host, "", failure)) {
    addresses.push_back(result.endpoint().address());
    if (addresses.size() == Lookups::kMostAddresses) break;
  }
  return addresses;
}

}  // namespace

struct Lookups::State {
  std::mutex mutex;                                             // guards what follows
  std::unordered_map<std::string, std::vector<Found>> waiting;  // of each name asked for
  std::deque<std::string> queue;                                // names that no thread has taken
  std::size_t threads = 0;
  bool closed = false;

  /// The mutex is held.
  void tell(const std::string& host, const Addresses& addresses) {
    const auto asked = waiting.extract(host);
    for (const Found& found : asked.mapped()) found(addresses);
  }

  /// A thread's life: it ends when there is nothing to look up.
  void run() {
    std::unique_lock lock(mutex);
    while (!queue.empty() && !closed) {
      const std::string host = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      const Addresses addresses = ask_system(host);
      lock.lock();
      // Told under the lock: whoever closes us knows that nobody is being told any more.
      if (closed) break;
      tell(host, addresses);
    }
    --threads;
  }
};

Lookups::Lookups() : state_(std::make_shared<State>()) {}

Lookups::~Lookups() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
}

void Lookups::look_up(const std::string& host, Found found) {
  const std::lock_guard lock(state_->mutex);
  std::vector<Found>& waiting = state_->waiting[host];
  waiting.push_back(std::move(found));
  if (waiting.size() > 1) return;
  state_->queue.push_back(host);
  if (state_->threads == kMostThreads) return;
  try {
    std::thread([state = state_] { state->run(); }).detach();
    ++state_->threads;
  } catch (const std::system_error&) {
    if (state_->threads > 0) return;  // one of those there are takes it
    state_->queue.pop_back();
    state_->tell(host, {});
  }
}

}  // namespace arouter::daemon
