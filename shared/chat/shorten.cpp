#include "shared/chat/shorten.hpp"

#include <cstdint>
#include <variant>

namespace arouter::chat {

namespace {

constexpr std::size_t kDigits = 16;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string fingerprint(std::string_view text) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 15U];
  return digits;
}

std::string shorten(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t kept = most - kDigits - 1;
  while (kept > 0 && continues_character(text[kept])) --kept;
  return std::string(text.substr(0, kept)) + "_" + fingerprint(text);
}

std::string short_tool_name(std::string_view name) {
  return shorten(name, kMostToolName);
}

std::string_view long_tool_name(std::string_view name, const Request* request) {
  if (request == nullptr || name.size() > kMostToolName) return name;
  for (const Tool& tool : request->tools) {
    if (tool.name.size() > kMostToolName && short_tool_name(tool.name) == name) return tool.name;
  }
  return name;
}

void restore_tool_names(Reply& reply, const Request* request) {
  for (Choice& choice : reply.choices) {
    for (Part& part : choice.parts) {
      if (auto* call = std::get_if<ToolCall>(&part)) {
        call->name = std::string(long_tool_name(call->name, request));
      }
    }
  }
}

}  // namespace arouter::chat
