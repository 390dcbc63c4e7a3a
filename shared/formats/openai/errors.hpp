// OpenAI errors: ours on the wire, and what a provider says in its own.
//
// Source: OpenAI API reference, "Error codes" (checked 2026-11-24). `code` is a string; on the
// /api/v1 mirror of the model routes it is the status as a number, as clients of that API demand.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::openai {

enum class CodeStyle : std::uint8_t { symbol, number };

/// {"error":{message, type, code, param, source, request_id}}
std::string encode_error(const Error& error, std::string_view request_id,
                         CodeStyle style = CodeStyle::symbol);

/// The message of a provider's error body, whatever its shape (an object or a string in `error`,
/// `message`, `detail`, or an array that begins with one of these), cut to 500 bytes; "" when there
/// is none. `secret`, where it occurs, becomes "***": some providers repeat the key they were sent.
std::string find_error_message(std::string_view body, std::string_view secret = {});

}  // namespace arouter::openai
