// Answers as Anthropic messages, plain and streamed.
//
// Source: Anthropic API reference, "Create a Message", "Streaming Messages".
// Surprises: input_tokens leaves the cached ones out; every event is named; usage in message_delta
// is the total so far.
#pragma once

#include <memory>
#include <string>

#include "cli/mock/answer.hpp"
#include "cli/mock/event_stream.hpp"

namespace arouter::mock::anthropic {

std::string encode(const Answer& answer, const Stamp& stamp);
std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp);
std::string encode_count(std::int64_t tokens);

}  // namespace arouter::mock::anthropic
