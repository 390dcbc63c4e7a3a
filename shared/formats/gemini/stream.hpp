// Gemini streamGenerateContent?alt=sse, both ends.
//
// Source: Gemini API reference, "streamGenerateContent"; js-genai and python-genai as clients
// (checked 2026-11-24).
// Surprises: events have no names and there is no end mark: the body's end after a finish reason
// ends the answer; some models repeat the finish reason in every piece, so the last one counts;
// usage are running totals; a call comes whole; a signature may come alone behind what it signs. An
// event name, a comment or a [DONE] breaks the official clients, and so does a piece without parts,
// which makes them forget the turn.
#pragma once

#include <memory>

#include "shared/formats/stream.hpp"

namespace arouter::gemini {

/// Finish reasons, usage and the end are told by finish(), when no more can come.
std::unique_ptr<StreamDecoder> make_stream_decoder();
/// Calls are held until they are whole, and the last piece until the end, with the finish reasons
/// and the usage.
std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling);

}  // namespace arouter::gemini
