#include "shared/chat/reply.hpp"

#include <array>

namespace arouter::chat {

std::string_view finish_reason_name(FinishReason reason) noexcept {
  constexpr std::array<std::string_view, 10> kNames{
      "",           "stop",           "stop_sequence", "length", "context_length",
      "tool_calls", "content_filter", "refusal",       "pause",  "malformed_call"};
  return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace arouter::chat
