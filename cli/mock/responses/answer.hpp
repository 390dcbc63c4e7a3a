// Answers as Responses, plain and streamed.
//
// Source: OpenAI API reference, "The response object", "Streaming events".
#pragma once

#include <memory>
#include <string>

#include "cli/mock/answer.hpp"
#include "cli/mock/event_stream.hpp"

namespace arouter::mock::responses {

std::string encode(const Answer& answer, const Stamp& stamp);
std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp);
std::string encode_count(std::int64_t tokens);

}  // namespace arouter::mock::responses
