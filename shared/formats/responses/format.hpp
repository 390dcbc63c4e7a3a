// OpenAI Responses: POST /v1/responses, and /v1/responses/input_tokens, which counts.
//
// Source: OpenAI API reference, "Responses" (checked 2026-11-24); each file beside this one states
// its own.
// Surprises: Codex speaks nothing else; a provider may keep the conversation, which then cannot go
// to another one.
#pragma once

#include "shared/formats/format.hpp"

namespace arouter::responses {

const Format& format();

}  // namespace arouter::responses
