// Answers as chat completions, plain and streamed.
//
// Source: OpenAI API reference, "Chat", "Chat streaming". Reasoning is told as `reasoning_content`,
// which OpenAI itself does not have but most providers of its format do.
#pragma once

#include <memory>
#include <string>

#include "cli/mock/answer.hpp"
#include "cli/mock/event_stream.hpp"

namespace arouter::mock::openai {

/// The body of a plain answer.
std::string encode_chat(const Answer& answer, const Stamp& stamp);
/// The choices take turns; [DONE] is the last event.
std::unique_ptr<EventStream> stream_chat(Answer answer, const Stamp& stamp);

}  // namespace arouter::mock::openai
