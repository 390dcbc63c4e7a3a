// A chat request: checked the way OpenAI checks, reduced to what the answer depends on.
//
// Source: OpenAI API reference, "Create chat completion".
// Surprises: unknown members are ignored; logprobs are refused, because ignoring them would be a
// silent lie; a model's name is not checked here.
#pragma once

#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::openai {

/// Errors: bad_request with `param`, its message for the client.
Result<Question> decode_chat(const Call& call);

}  // namespace arouter::mock::openai
