// OpenAI errors: ours on the wire.
//
// Source: OpenAI API reference, "Error codes" (checked 2026-11-24). `code` is a string; on the
// /api/v1 mirror of the model routes it is the status as a number, as clients of that API demand.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/format.hpp"

namespace arouter::openai {

/// {"error":{message, type, code, param, source, request_id}}
std::string encode_error(const Error& error, const ErrorSpelling& spelling);

}  // namespace arouter::openai
