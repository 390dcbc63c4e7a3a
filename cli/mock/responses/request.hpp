// A Responses request: checked the way OpenAI checks, reduced to what the answer depends on.
//
// Source: OpenAI API reference, "Create a model response", "Get input token counts".
// Nothing is stored: what refers to an earlier response is refused as unknown.
#pragma once

#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::responses {

/// Errors: bad_request with `param`.
Result<Question> decode(const Call& call);

}  // namespace arouter::mock::responses
