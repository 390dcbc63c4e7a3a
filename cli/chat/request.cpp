#include "cli/chat/request.hpp"

#include "shared/json_scan.hpp"

namespace arouter {

std::string encode_request(const ChatRequest& request) {
  std::string body = "{\"model\":";
  append_json_string(body, request.model);
  body += ",\"messages\":[";
  for (const ChatMessage& message : request.messages) {
    if (body.back() != '[') body += ',';
    body += "{\"role\":";
    append_json_string(body, message.role);
    body += ",\"content\":";
    append_json_string(body, message.content);
    body += '}';
  }
  body += ']';
  if (request.max_tokens > 0) body += ",\"max_tokens\":" + std::to_string(request.max_tokens);
  if (!request.temperature.empty()) body += ",\"temperature\":" + request.temperature;
  if (request.stream) body += ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
  return body + "}";
}

std::vector<ChatMessage> first_messages(const std::string& system, std::string question) {
  std::vector<ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  messages.push_back({"user", std::move(question)});
  return messages;
}

}  // namespace arouter
