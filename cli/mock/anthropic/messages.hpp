// The `messages` of an Anthropic request: checked, counted in tokens, and looked through for what
// an answer depends on.
//
// Source: Anthropic API reference, "Create a Message", "Tool use", "Vision", "Extended thinking".
// Surprises: every tool_use must be answered by the very next message, and nothing else may be;
// a thinking block that comes back must bear the signature it was given.
#pragma once

#include <string>

#include "cli/mock/checks.hpp"
#include "cli/mock/question.hpp"

namespace arouter::mock::anthropic {

/// Fills tokens, images, files and what tools said. Returns the user's last words.
std::string read_messages(Checks& checks, const JsonItem& request, Question& question);

}  // namespace arouter::mock::anthropic
