// Our request's id in a provider's own error event, which otherwise passes as it came: who reports
// it can be found in the log.
#pragma once

#include <string_view>
#include <vector>

#include "shared/splice.hpp"

namespace arouter {

/// What to change in `data`, the data of an error event, so that "request_id" is `id`: where one
/// stands already, else in the error, or beside it where the format has it there (Anthropic, and
/// errors that have no object). Nothing when `data` is no object.
std::vector<Edit> request_id_edits(std::string_view data, std::string_view id);

}  // namespace arouter
