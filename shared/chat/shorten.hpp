// Names and ids that are longer than a provider takes.
//
// The short form begins as the long one does and ends in a hash of all of it, so that it is the
// same each time: in a call, its result and the tool that was offered. What the client called its
// tool is found again among its tools when an answer calls the short name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/chat/reply.hpp"
#include "shared/chat/request.hpp"

namespace arouter::chat {

/// 16 hexadecimal digits that stand for `text`; not a secret kept.
std::string fingerprint(std::string_view text);
/// `text` itself when it has at most `most` bytes (more than 17).
std::string shorten(std::string_view text, std::size_t most);

/// The longest name of a tool that OpenAI's formats and Gemini take.
constexpr std::size_t kMostToolName = 64;
std::string short_tool_name(std::string_view name);
/// The client's name for a tool that an answer calls `name`.
std::string_view long_tool_name(std::string_view name, const Request* request);
void restore_tool_names(Reply& reply, const Request* request);

}  // namespace arouter::chat
