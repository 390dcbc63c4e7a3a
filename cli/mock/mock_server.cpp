#include <sys/resource.h>

#include <atomic>
#include <thread>
#include <utility>

#include "cli/mock/listener.hpp"
#include "cli/mock/mock.hpp"
#include "cli/mock/server.hpp"

namespace arouter {

namespace {

using namespace mock;

/// Thousands of clients need more descriptors than the usual soft limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class ThreadedServer : public MockServer {
 public:
  ThreadedServer(Listener listener, MockOptions options)
      : port_(listener.port),
        base_url_("http://" + listener.authority + "/v1"),
        loop_(std::move(listener.socket), std::move(options)) {}
  ~ThreadedServer() override {
    stop();
    if (thread_.joinable()) thread_.join();
  }
  ThreadedServer(const ThreadedServer&) = delete;
  ThreadedServer& operator=(const ThreadedServer&) = delete;

  bool run() {
    if (!loop_.is_usable()) return false;
    thread_ = std::thread([this] {
      loop_.run();
      stopped_ = true;
      stopped_.notify_all();
    });
    return true;
  }

  std::uint16_t port() const override { return port_; }
  std::string base_url() const override { return base_url_; }
  void wait() override { stopped_.wait(false); }
  void stop() override { loop_.stop(); }

 private:
  std::uint16_t port_;
  std::string base_url_;
  EventLoop loop_;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<MockServer>> MockServer::start(MockOptions options) {
  Result<Listener> listener = listen_on(options.listen);
  if (!listener) return listener.error();
  raise_descriptor_limit();
  auto server = std::make_unique<ThreadedServer>(std::move(*listener), std::move(options));
  if (!server->run()) {
    Error error = internal_error({});
    error.message = "cannot watch sockets: out of file descriptors";
    return error;
  }
  return std::unique_ptr<MockServer>(std::move(server));
}

}  // namespace arouter
