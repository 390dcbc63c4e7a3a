// Anthropic Messages, the stream, to and from the neutral events.
//
// Source: Anthropic API reference, "Streaming messages", "Fine-grained tool streaming" (checked
// 2026-11-24).
// Surprises: every event has a name and the same name in its data, and the official clients see no
// event without it; blocks come one after the other, with indexes from 0 that may not skip; a
// call's arguments are pieces of JSON text, none when it takes none; the stop reason and the usage
// come in one event, while other formats tell the usage after the end; there is no [DONE], but some
// imitations send one.
#pragma once

#include <memory>

#include "shared/formats/stream.hpp"

namespace arouter::anthropic {

/// Blocks of the provider's own tools are left out, so parts and indexes may differ.
std::unique_ptr<StreamDecoder> make_stream_decoder();
/// Holds the last event before the end back until the end, when the usage is known.
std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling);

}  // namespace arouter::anthropic
