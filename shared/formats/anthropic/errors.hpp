// Anthropic errors: ours on the wire.
//
// Source: Anthropic API reference, "Errors" (checked 2026-11-24).
// Surprises: the envelope has a type of its own ("error") beside that of the error; in a stream it
// is an event of that name after a 200; there is no place for a field's name or a code, so the
// message must tell everything; overload is 529 there, which has the type that our 503 means.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/stream.hpp"

namespace arouter::anthropic {

/// "rate_limit_error" for 429.
std::string_view error_type(int status) noexcept;

/// {"type":"error","error":{type,message},"request_id","source"}
std::string encode_error(const Error& error, const ErrorSpelling& spelling);
/// The same as the event that ends a stream.
std::string encode_stream_error(const Error& error, const ErrorSpelling& spelling);

}  // namespace arouter::anthropic
