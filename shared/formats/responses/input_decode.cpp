// What stands in `input`.
#include <array>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/peek_fields.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/request.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

using chat::Media;
using chat::Role;
using peek_fields::bad_field;

constexpr std::string_view kEphemeral = R"({"type":"ephemeral"})";

std::string in(const std::string& where, std::size_t index) {
  return where + "[" + std::to_string(index) + "]";
}

Result<Media> decode_image(const JsonItem& part, const std::string& where) {
  Media media;
  if (const JsonItem url = part["image_url"]; url.is_set()) {
    const auto text = find_text(url);
    if (!text || text->empty()) return bad_field(where + ".image_url", "must be a URL");
    media = chat::decode_media_url(Media::Kind::image, *text);
  } else {
    media.file_id = part["file_id"].text();
  }
  media.detail = part["detail"].text();
  if (media.data.empty() && media.url.empty() && media.file_id.empty()) {
    return bad_field(where, "needs an 'image_url' or a 'file_id'");
  }
  return media;
}

Result<Media> decode_file(const JsonItem& part, const std::string& where) {
  Media media;
  media.kind = Media::Kind::file;
  if (const std::string data = part["file_data"].text(); data.starts_with("data:")) {
    media = chat::decode_media_url(Media::Kind::file, data);
  } else {
    media.data = data;
  }
  if (media.data.empty() && media.url.empty()) media.url = part["file_url"].text();
  if (media.data.empty() && media.url.empty()) media.file_id = part["file_id"].text();
  media.name = part["filename"].text();
  media.detail = part["detail"].text();
  if (media.data.empty() && media.url.empty() && media.file_id.empty()) {
    return bad_field(where, "needs 'file_data', a 'file_url' or a 'file_id'");
  }
  return media;
}

Result<Media> decode_audio(const JsonItem& part, const std::string& where) {
  const JsonItem audio = part["input_audio"];
  Media media;
  media.kind = Media::Kind::audio;
  media.data = audio["data"].text();
  const std::string format = audio["format"].text();
  media.mime_type = format == "mp3" ? "audio/mpeg" : "audio/" + format;
  if (media.data.empty()) return bad_field(where + ".input_audio", "needs 'data' and 'format'");
  return media;
}

bool is_text(std::string_view type) {
  return type == "input_text" || type == "output_text" || type == "text" || type == "summary_text";
}

/// Appends what `part` is; nothing when it is a loss. Errors: bad_request.
Result<void> decode_part(const JsonItem& part, const std::string& where,
                         std::vector<chat::Part>& parts, chat::Losses& losses) {
  const std::string type = part["type"].text();
  const bool is_refusal = type == "refusal";
  if (is_text(type) || is_refusal) {
    const char* const member = is_refusal ? "refusal" : "text";
    auto text = find_text(part[member]);
    if (!text) return bad_field(where + "." + member, "must be a string");
    if (is_refusal) {
      parts.emplace_back(chat::Refusal{std::move(*text)});
      return {};
    }
    if (!part["annotations"].empty()) losses.add("input.content.annotations");
    const bool ends_prefix = part["prompt_cache_breakpoint"].is_object();
    parts.emplace_back(
        chat::Text{std::move(*text), std::string(ends_prefix ? kEphemeral : ""), {}});
    return {};
  }
  if (!part.is_object() || type.empty()) return bad_field(where + ".type", "must name a part");
  Result<Media> media = Media{};
  if (type == "input_image") {
    media = decode_image(part, where);
  } else if (type == "input_file") {
    media = decode_file(part, where);
  } else if (type == "input_audio") {
    media = decode_audio(part, where);
  } else {
    losses.add("input.content." + type);
    return {};
  }
  if (!media) return media.error();
  if (part["prompt_cache_breakpoint"].is_object()) media->cache_control = kEphemeral;
  parts.emplace_back(std::move(*media));
  return {};
}

/// `content` or `output`: a string, or an array of parts.
Result<std::vector<chat::Part>> decode_parts(const JsonItem& content, const std::string& where,
                                             chat::Losses& losses) {
  std::vector<chat::Part> parts;
  if (content.is_string()) {
    auto text = find_text(content);
    if (!text) return bad_field(where, "holds half a surrogate pair");
    if (!text->empty()) parts.emplace_back(chat::Text{std::move(*text), {}, {}});
    return parts;
  }
  if (!content.is_array()) return bad_field(where, "must be a string or an array of parts");
  std::size_t index = 0;
  for (const JsonItem part : content) {
    Result<void> good = decode_part(part, in(where, index++), parts, losses);
    if (!good) return good.error();
  }
  return parts;
}

std::optional<Role> role_of(std::string_view name) {
  if (name == "user") return Role::user;
  if (name == "assistant") return Role::assistant;
  if (name == "developer") return Role::developer;
  if (name == "system") return Role::system;
  return std::nullopt;
}

using Messages = std::vector<chat::Message>;

void add(Messages& messages, Role role, std::vector<chat::Part> parts) {
  messages.push_back({.role = role, .parts = std::move(parts), .name = {}});
}

void add(Messages& messages, Role role, chat::Part part) {
  messages.emplace_back().role = role;
  messages.back().parts.push_back(std::move(part));
}

Result<void> decode_message(const JsonItem& item, const std::string& where, Messages& messages,
                            chat::Losses& losses) {
  const std::optional<Role> role = role_of(item["role"].text());
  if (!role) {
    return bad_field(where + ".role",
                     "must be \"user\", \"assistant\", \"system\" or \"developer\"");
  }
  Result<std::vector<chat::Part>> parts = decode_parts(item["content"], where + ".content", losses);
  if (!parts) return parts.error();
  add(messages, *role, std::move(*parts));
  return {};
}

Result<void> decode_call(const JsonItem& item, const std::string& where, Messages& messages) {
  chat::ToolCall call = read_call(item);
  if (call.id.empty()) return bad_field(where + ".call_id", "must be a string that names the call");
  if (call.name.empty()) return bad_field(where + ".name", "must be a string that names the tool");
  add(messages, Role::assistant, std::move(call));
  return {};
}

Result<void> decode_result(const JsonItem& item, const std::string& where, Messages& messages,
                           chat::Losses& losses) {
  chat::ToolResult result;
  result.id = item["call_id"].text();
  if (result.id.empty()) return bad_field(where + ".call_id", "must be a string that names a call");
  Result<std::vector<chat::Part>> parts = decode_parts(item["output"], where + ".output", losses);
  if (!parts) return parts.error();
  for (chat::Part& part : *parts) {
    if (auto* text = std::get_if<chat::Text>(&part)) result.content.emplace_back(std::move(*text));
    if (auto* media = std::get_if<Media>(&part)) result.content.emplace_back(std::move(*media));
  }
  add(messages, Role::tool, std::move(result));
  return {};
}

void decode_reasoning(const JsonItem& item, Messages& messages, chat::Losses& losses) {
  chat::Thinking thinking = read_reasoning(item);
  if (thinking.text.empty() && thinking.signature.format.empty()) {
    losses.add("input.reasoning");  // only the provider that kept it knows what it was
    return;
  }
  add(messages, Role::assistant, std::move(thinking));
}

Result<void> decode_item(const JsonItem& item, const std::string& where, chat::Request& request,
                         chat::Losses& losses) {
  if (!item.is_object()) return bad_field(where, "must be an item, an object");
  std::string type = item["type"].text();
  if (type.empty() && item["role"].is_set()) type = "message";
  Messages& messages = request.messages;
  if (type == "message") return decode_message(item, where, messages, losses);
  if (type == "function_call" || type == "custom_tool_call") {
    return decode_call(item, where, messages);
  }
  if (type == "function_call_output" || type == "custom_tool_call_output") {
    return decode_result(item, where, messages, losses);
  }
  if (type == "reasoning") {
    decode_reasoning(item, messages, losses);
    return {};
  }
  if (type == "image_generation_call" && item["result"].is_string()) {
    add(messages, Role::assistant, read_image_call(item));
    return {};
  }
  if (type == "item_reference" || (type.empty() && item["id"].is_set())) {
    return bad_field(where,
                     "refers to an item that only its own provider keeps; send the item itself");
  }
  if (type.starts_with("compaction")) {
    return bad_field(where, "is a conversation that only its own provider can read");
  }
  if (type.empty()) return bad_field(where + ".type", "must name the kind of item");
  if (type != "additional_tools") losses.add("input." + type);
  if (!item["tools"].is_set()) return {};
  return decode_tools(item["tools"], where + ".tools", request, losses);
}

}  // namespace

std::optional<std::string> find_text(const JsonItem& item) {
  if (!item.is_string()) return std::nullopt;
  std::string text = item.text();
  if (text.empty() && item.raw().size() > 2) return std::nullopt;
  return text;
}

Result<void> decode_input(const JsonItem& input, chat::Request& request, chat::Losses& losses) {
  Messages& messages = request.messages;
  if (input.is_string()) {
    Result<std::vector<chat::Part>> parts = decode_parts(input, "input", losses);
    if (!parts) return parts.error();
    add(messages, Role::user, std::move(*parts));
  } else if (input.is_array()) {
    std::size_t index = 0;
    for (const JsonItem item : input) {
      Result<void> good = decode_item(item, in("input", index++), request, losses);
      if (!good) return good;
    }
  } else {
    return bad_field("input", "is required: a string or an array of items");
  }
  chat::normalize(messages);
  for (chat::Message& message : messages) {
    if (message.role == Role::assistant) take_signatures(message.parts);
  }
  if (messages.empty()) return bad_field("input", "must not be empty");
  return {};
}

}  // namespace arouter::responses
