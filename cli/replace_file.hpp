// Puts a new text in the place of a file that a person owns: whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

/// Writes `text` beside `path` and renames it over it, with the old file's mode and owner; the old
/// one stays as "path~". Links are followed. Errors: internal, with a message for the terminal:
/// when the file does not hold `before` any more, or cannot be replaced; nothing is changed then.
Result<void> replace_file(const std::string& path, std::string_view before, std::string_view text);

}  // namespace arouter
