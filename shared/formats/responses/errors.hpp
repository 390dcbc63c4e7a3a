// OpenAI Responses, errors: ours on the wire.
//
// Source: OpenAI API reference, "Error codes" and "Streaming events" (`error`, `response.failed`),
// the official SDKs' event types, and what Codex reads (checked 2026-11-24).
// Surprises: the reference has code, message and param of an `error` event at its top, the service
// itself sends them in `error`: SDKs raise on the latter alone, so both are written. Codex passes
// over `error` and shows the message of a response.failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/stream.hpp"

namespace arouter::responses {

/// {"error":{message, type, code, param, source, request_id}}
std::string encode_error(const Error& error, const ErrorSpelling& spelling);

/// The event `error`, unless one has passed, and a response.failed behind it: for a stream whose
/// own events have passed by. Its other members are not known any more.
std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling);

/// What a response.failed calls it: one of the few words that the reference lists and Codex acts
/// on; the event `error` has our own.
std::string_view failure_code(const Error& error);

/// The event `error` alone.
void append_error_event(std::string& out, const Error& error, const ErrorSpelling& spelling,
                        std::int64_t sequence_number);

}  // namespace arouter::responses
