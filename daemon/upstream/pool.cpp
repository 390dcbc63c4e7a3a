#include "daemon/upstream/pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace arouter::daemon {

namespace {

constexpr std::size_t kMostIdle = 64;
constexpr std::chrono::seconds kIdleFor{55};  // below the 60 s after which many servers close
constexpr std::chrono::seconds kFinishWithin{2};
constexpr std::size_t kMostRest = 64 * 1024;

}  // namespace

UpstreamPool::UpstreamPool(Loop& loop, Deadlines& deadlines)
    : loop_(loop), sweep_(deadlines, [this] { drop_old(); }) {}

std::unique_ptr<UpstreamConnection> UpstreamPool::take(const ProviderState& state) {
  const auto found = idle_.find(state.id);
  if (found == idle_.end()) return nullptr;
  std::deque<Idle>& idle = found->second;
  while (!idle.empty()) {
    Idle latest = std::move(idle.back());
    idle.pop_back();
    if (Clock::now() - latest.since < kIdleFor && latest.connection->is_quiet()) {
      return std::move(latest.connection);
    }
  }
  return nullptr;
}

void UpstreamPool::keep(std::unique_ptr<UpstreamConnection> connection) {
  if (closed_) return;
  connection->clear_deadline();
  std::deque<Idle>& idle = idle_[connection->state_id()];
  if (idle.size() >= kMostIdle) idle.pop_front();
  idle.push_back({std::move(connection), Clock::now()});
  sweep_.set_in(kIdleFor);
}

void UpstreamPool::drop_old() {
  const TimePoint oldest = Clock::now() - kIdleFor;
  for (auto each = idle_.begin(); each != idle_.end();) {
    std::erase_if(each->second, [&](const Idle& idle) { return idle.since <= oldest; });
    each = each->second.empty() ? idle_.erase(each) : std::next(each);
  }
  if (!idle_.empty()) sweep_.set_in(kIdleFor);
}

void UpstreamPool::finish(std::unique_ptr<UpstreamConnection> connection, ChunkedDecoder decoder) {
  asio::co_spawn(loop_, read_out(std::move(connection), std::move(decoder)), asio::detached);
}

Awaitable<void> UpstreamPool::read_out(std::unique_ptr<UpstreamConnection> connection,
                                       ChunkedDecoder decoder) {
  UpstreamConnection* const wire = connection.get();
  finishing_.insert(wire);
  wire->set_deadline(Clock::now() + kFinishWithin);
  std::string in, rest;
  while (rest.size() <= kMostRest && !decoder.done()) {
    in.clear();
    if (co_await wire->read_some(in) != UpstreamRead::data) break;
    const Result<std::size_t> used = decoder.feed(in, rest);
    // Bytes behind the last chunk are nobody's: such a connection is not used again.
    if (!used || *used != in.size()) co_return forget(*wire);
  }
  forget(*wire);
  if (decoder.done()) keep(std::move(connection));
}

void UpstreamPool::forget(UpstreamConnection& connection) {
  finishing_.erase(&connection);
}

void UpstreamPool::close_all() {
  closed_ = true;
  sweep_.clear();
  idle_.clear();
  for (UpstreamConnection* connection : finishing_) connection->cancel();
}

}  // namespace arouter::daemon
