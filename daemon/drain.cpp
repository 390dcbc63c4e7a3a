#include "daemon/drain.hpp"

#include "daemon/upstream/answer.hpp"

namespace arouter::daemon {

Drain::~Drain() {
  if (running_ != nullptr) running_->fetch_sub(1, std::memory_order_relaxed);
}

bool Drain::begin(Deadlines& deadlines, std::atomic<std::size_t>& running,
                  std::function<void()> give_up) {
  if (running.fetch_add(1, std::memory_order_relaxed) >= kMostAtOnce) {
    running.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  running_ = &running;
  deadline_.emplace(deadlines, std::move(give_up));
  deadline_->set_in(kLongest);
  set_answer(answer_);
  return true;
}

void Drain::set_answer(UpstreamAnswer* answer) {
  answer_ = answer;
  if (answer_ != nullptr && begun()) answer_->limit_rest(kMostBytes);
}

}  // namespace arouter::daemon
