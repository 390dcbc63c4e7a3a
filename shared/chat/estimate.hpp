// How many tokens a request will be, for want of the model's own tokenizer.
#pragma once

#include <cstdint>

#include "shared/chat/request.hpp"

namespace arouter::chat {

/// Four bytes of text a token, four tokens around each message, 1,000 for each image, file, sound
/// or film, whose cost depends on what is in it.
std::int64_t estimate_tokens(const Request& request);

}  // namespace arouter::chat
