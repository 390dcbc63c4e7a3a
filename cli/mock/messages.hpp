// The `messages` of a chat request: checked, and counted in tokens.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/error.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock {

/// The tokens of all messages: their text, and four for each message.
/// `messages` lies in `body`, which an earlier scan has validated. Errors: bad_request with
/// `param`.
Result<std::int64_t> count_message_tokens(std::string_view body, const JsonValue& messages);

}  // namespace arouter::mock
