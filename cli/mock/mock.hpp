// `arouter mock`: a provider that behaves perfectly. Its own small event-driven server (epoll, one
// thread), so that it is never the bottleneck of a benchmark.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

struct MockOptions {
  std::string listen = "127.0.0.1:18090";    // port 0 takes a free one
  std::chrono::milliseconds latency{0};      // before the first byte of each answer
  std::chrono::milliseconds chunk_delay{0};  // between two events of a stream
  std::uint32_t tokens = 16;                 // length of an answer, unless max_tokens is smaller
  double fail_rate = 0;                      // share of requests answered with `fail_status`
  int fail_status = 500;
  int status = 0;            // answer every model call with this error status; 0: do not
  std::vector<Secret> keys;  // accepted bearer keys; none: no key is asked for
  std::vector<std::string> models{"demo-small", "demo-large"};
  std::uint64_t seed = 1;  // of fail_rate's draws
};

/// A mock provider on its own thread. Stops when destroyed.
class MockServer {
 public:
  /// Listens when it returns. Errors: internal with a message for the terminal.
  static Result<std::unique_ptr<MockServer>> start(MockOptions options);
  virtual ~MockServer() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::string base_url() const = 0;  // "http://127.0.0.1:PORT/v1"
  virtual void wait() = 0;                   // until stop()
  virtual void stop() = 0;                   // any thread
};

}  // namespace arouter
