// Waiting for the ledger's thread, which answers in its own time.
#pragma once

#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/deadlines.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

inline constexpr std::chrono::seconds kLedgerPatience{4};  // shorter than what a stop allows

/// `ask` is called with a function that takes the answer, from any thread, and may do so after we
/// have given up. Errors: those of the answer; ledger_unavailable when none comes in time.
template <class T, class Ask>
Awaitable<Result<T>> await_ledger(Services& services, Ask ask) {
  // What the ledger's thread and the waiting coroutine share; either may be done first.
  struct Question {
    std::optional<Result<T>> answer;
    Signal answered;
  };
  const auto question = std::make_shared<Question>();
  Deadlines::Entry deadline(services.deadlines, [&services, question] {
    asio::post(services.loop, [question] { question->answered.fire(); });
  });
  deadline.set_in(kLedgerPatience);
  ask([&loop = services.loop, question](Result<T> answer) {
    asio::post(loop, [question, answer = std::move(answer)]() mutable {
      question->answer = std::move(answer);
      question->answered.fire();
    });
  });
  if (!question->answer) co_await question->answered.wait();
  if (question->answer) co_return std::move(*question->answer);
  co_return client_error(ErrorKind::ledger_unavailable, "the ledger did not answer in time");
}

}  // namespace arouter::daemon
