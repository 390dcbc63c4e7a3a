// A door between threads: some wait, one opens it, it stays open. What tests use instead of sleeps.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace arouter::test {

/// No wait in a test lasts longer; one that does is a failure, not a slow machine.
inline constexpr std::chrono::seconds kPatience{20};

/// Copies are the same door. Threads: any.
class Gate {
 public:
  void open() const {
    const std::lock_guard lock(door_->mutex);
    door_->open = true;
    door_->opened.notify_all();
  }
  /// False when it stays shut too long.
  bool wait(std::chrono::milliseconds patience = kPatience) const {
    std::unique_lock lock(door_->mutex);
    return door_->opened.wait_for(lock, patience, [this] { return door_->open; });
  }

 private:
  struct Door {
    std::mutex mutex;
    std::condition_variable opened;
    bool open = false;
  };
  std::shared_ptr<Door> door_ = std::make_shared<Door>();
};

}  // namespace arouter::test
