// The body of a chat request in the OpenAI format. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace arouter {

struct ChatMessage {
  std::string role;  // "system" | "user" | "assistant"
  std::string content;
};

struct ChatRequest {
  std::string model;
  std::vector<ChatMessage> messages;
  std::int64_t max_tokens = 0;  // 0: not sent
  std::string temperature;      // a JSON number as it was typed; "": not sent
  bool stream = true;           // with usage, which a stream has only when asked for
};

/// Texts are UTF-8; the caller has checked.
std::string encode_request(const ChatRequest& request);

/// A system message first when `system` is not empty, then the user's.
std::vector<ChatMessage> first_messages(const std::string& system, std::string question);

}  // namespace arouter
