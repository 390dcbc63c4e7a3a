// OpenAI chat completions, the streamed answer, to and from the neutral chat.
//
// Source: OpenAI API reference, "The chat completion chunk object" (checked 2026-11-24);
// OpenRouter's API reference for reasoning_details and errors inside a stream.
// Surprises: events have no names; the end mark is the text [DONE], which is no JSON; fragments of
// several tool calls may interleave, told apart by `index` (some providers leave it out, or send 0
// for all and another id); usage comes in a chunk without choices, behind the last finish_reason;
// `content` may be "" or null in any delta.
#pragma once

#include <memory>

#include "shared/formats/stream.hpp"

namespace arouter::openai {

std::unique_ptr<StreamDecoder> make_stream_decoder();
std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling);

}  // namespace arouter::openai
