#include <algorithm>
#include <array>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/openai/content.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/request.hpp"

namespace arouter::openai {

namespace {

using chat::Losses;
using chat::Message;
using chat::Part;
using chat::ResultPart;
using chat::Role;

struct RoleName {
  std::string_view name;
  Role role;
};
constexpr std::array<RoleName, 6> kRoles{{{"system", Role::system},
                                          {"developer", Role::developer},
                                          {"user", Role::user},
                                          {"assistant", Role::assistant},
                                          {"tool", Role::tool},
                                          {"function", Role::tool}}};

enum Field : std::size_t {
  kRole,
  kContent,
  kToolCalls,
  kToolCallId,
  kName,
  kRefusal,
  kReasoningContent,
  kReasoning,
  kReasoningDetails,
  kFunctionCall,
  kImages,
  kId,           // of an answer that is sent back: means nothing
  kAnnotations,  // the same
  kFieldCount
};
constexpr std::array<std::string_view, kFieldCount> kNames{"role",
                                                           "content",
                                                           "tool_calls",
                                                           "tool_call_id",
                                                           "name",
                                                           "refusal",
                                                           "reasoning_content",
                                                           "reasoning",
                                                           "reasoning_details",
                                                           "function_call",
                                                           "images",
                                                           "id",
                                                           "annotations"};

/// A message's members by name, those that are null left out; found in one pass.
struct Fields {
  std::array<JsonItem, kFieldCount> items{};

  Fields(const JsonItem& message, Losses& losses) {
    for (const JsonItem member : message) {
      if (!member.is_set()) continue;
      const auto found = std::find_if(kNames.begin(), kNames.end(),
                                      [&](std::string_view name) { return member.named(name); });
      if (found == kNames.end()) {
        losses.add("messages." + member.key());
      } else {
        items[static_cast<std::size_t>(found - kNames.begin())] = member;
      }
    }
  }
  const JsonItem& operator[](Field field) const { return items[field]; }

  /// A string member; "" when it is absent.
  Result<std::string> text(Field field, const Place& message) const {
    if (!items[field].present()) return std::string();
    return decode_text(items[field], Place{&message, kNames[field]});
  }
};

/// The content of a message of any role; `place` is that of the message.
Result<std::vector<ResultPart>> decode_content(const JsonItem& content, const Place& message,
                                               Losses& losses) {
  std::vector<ResultPart> parts;
  const Place place{&message, "content"};
  if (!content.is_set()) return parts;
  if (content.is_string()) {
    Result<std::string> text = decode_text(content, place);
    if (!text) return text.error();
    if (!text->empty()) parts.emplace_back(chat::Text{.text = *std::move(text)});
    return parts;
  }
  if (!content.is_array()) return bad_place(place, "must be a string or an array of parts");
  std::size_t index = 0;
  for (const JsonItem element : content) {
    Result<std::optional<ResultPart>> part =
        decode_content_part(element, Place{&place, {}, index++}, losses);
    if (!part) return part.error();
    if (part->has_value()) parts.push_back(**std::move(part));
  }
  return parts;
}

/// Moves what a tool or a user may say into a message's parts.
void append_parts(std::vector<Part>& parts, std::vector<ResultPart>&& content) {
  for (ResultPart& part : content) {
    std::visit([&](auto& each) { parts.emplace_back(std::move(each)); }, part);
  }
}

/// Refusals stand between the texts of an assistant's content array.
Result<void> append_assistant_content(std::vector<Part>& parts, const JsonItem& content,
                                      const Place& message, Losses& losses) {
  if (!content.is_array()) {
    Result<std::vector<ResultPart>> read = decode_content(content, message, losses);
    if (!read) return read.error();
    append_parts(parts, *std::move(read));
    return {};
  }
  const Place place{&message, "content"};
  std::size_t index = 0;
  for (const JsonItem element : content) {
    const Place at{&place, {}, index++};
    if (element["type"].text() == "refusal") {
      Result<std::string> text = decode_member(element, "refusal", at);
      if (!text) return text.error();
      parts.emplace_back(chat::Refusal{*std::move(text)});
      continue;
    }
    Result<std::optional<ResultPart>> part = decode_content_part(element, at, losses);
    if (!part) return part.error();
    if (!part->has_value()) continue;
    std::visit([&](auto& each) { parts.emplace_back(std::move(each)); }, **part);
  }
  return {};
}

/// `function`: an object with name and arguments.
Result<chat::ToolCall> decode_function(const JsonItem& function, const Place& place) {
  if (!function.is_object()) return bad_place(place, "must be an object with a 'name'");
  chat::ToolCall call;
  Result<std::string> name = decode_member(function, "name", place);
  if (!name) return name.error();
  if (name->empty()) return bad_member(place, "name", "must be a string that names a function");
  call.name = *std::move(name);
  const JsonItem arguments = function["arguments"];
  if (arguments.is_object()) {  // as some providers send it
    call.arguments = arguments.raw();
    return call;
  }
  Result<std::string> text = decode_member(function, "arguments", place);
  if (!text) return text.error();
  call.arguments = text->empty() ? "{}" : *std::move(text);
  return call;
}

/// A call of a tool that takes free text.
Result<chat::ToolCall> decode_custom(const JsonItem& custom, const Place& place, Losses& losses) {
  losses.add("messages.tool_calls.custom");
  Result<std::string> name = decode_member(custom, "name", place);
  if (!name) return name.error();
  Result<std::string> input = decode_member(custom, "input", place);
  if (!input) return input.error();
  chat::ToolCall call{.name = *std::move(name)};
  call.arguments = "{\"input\":";
  append_json_string(call.arguments, *input);
  call.arguments += '}';
  return call;
}

Result<chat::ToolCall> decode_call(const JsonItem& item, const Place& place, Losses& losses) {
  if (!item.is_object()) return bad_place(place, "must be an object with a 'function'");
  const bool custom = item["type"].text() == "custom";
  Result<chat::ToolCall> call = custom
                                    ? decode_custom(item["custom"], Place{&place, "custom"}, losses)
                                    : decode_function(item["function"], Place{&place, "function"});
  if (!call) return call;
  Result<std::string> id = decode_member(item, "id", place);
  if (!id) return id.error();
  call->id = *std::move(id);
  if (item["extra_content"].is_object()) {
    call->signature = {std::string(item["extra_content"].raw()), std::string(kFormatName)};
  }
  return call;
}

Result<void> append_calls(std::vector<Part>& parts, const Fields& message, const Place& place,
                          Losses& losses) {
  if (const JsonItem legacy = message[kFunctionCall]; legacy.present()) {
    Result<chat::ToolCall> call = decode_function(legacy, Place{&place, "function_call"});
    if (!call) return call.error();
    parts.emplace_back(*std::move(call));
  }
  const JsonItem calls = message[kToolCalls];
  if (!calls.present()) return {};
  const Place list{&place, "tool_calls"};
  if (!calls.is_array()) return bad_place(list, "must be an array of tool calls");
  std::size_t index = 0;
  for (const JsonItem item : calls) {
    Result<chat::ToolCall> call = decode_call(item, Place{&list, {}, index++}, losses);
    if (!call) return call.error();
    parts.emplace_back(*std::move(call));
  }
  return {};
}

Result<void> append_images(std::vector<Part>& parts, const JsonItem& images, const Place& message,
                           Losses& losses) {
  const Place list{&message, "images"};
  if (images.is_set() && !images.is_array()) return bad_place(list, "must be an array of images");
  std::size_t index = 0;
  for (const JsonItem item : images) {
    Result<std::optional<ResultPart>> image =
        decode_content_part(item, Place{&list, {}, index++}, losses);
    if (!image) return image.error();
    if (!image->has_value()) continue;
    if (auto* media = std::get_if<chat::Media>(&**image)) parts.emplace_back(std::move(*media));
  }
  return {};
}

/// The answer of one tool.
Result<std::vector<Part>> decode_result(const Fields& message, const Place& place, Losses& losses) {
  chat::ToolResult result;
  Result<std::string> id = message.text(kToolCallId, place);
  if (!id) return id.error();
  Result<std::string> name = message.text(kName, place);
  if (!name) return name.error();
  if (id->empty() && name->empty()) {
    return bad_member(place, "tool_call_id", "is required: the id of the call that is answered");
  }
  result.id = *std::move(id);
  result.name = *std::move(name);
  Result<std::vector<ResultPart>> content = decode_content(message[kContent], place, losses);
  if (!content) return content.error();
  result.content = *std::move(content);
  std::vector<Part> parts;
  parts.emplace_back(std::move(result));
  return parts;
}

/// An assistant's message.
Result<std::vector<Part>> decode_spoken(const Fields& message, const Place& place,
                                        bool from_provider, Losses& losses) {
  std::vector<Part> parts;
  Result<void> good = append_assistant_content(parts, message[kContent], place, losses);
  if (!good) return good.error();
  Result<std::string> refusal = message.text(kRefusal, place);
  if (!refusal) return refusal.error();
  if (!refusal->empty()) parts.emplace_back(chat::Refusal{*std::move(refusal)});
  good = append_images(parts, message[kImages], place, losses);
  if (!good) return good.error();
  good = append_calls(parts, message, place, losses);
  if (!good) return good.error();
  const JsonItem& plain =
      message[kReasoningContent].present() ? message[kReasoningContent] : message[kReasoning];
  if (!plain.present() && !message[kReasoningDetails].present()) return parts;
  return with_thoughts(std::move(parts), plain.text(), message[kReasoningDetails], from_provider,
                       losses);
}

Result<std::vector<Part>> decode_parts(Role role, const Fields& message, const Place& place,
                                       Losses& losses) {
  if (role == Role::assistant) return decode_spoken(message, place, false, losses);
  if (role == Role::tool) return decode_result(message, place, losses);
  Result<std::vector<ResultPart>> content = decode_content(message[kContent], place, losses);
  if (!content) return content.error();
  std::vector<Part> parts;
  parts.reserve(content->size());
  append_parts(parts, *std::move(content));
  return parts;
}

Result<Message> decode_message(const JsonItem& item, const Place& place, Losses& losses) {
  if (!item.is_object()) return bad_place(place, "must be an object with a 'role'");
  const Fields fields(item, losses);
  const Result<std::string> role = fields.text(kRole, place);
  if (!role) return role.error();
  const RoleName* found = nullptr;
  for (const RoleName& each : kRoles) {
    if (each.name == *role) found = &each;
  }
  if (found == nullptr) {
    return bad_member(place, "role",
                      role->empty() ? "is required"
                                    : "must be one of system, developer, user, "
                                      "assistant and tool");
  }
  Message message{.role = found->role};
  Result<std::vector<Part>> parts = decode_parts(message.role, fields, place, losses);
  if (!parts) return parts.error();
  message.parts = *std::move(parts);
  if (message.role == Role::tool) return message;
  Result<std::string> name = fields.text(kName, place);
  if (!name) return name.error();
  message.name = *std::move(name);
  return message;
}

}  // namespace

Result<std::vector<Part>> decode_assistant(const JsonItem& message, const Place& place,
                                           bool from_provider, Losses& losses) {
  Losses members;  // of an answer: note_reply_member() tells hints from losses
  return decode_spoken(Fields(message, members), place, from_provider, losses);
}

Result<std::vector<Message>> decode_messages(const JsonItem& messages, Losses& losses) {
  const Place list{nullptr, "messages"};
  if (!messages.is_set()) return bad_place(list, "is required");
  if (!messages.is_array()) return bad_place(list, "must be an array of messages");
  if (messages.empty()) return bad_place(list, "must hold at least one message");
  std::vector<Message> decoded;
  std::size_t index = 0;
  for (auto at = messages.begin(); at != messages.end(); ++at) ++index;
  decoded.reserve(std::exchange(index, 0));
  for (const JsonItem item : messages) {
    Result<Message> message = decode_message(item, Place{&list, {}, index++}, losses);
    if (!message) return message.error();
    decoded.push_back(*std::move(message));
  }
  chat::normalize(decoded);
  return decoded;
}

}  // namespace arouter::openai
