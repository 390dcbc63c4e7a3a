// The `contents` of a Gemini request: checked, counted in tokens, and looked through for what an
// answer depends on.
//
// Source: Gemini API reference, "Content", "Part"; "Function calling".
// Surprises: every name may be spelled in snake case too; a turn's function responses must be as
// many as the calls of the turn before.
#pragma once

#include <string>
#include <string_view>

#include "cli/mock/checks.hpp"
#include "cli/mock/question.hpp"

namespace arouter::mock::gemini {

/// Whichever of two spellings of a key `holder` has; the first when it has neither.
std::string_view spelled(const JsonItem& holder, std::string_view camel, std::string_view snake);
/// The member under whichever of two spellings it has.
JsonItem either(const JsonItem& holder, std::string_view camel, std::string_view snake);

/// Fills tokens, images, files and what tools said. Returns the user's last words.
std::string read_contents(Checks& checks, const JsonItem& request, Question& question);

}  // namespace arouter::mock::gemini
