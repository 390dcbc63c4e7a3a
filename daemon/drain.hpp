// Reading on for a client that has left, so that the usage of a call is known which its provider
// bills to the end (on_client_gone = "drain").
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>

#include "daemon/deadlines.hpp"

namespace arouter::daemon {

class UpstreamAnswer;

/// Of one exchange; most never begin one. Threads: its loop's, but for the count.
class Drain {
 public:
  static constexpr std::chrono::seconds kLongest{60};
  static constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // of the body, behind the leaving
  static constexpr std::size_t kMostAtOnce = 32;              // in the process

  Drain() = default;
  ~Drain();
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;

  /// The client has left: from now on the answer is cut off behind kMostBytes, and `give_up` is
  /// called behind kLongest. False, and nothing is begun, when `running` is at its most.
  bool begin(Deadlines& deadlines, std::atomic<std::size_t>& running,
             std::function<void()> give_up);
  bool begun() const { return running_ != nullptr; }
  /// The answer that is read; null behind its end.
  void set_answer(UpstreamAnswer* answer);

 private:
  std::atomic<std::size_t>* running_ = nullptr;
  std::optional<Deadlines::Entry> deadline_;
  UpstreamAnswer* answer_ = nullptr;
};

}  // namespace arouter::daemon
