#include <algorithm>
#include <iterator>

#include "shared/chat/messages.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/openai/content.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/request.hpp"
#include "shared/formats/openai_models.hpp"

namespace arouter::openai {

namespace {

using chat::Losses;
using chat::Media;
using chat::Message;
using chat::Part;
using chat::Role;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;
using chat::ToolResult;

constexpr std::size_t kMostCallId = 40;  // of some compatible servers, and once of OpenAI

template <class Kind>
bool is_cached(const Kind& part) {
  if constexpr (requires { part.cache_control; }) {
    if (!part.cache_control.empty()) return true;
  }
  if constexpr (requires { part.content; }) {
    return std::any_of(part.content.begin(), part.content.end(), [](const auto& inner) {
      return std::visit([](const auto& each) { return is_cached(each); }, inner);
    });
  }
  return false;
}

void note_cache_control(const Message& message, Losses& losses) {
  const bool any = std::any_of(message.parts.begin(), message.parts.end(), [](const Part& part) {
    return std::visit([](const auto& each) { return is_cached(each); }, part);
  });
  if (any) losses.add("messages.cache_control");
}

/// A string where one text says it all: more servers read that than an array.
void write_user_content(JsonWriter& json, const std::vector<Part>& parts, Losses& losses) {
  const auto* only = parts.size() == 1 ? std::get_if<Text>(&parts.front()) : nullptr;
  const bool any = std::any_of(parts.begin(), parts.end(), [](const Part& part) {
    const auto* media = std::get_if<Media>(&part);
    return media == nullptr || can_say(*media);
  });
  if (only != nullptr || !any) {
    json.string("content", only != nullptr ? only->text : "");  // an empty array is refused
  } else {
    json.begin_array("content");
  }
  for (const Part& part : parts) {
    const auto* text = std::get_if<Text>(&part);
    if (text != nullptr && only == nullptr) write_text_part(json, text->text);
    if (const auto* media = std::get_if<Media>(&part)) write_media_part(json, *media, losses);
  }
  if (only == nullptr && any) json.end_array();
}

void write_call(JsonWriter& json, const ToolCall& call) {
  json.begin_object().string("id", chat::shorten(call.id, kMostCallId));
  json.string("type", "function").begin_object("function");
  json.string("name", chat::short_tool_name(call.name))
      .string("arguments", call.arguments)
      .end_object();
  if (is_extra_content(call.signature)) json.raw("extra_content", call.signature.bytes);
  json.end_object();
}

/// The parts whose thoughts and signatures the provider made, so that it can have them back.
std::vector<Part> own_thoughts(const std::vector<Part>& parts, bool still_matter, Losses& losses) {
  std::vector<Part> own;
  for (const Part& part : parts) {
    if (const auto* thought = std::get_if<Thinking>(&part)) {
      const bool plain = thought->signature.bytes == kPlainThought;
      if (thought->signature.format != kFormatName) {
        losses.add("messages.thinking");
      } else if (!plain) {
        own.push_back(part);
      } else if (still_matter) {
        own.push_back(Thinking{.text = thought->text});
      }
    } else if (const auto* call = std::get_if<ToolCall>(&part)) {
      if (call->signature.format == kFormatName) {
        own.push_back(
            ToolCall{.id = chat::shorten(call->id, kMostCallId), .signature = call->signature});
      } else if (!call->signature.format.empty()) {
        losses.add("messages.thinking");
      }
    } else if (const auto* text = std::get_if<Text>(&part)) {
      if (!text->signature.format.empty()) losses.add("messages.thinking");
    }
  }
  return own;
}

template <class Kind>
bool holds(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return std::holds_alternative<Kind>(part); });
}

std::string joined_refusal(const std::vector<Part>& parts) {
  std::string joined;
  for (const Part& part : parts) {
    if (const auto* refusal = std::get_if<chat::Refusal>(&part)) joined += refusal->text;
  }
  return joined;
}

/// `unfinished`: no word of the user follows, so that thoughts still matter; those before a call do
/// for good: DeepSeek answers 400 to a call whose thoughts are missing.
void write_assistant(JsonWriter& json, const Message& message, bool unfinished, Losses& losses) {
  const bool has_calls = holds<ToolCall>(message.parts);
  const std::vector<Part> thoughts = own_thoughts(message.parts, unfinished || has_calls, losses);
  if (holds<Media>(message.parts)) losses.add("messages.images");
  const bool has_text = holds<Text>(message.parts);
  const std::string refusal = joined_refusal(message.parts);
  if (!has_text && !has_calls && refusal.empty() && thoughts.empty()) return;
  json.begin_object().string("role", "assistant").string_if("name", message.name);
  if (has_text) {
    json.string("content", chat::joined_text(message.parts));
  } else {
    json.null("content");
  }
  json.string_if("refusal", refusal);
  write_thoughts(json, thoughts, false);
  if (has_calls) {
    json.begin_array("tool_calls");
    for (const Part& part : message.parts) {
      if (const auto* call = std::get_if<ToolCall>(&part)) write_call(json, *call);
    }
    json.end_array();
  }
  json.end_object();
}

bool has_media(const ToolResult& result) {
  return std::any_of(result.content.begin(), result.content.end(),
                     [](const auto& part) { return std::holds_alternative<Media>(part); });
}

/// What a tool answered beside text, in the user's voice: a tool's message takes text alone, and a
/// model without the picture would be worse off than one that gets it a message later.
void write_result_media(JsonWriter& json, const Message& message, Losses& losses) {
  json.begin_object().string("role", "user").begin_array("content");
  for (const Part& part : message.parts) {
    const auto* result = std::get_if<ToolResult>(&part);
    if (result == nullptr || !has_media(*result)) continue;
    write_text_part(json, "Result of tool call " + result->id + ":");
    for (const auto& each : result->content) {
      if (const auto* media = std::get_if<Media>(&each)) write_media_part(json, *media, losses);
    }
  }
  json.end_array().end_object();
}

void write_results(JsonWriter& json, const Message& message, Losses& losses) {
  bool media = false;
  for (const Part& part : message.parts) {
    const auto* result = std::get_if<ToolResult>(&part);
    if (result == nullptr) continue;
    if (result->is_error) losses.add("messages.tool_result.is_error");
    media = media || has_media(*result);
    json.begin_object()
        .string("role", "tool")
        .string("tool_call_id", chat::shorten(result->id, kMostCallId));
    json.string("content", chat::joined_text(result->content)).end_object();
  }
  if (!media) return;
  losses.add("messages.tool_result.media");
  write_result_media(json, message, losses);
}

/// Instructions in one string: several servers take no array from these roles.
void write_instructions(JsonWriter& json, std::string_view role, const std::vector<Part>& parts,
                        const std::string& name, Losses& losses) {
  if (holds<Media>(parts)) losses.add("messages.system.media");
  json.begin_object().string("role", role).string("content", chat::joined_text(parts));
  json.string_if("name", name).end_object();
}

/// The messages from the one at `first` on that become one: chat templates that know `system`
/// alone often take it in front alone. `first` moves to the last of them.
std::vector<Part> join_instructions(const std::vector<Message>& messages, std::size_t& first,
                                    Losses& losses) {
  const std::string& name = messages[first].name;
  std::vector<Part> parts = messages[first].parts;
  for (; first + 1 < messages.size(); ++first) {
    const Message& next = messages[first + 1];
    const bool instructs = next.role == Role::system || next.role == Role::developer;
    if (!instructs || next.name != name) break;
    note_cache_control(next, losses);
    parts.insert(parts.end(), next.parts.begin(), next.parts.end());
  }
  return parts;
}

}  // namespace

void write_messages(JsonWriter& json, const chat::Request& request, Losses& losses) {
  const std::vector<Message>& messages = request.messages;
  const bool has_developers = openai_traits(request.model).younger;
  const auto is_user = [](const Message& message) { return message.role == Role::user; };
  const auto last_user = std::find_if(messages.rbegin(), messages.rend(), is_user);
  const auto answered = static_cast<std::size_t>(std::distance(last_user, messages.rend()));
  json.begin_array("messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    note_cache_control(message, losses);
    if (message.role == Role::assistant) {
      write_assistant(json, message, i >= answered, losses);
      continue;
    }
    if (message.role == Role::tool) {
      write_results(json, message, losses);
      continue;
    }
    if (message.role == Role::user) {
      json.begin_object().string("role", "user");
      write_user_content(json, message.parts, losses);
      json.string_if("name", message.name).end_object();
    } else if (has_developers) {
      const bool is_system = message.role == Role::system;
      write_instructions(json, is_system ? "system" : "developer", message.parts, message.name,
                         losses);
    } else {
      write_instructions(json, "system", join_instructions(messages, i, losses), message.name,
                         losses);
    }
  }
  json.end_array();
}

}  // namespace arouter::openai
