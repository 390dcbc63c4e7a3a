// OpenAI Responses, the stream: to and from neutral events.
//
// Source: OpenAI API reference, "Streaming events" (checked 2026-11-24); the official SDKs' stream
// helpers, which throw at an event that they do not know and at a place that none opened.
// Surprises: every text comes once in pieces and then whole in the `done` events of the text, the
// part and the item, and once more in the last event; items have an `output_index`, the parts of a
// message a `content_index`; a thought's encrypted form is only whole when its item is done.
#pragma once

#include <memory>

#include "shared/formats/stream.hpp"

namespace arouter::responses {

std::unique_ptr<StreamDecoder> make_stream_decoder();
std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling);

}  // namespace arouter::responses
