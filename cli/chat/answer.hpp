// Reading a chat answer of the OpenAI format, streamed or whole. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/money.hpp"
#include "shared/sse.hpp"

namespace arouter {

struct Answer {
  std::string content;
  std::string id, model;      // as the body has them
  std::string finish_reason;  // "" when the answer did not come to its end
  std::string usage;          // the JSON object's own bytes, "" when there is none
  std::optional<std::int64_t> input_tokens, output_tokens;
  std::string cost;  // the number's own digits, USD; "" when the server names none
};

/// Takes the bytes of one answer as they come and hands its text on.
///
/// Whether the bytes are an event stream or one JSON object shows in the first of them: servers
/// exist that answer a request for a stream whole.
/// Memory: one event of at most 1 MiB, and the answer's text, at most 32 MiB.
class AnswerReader {
 public:
  explicit AnswerReader(std::function<void(std::string_view text)> on_text)
      : on_text_(std::move(on_text)) {}

  /// Errors: upstream_malformed; what the server says, when it sends an error amid the stream.
  Result<void> feed(std::string_view bytes);
  /// The bytes are over. Errors: upstream_truncated when the answer has no end; answer() holds what
  /// came all the same.
  Result<void> end();
  const Answer& answer() const { return answer_; }

 private:
  enum class Form { unknown, events, whole };
  Result<void> take_events();
  Result<void> take_event(std::string_view data);
  Result<void> take_object(std::string_view text, std::string_view part);
  Result<void> take_text(std::string_view text);

  std::function<void(std::string_view)> on_text_;
  Form form_ = Form::unknown;
  SseScanner scanner_{1024 * 1024};
  std::string pending_;  // bytes of the unfinished event, or of the whole object
  bool done_ = false;    // [DONE], or the whole object was read
  Answer answer_;
};

/// A JSON number as money, exactly: "0.00012", "1.2e-4". Nothing when it is finer than 10^-12 USD
/// or out of bounds.
std::optional<Money> decode_cost(std::string_view number);

}  // namespace arouter
