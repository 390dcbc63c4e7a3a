// Answers as Gemini's GenerateContentResponse, plain and streamed.
//
// Source: Gemini API reference, "generateContent", "streamGenerateContent", "UsageMetadata".
// Surprises: what is zero or empty is left out; a stream is server-sent events without names and
// without an end mark, or one JSON array; the last piece of text bears the finish reason, for
// clients drop a piece without parts from their history.
#pragma once

#include <memory>
#include <string>

#include "cli/mock/answer.hpp"
#include "cli/mock/event_stream.hpp"

namespace arouter::mock::gemini {

std::string encode(const Answer& answer, const Stamp& stamp);
std::unique_ptr<EventStream> stream_events(Answer answer, const Stamp& stamp);
std::unique_ptr<EventStream> stream_array(Answer answer, const Stamp& stamp);
std::string encode_count(std::int64_t tokens);

}  // namespace arouter::mock::gemini
