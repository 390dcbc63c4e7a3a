// The `messages` of a chat request: checked, counted in tokens, and looked through for what an
// answer depends on.
//
// Surprises: the results of an assistant's calls must follow it, all of them and nothing else.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock::openai {

struct Messages {
  std::int64_t tokens = 0;  // of their text, and four for each message
  std::int64_t images = 0;
  std::int64_t files = 0;
  JsonValue last_words;            // content of the user's last message
  std::vector<JsonValue> results;  // contents of the tool messages at the end
};

/// `messages` lies in `body`, which an earlier scan has validated. Errors: bad_request with
/// `param`.
Result<Messages> read_messages(std::string_view body, const JsonValue& messages);

}  // namespace arouter::mock::openai
