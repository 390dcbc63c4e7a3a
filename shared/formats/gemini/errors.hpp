// Google's errors: ours on the wire.
//
// Source: google.rpc.Status, google.rpc.Code and google.rpc.ErrorInfo; Gemini API documentation,
// "Troubleshooting" (checked 2026-11-24).
// Surprises: `code` is the HTTP status; what a client can act on stands in `details`; gemini-cli
// waits for what RetryInfo says; an error inside a stream is a piece with `error` alone in it, and
// on a route without alt=sse it may be an array of one.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/stream.hpp"

namespace arouter::gemini {

/// {"error":{code, message, status, details:[ErrorInfo, RetryInfo]}}
std::string encode_error(const Error& error, const ErrorSpelling& spelling);
/// data: {"error":…} and a blank line
std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling);

}  // namespace arouter::gemini
