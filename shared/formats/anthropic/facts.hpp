// Anthropic Messages, the answer: whole, or the events of a stream, as they pass.
//
// Source: Anthropic API reference, "Messages" and "Streaming messages" (checked 2026-11-24).
// Surprises: usage comes twice in a stream, in message_start for the input and in message_delta as
// running totals (usage.hpp); message_stop is the end, there is no [DONE], though some imitations
// send one; `ping` and events of unknown types mean nothing; an error is an event after a 200.
#pragma once

#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/anthropic/usage.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::anthropic {

/// Reads a message. Errors: upstream_malformed when it is no JSON object.
Result<ReplyFacts> read_facts(std::string_view text);
/// Reads the answer to a count_tokens request; an answer without a count is no answer.
Result<ReplyFacts> read_count_facts(std::string_view text);

/// Reads a stream. `usage` is set in events that report some, with all that is known by then: an
/// answer that breaks off after message_start still has what its input cost.
class FactsReader final : public StreamReader {
 public:
  Result<ReplyFacts> read(const SseBlock& block) override;

 private:
  RunningUsage usage_;
};

}  // namespace arouter::anthropic
