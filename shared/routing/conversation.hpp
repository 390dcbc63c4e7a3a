// What tells one conversation from another, so that it can stay where its prompt is cached.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/formats/facts.hpp"

namespace arouter::routing {

/// A number that stays the same as a conversation grows, and differs between conversations: of
/// `session_id`, else of the session that a header names (`session`, may be ""), else of
/// `prompt_cache_key`, else of how the conversation begins: its instructions and first message, of
/// which at most 4 KiB each are read. 0 when there is nothing to go by.
std::uint64_t conversation_seed(std::string_view body, const Peek& peek, std::string_view session);

}  // namespace arouter::routing
