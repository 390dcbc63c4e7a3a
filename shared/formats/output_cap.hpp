// Capping the answer of a request that passes: what a hard budget counts on has to be sent.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace arouter {

/// `body` is a JSON object that a peek has read, and names no cap, or null for one. `path`: where
/// its format has the cap, a key or the keys of a member's member.
std::string cap_output(std::string_view body, std::span<const std::string_view> path,
                       std::int64_t most_tokens);

}  // namespace arouter
