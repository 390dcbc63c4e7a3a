#include <algorithm>
#include <array>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/parts.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/formats/peek_fields.hpp"

namespace arouter::gemini {

namespace {

using chat::Message;
using chat::Part;
using chat::Request;
using chat::Role;

/// A request's members, whichever way they are spelled.
struct Members {
  JsonItem contents{}, instruction{}, tools{}, tool_config{}, generation{};
};

/// Of the path, or of no consequence.
constexpr std::array<std::string_view, 3> kNoLoss{"model", "stream", "transforms"};

JsonItem* find_place(Members& members, std::string_view name) {
  if (name == "contents") return &members.contents;
  if (name == "systemInstruction") return &members.instruction;
  if (name == "tools") return &members.tools;
  if (name == "toolConfig") return &members.tool_config;
  if (name == "generationConfig") return &members.generation;
  return nullptr;
}

/// SDKs send lists that nobody filled: "safetySettings": [].
bool is_empty_array(const JsonItem& member) {
  return member.is_array() && member.empty();
}

Members read_members(const JsonItem& object, chat::Losses& losses) {
  Members members;
  for (const JsonItem member : object) {
    const FieldName name(member);
    if (JsonItem* const place = find_place(members, name)) {
      *place = member;
    } else if (member.is_set() && !is_empty_array(member) && !peek_fields::is_heeded(member) &&
               std::find(kNoLoss.begin(), kNoLoss.end(), name) == kNoLoss.end()) {
      losses.add(member.key());
    }
  }
  return members;
}

Result<Role> decode_role(const JsonItem& role) {
  const Result<std::string> word = read_text(role, "role");
  if (!word) return word.error();
  if (word->empty() || *word == "user" || *word == "function" || *word == "tool") return Role::user;
  if (*word == "model" || *word == "assistant") return Role::assistant;
  if (*word == "system") return Role::system;
  return fault("role", "must be \"user\" or \"model\"");
}

/// What tools answered stands before the user's words.
void add_content(std::vector<Message>& messages, Role role, std::vector<Part> parts) {
  const auto is_result = [](const Part& part) {
    return std::holds_alternative<chat::ToolResult>(part);
  };
  if (std::none_of(parts.begin(), parts.end(), is_result)) {
    messages.push_back({role, std::move(parts)});
    return;
  }
  const auto others = std::stable_partition(parts.begin(), parts.end(), is_result);
  std::vector<Part> rest(std::make_move_iterator(others), std::make_move_iterator(parts.end()));
  parts.erase(others, parts.end());
  messages.push_back({Role::tool, std::move(parts)});
  messages.push_back({role, std::move(rest)});
}

Result<void> decode_contents(const JsonItem& contents, Request& request, chat::Losses& losses) {
  return for_each_in(contents, "contents", [&](const JsonItem& content) -> Result<void> {
    JsonItem role_word;
    JsonItem parts;
    for (const JsonItem member : content) {
      const FieldName name(member);
      if (name == "role") {
        role_word = member;
      } else if (name == "parts") {
        parts = member;
      } else if (member.is_set()) {
        losses.add("contents." + member.key());
      }
    }
    const Result<Role> role = decode_role(role_word);
    if (!role) return role.error();
    Result<std::vector<Part>> decoded = decode_parts(parts, losses);
    if (!decoded) return decoded.error();
    add_content(request.messages, *role, std::move(*decoded));
    return {};
  });
}

/// A text, a Content, a Part, or parts.
Result<void> decode_instruction(const JsonItem& item, Request& request, chat::Losses& losses) {
  if (!item.is_set()) return {};
  if (item.is_string()) {
    Result<std::string> text = read_text(item, "systemInstruction");
    if (!text) return text.error();
    if (!text->empty()) request.messages.push_back({Role::system, {chat::Text{std::move(*text)}}});
    return {};
  }
  const JsonItem inner = find_field(item, "parts");
  if (!item.is_object() && !item.is_array()) {
    return fault("systemInstruction", "must be a content of text parts");
  }
  Result<std::vector<Part>> parts = decode_parts(inner.present() ? inner : item, losses);
  if (!parts) return inside("systemInstruction", parts.error());
  request.messages.push_back({Role::system, std::move(*parts)});
  return {};
}

Result<void> decode_members(const Members& members, Request& request, chat::Losses& losses) {
  if (Result<void> good = decode_instruction(members.instruction, request, losses); !good) {
    return good;
  }
  if (!members.contents.is_set()) return fault("contents", "is required");
  if (Result<void> good = decode_contents(members.contents, request, losses); !good) return good;
  if (Result<void> good = decode_tools(members.tools, request, losses); !good) return good;
  if (Result<void> good = decode_tool_config(members.tool_config, request, losses); !good) {
    return good;
  }
  if (Result<void> good = decode_generation(members.generation, request, losses); !good) {
    return inside("generationConfig", good.error());
  }
  chat::normalize(request.messages);
  const bool said = std::any_of(request.messages.begin(), request.messages.end(),
                                [](const Message& each) { return each.role != Role::system; });
  if (!said) return fault("contents", "must hold a message");
  return {};
}

}  // namespace

Result<Request> decode_request(std::string_view body, const Peek& peek, chat::Losses& losses) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  if (!doc) return doc.error();
  if (!doc->root().is_object())
    return client_error(ErrorKind::bad_request, "the body must be an object");
  const JsonItem wrapped = find_field(doc->root(), "generateContentRequest");
  Request request;
  request.model = peek.model;
  request.stream = peek.stream;
  request.include_usage = peek.stream;  // Gemini's streams always end with it
  const Members members = read_members(wrapped.is_object() ? wrapped : doc->root(), losses);
  if (Result<void> good = decode_members(members, request, losses); !good) {
    return told(wrapped.is_object() ? inside("generateContentRequest", good.error())
                                    : good.error());
  }
  return request;
}

}  // namespace arouter::gemini
