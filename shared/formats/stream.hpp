// The two ends of a translated stream, and what an answer must know to be spelled.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/sse.hpp"

namespace arouter {

/// How an error is to be spelled.
struct ErrorSpelling {
  std::string_view request_id{};
  bool number_codes = false;  // OpenAI: error.code is the status, as on the /api/v1 mirror
  // Responses, in a stream whose own events have passed by:
  std::string_view answer_id{};           // as they call it; "" when they have not
  std::int64_t next_sequence_number = 0;  // behind the last sequence_number
  bool error_event_passed = false;        // an `error` of the provider's, which nothing followed
};

/// How a client wants its answer.
struct AnswerSpelling {
  std::string_view request_id{};
  std::int64_t now_s = 0;                  // Unix seconds, for formats that state when
  bool include_usage = false;              // OpenAI: the client asked for the usage of a stream
  const chat::Request* request = nullptr;  // that is answered; outlives the encoder
};

inline const chat::Losses& no_losses() {
  static const chat::Losses kNone;
  return kNone;
}

/// The provider's end of a stream, one per answer.
class StreamDecoder {
 public:
  virtual ~StreamDecoder() = default;
  /// The events that `block` (which has data) completes; valid until the next call. Errors:
  /// upstream_malformed. A provider's own error is an event of kind error, with a message from
  /// find_error_message(), not an Error.
  virtual Result<std::span<const chat::Event>> decode(const SseBlock& block) = 0;
  /// The body has ended. The events that this completes: a finish or an end that only the body's
  /// end tells (Gemini); parts that were held back.
  virtual Result<std::span<const chat::Event>> finish() = 0;
  /// What the answer held that no event can carry, up to here.
  virtual const chat::Losses& losses() const { return no_losses(); }
};

/// The client's end of a stream, one per answer.
class StreamEncoder {
 public:
  virtual ~StreamEncoder() = default;
  /// Appends what `event` becomes, whole SSE events each with its blank line; possibly nothing.
  /// On Event::Kind::end, the format's end mark; on error, its error event.
  virtual void append(std::string& out, const chat::Event& event) = 0;
  /// What the events held that the client's format cannot say, up to here.
  virtual const chat::Losses& losses() const { return no_losses(); }
};

}  // namespace arouter
