// What becomes of a provider's events on their way to the client: they pass, or are translated.
//
// Threads: its loop's; one per answer.
#pragma once

#include <memory>
#include <string>

#include "daemon/exchange.hpp"
#include "shared/error.hpp"
#include "shared/sse.hpp"

namespace arouter::daemon {

class EventPath {
 public:
  explicit EventPath(Exchange& exchange) : exchange_(exchange) {}
  virtual ~EventPath() = default;
  EventPath(const EventPath&) = delete;
  EventPath& operator=(const EventPath&) = delete;

  /// Takes one block and appends to `out` what the client gets of it. Behind the end mark only
  /// usage is still learnt. Errors: the stream is broken, or the provider said an error in it; when
  /// told(), the client's copy of that error is in `out`.
  virtual Result<void> take(const SseBlock& block, std::string& out) = 0;
  /// The body has ended, which may end the stream well.
  virtual Result<void> end(std::string& out) = 0;
  /// The stream is broken: usage and losses that came in time are still learnt.
  virtual void give_up() {}
  /// The bytes that end the client's stream, once done(); the losses are learnt then.
  virtual std::string last() = 0;
  /// An error of ours, as the event that ends a stream which has begun.
  virtual std::string error_event(const Error& error) = 0;

  bool begun() const { return begun_; }        // a part of an answer was seen
  bool finished() const { return finished_; }  // a finish reason was seen
  bool done() const { return done_; }          // the end mark was seen
  bool told() const { return told_; }

 protected:
  /// Whether the client has seen, or is about to see, a part of the answer: an error is then told
  /// inside the stream.
  bool is_under_way() const { return exchange_.answer_started || begun_; }
  void note_first_byte() {
    if (exchange_.first_byte_us < 0) exchange_.first_byte_us = elapsed_us(exchange_);
  }

  Exchange& exchange_;
  bool begun_ = false;
  bool finished_ = false;
  bool done_ = false;
  bool told_ = false;
};

/// Same format on both sides: the bytes of each block, but for the usage of routed OpenAI answers.
std::unique_ptr<EventPath> make_passed_events(Exchange& exchange);
/// Through the neutral chat.
std::unique_ptr<EventPath> make_translated_events(Exchange& exchange);

}  // namespace arouter::daemon
