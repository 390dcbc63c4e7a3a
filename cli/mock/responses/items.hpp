// The `input` of a Responses request: checked, counted in tokens, and looked through for what an
// answer depends on.
//
// Source: OpenAI API reference, "Create a model response", input items.
// Surprises: an item without a type is a message; an output must have its call among the items,
// for nothing is stored.
#pragma once

#include <string>

#include "cli/mock/checks.hpp"
#include "cli/mock/question.hpp"

namespace arouter::mock::responses {

/// Fills tokens, images, files and what tools said. Returns the user's last words.
std::string read_input(Checks& checks, const JsonItem& input, Question& question);

}  // namespace arouter::mock::responses
