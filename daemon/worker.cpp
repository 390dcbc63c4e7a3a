#include "daemon/worker.hpp"

#include <malloc.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "daemon/edge/error_answer.hpp"
#include "daemon/log.hpp"

namespace arouter::daemon {

namespace {

constexpr std::chrono::seconds kTrimAfter{5};

}  // namespace

Worker::Worker(Shared& shared, std::shared_ptr<const Runtime> runtime)
    : services_{.loop = loop_, .shared = shared, .runtime = std::move(runtime)},
      trim_(services_.deadlines, [] { ::malloc_trim(0); }) {}

Worker::~Worker() {
  join();
}

Result<void> Worker::listen(const Endpoints& endpoints) {
  const auto accepted = [this](Socket socket, std::uint16_t port) {
    accept(std::move(socket), port);
  };
  for (const auto& endpoint : endpoints) {
    listeners_.push_back(std::make_unique<Listener>(loop_, endpoint, accepted));
    if (Result<void> open = listeners_.back()->open(); !open) return open;
  }
  return {};
}

void Worker::check_providers() {
  checks_.emplace(services_.fetch_means());
  checks_->begin(services_.runtime);
}

void Worker::start(std::function<void()> ended) {
  for (const auto& listener : listeners_) listener->start();
  thread_ = std::thread([this, ended = std::move(ended)] {
    loop_.run();
    ended();
  });
}

void Worker::accept(Socket socket, std::uint16_t port) {
  const std::size_t before = services_.shared.connections.fetch_add(1, std::memory_order_relaxed);
  if (before >= services_.config().server.max_connections) {
    services_.shared.connections.fetch_sub(1, std::memory_order_relaxed);
    Error full = client_error(ErrorKind::overloaded, "too many connections");
    full.retry_after_s = 1;
    const std::string answer = encode_head_error(full, generation_id(next_row_id()));
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer), ignored);
    return;
  }
  auto connection = std::make_unique<Connection>(std::move(socket), port, services_);
  connections_.insert(connection.get());
  auto ended = [](const std::exception_ptr& failure) {
    if (failure) log_line(LogLevel::error, "a connection ended by an exception: a bug");
  };
  asio::co_spawn(loop_, run_connection(std::move(connection)), ended);
}

Awaitable<void> Worker::run_connection(std::unique_ptr<Connection> connection) {
  Connection* const key = connection.get();
  try {
    co_await connection->run();
  } catch (const std::exception& bug) {
    log_line(LogLevel::error, "a connection ended by an exception: " + log_text(bug.what()));
  }
  connections_.erase(key);
  connection.reset();
  trim_.set_in(kTrimAfter);
  services_.shared.connections.fetch_sub(1, std::memory_order_relaxed);
  end_when_empty();
}

void Worker::set_runtime(std::shared_ptr<const Runtime> runtime) {
  asio::post(loop_, [this, runtime = std::move(runtime)] {
    services_.runtime = runtime;
    if (checks_ && !services_.draining) checks_->begin(runtime);
  });
}

void Worker::drain() {
  asio::post(loop_, [this] {
    services_.draining = true;
    if (checks_) checks_->stop();
    for (const auto& listener : listeners_) listener->close();
    for (Connection* connection : connections_) connection->close_if_idle();
    end_when_empty();
  });
}

void Worker::abort() {
  asio::post(loop_, [this] {
    for (Connection* connection : connections_) connection->abort();
  });
}

/// Nothing is left to do: takes away what would keep the loop running.
void Worker::end_when_empty() {
  if (!services_.draining || !connections_.empty()) return;
  services_.tokens.stop();
  services_.pool.close_all();
  services_.deadlines.stop();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace arouter::daemon
