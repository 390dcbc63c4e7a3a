// A Gemini generateContent or countTokens request: checked the way Google checks, reduced to what
// the answer depends on.
//
// Source: Gemini API reference, "generateContent", "countTokens", "GenerationConfig".
#pragma once

#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::gemini {

/// Errors: bad_request with `param`.
Result<Question> decode(const Call& call);

}  // namespace arouter::mock::gemini
