#include "cli/chat/ask.hpp"

#include "cli/interrupt.hpp"

namespace arouter {

namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Asked ask(const Client& client, const ChatRequest& request,
          const std::function<bool(std::string_view)>& show) {
  Asked asked;
  bool wanted = true;
  const Clock::time_point start = Clock::now();
  AnswerReader reader([&](std::string_view text) {
    if (!asked.first_token) {
      asked.first_token =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    }
    wanted = wanted && show(text);
  });
  const Client::Piece take = [&](std::string_view bytes) {
    const Result<void> fed = reader.feed(bytes);
    if (!fed) asked.error = fed.error();
    return wanted && fed;
  };
  const Result<AnswerHead> head =
      client.post("/v1/chat/completions", encode_request(request), take);
  if (head) {
    asked.head = *head;
    if (!asked.error && wanted) {
      if (const Result<void> ended = reader.end(); !ended) asked.error = ended.error();
    }
  } else {
    asked.error = head.error();
  }
  asked.answer = reader.answer();
  asked.interrupted = Interrupt::happened();
  if (asked.interrupted) asked.error.reset();
  return asked;
}

}  // namespace arouter
