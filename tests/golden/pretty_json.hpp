// JSON as people review it: what fits on a line stays on one.
#pragma once

#include <string>
#include <string_view>

namespace arouter::golden {

/// `json` with its blanks laid out anew and every lexeme as it was. Ends the test when it is none.
std::string pretty_json(std::string_view json);

}  // namespace arouter::golden
