// An Anthropic Messages request: checked the way Anthropic checks, reduced to what the answer
// depends on.
//
// Source: Anthropic API reference, "Create a Message", "Count tokens in a Message",
// "Structured outputs", "Extended thinking". API version 2026-10-21 has no sampling parameters.
#pragma once

#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::anthropic {

/// Errors: bad_request with `param`, which its message begins with.
Result<Question> decode(const Call& call);

}  // namespace arouter::mock::anthropic
