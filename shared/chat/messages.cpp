#include "shared/chat/messages.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "shared/json_scan.hpp"

namespace arouter::chat {

namespace {

constexpr std::string_view kMark = "arouter.";

/// Joins neighbours of one role, where nothing would be lost by it.
void join_neighbours(std::vector<Message>& messages) {
  std::vector<Message> joined;
  joined.reserve(messages.size());
  for (Message& message : messages) {
    if (message.parts.empty()) continue;
    const bool fits =
        !joined.empty() && joined.back().role == message.role && joined.back().name == message.name;
    if (!fits) {
      joined.push_back(std::move(message));
      continue;
    }
    std::vector<Part>& parts = joined.back().parts;
    std::move(message.parts.begin(), message.parts.end(), std::back_inserter(parts));
  }
  messages = std::move(joined);
}

/// The calls of the last assistant message and which of them have got their result.
struct OpenCalls {
  std::vector<const ToolCall*> calls;
  std::vector<bool> answered;

  const ToolCall* find(const ToolResult& result) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const bool fits = result.id.empty() ? !answered[i] && calls[i]->name == result.name
                                          : calls[i]->id == result.id;
      if (!fits) continue;
      answered[i] = true;
      return calls[i];
    }
    return nullptr;
  }
};

template <class Parts>
std::string join_texts(const Parts& parts) {
  std::string joined;
  bool first = true;
  for (const auto& part : parts) {
    const Text* text = std::get_if<Text>(&part);
    if (text == nullptr) continue;
    if (!first) joined += "\n\n";
    first = false;
    joined += text->text;
  }
  return joined;
}

}  // namespace

void normalize(std::vector<Message>& messages) {
  join_neighbours(messages);
  std::size_t number = 0;
  OpenCalls open;
  for (Message& message : messages) {
    if (message.role == Role::assistant) open = {};
    for (Part& part : message.parts) {
      if (auto* call = std::get_if<ToolCall>(&part)) {
        ++number;
        if (call->id.empty()) call->id = "call_" + std::to_string(number);
        if (call->arguments.empty()) call->arguments = "{}";
        open.calls.push_back(call);
        open.answered.push_back(false);
      } else if (auto* result = std::get_if<ToolResult>(&part)) {
        const ToolCall* asked = open.find(*result);
        if (asked == nullptr) continue;
        result->id = asked->id;
        result->name = asked->name;
      }
    }
  }
}

std::vector<Message> take_instructions(std::vector<Message>& messages) {
  const auto first_other = std::find_if(messages.begin(), messages.end(), [](const Message& each) {
    return each.role != Role::system && each.role != Role::developer;
  });
  std::vector<Message> taken(std::make_move_iterator(messages.begin()),
                             std::make_move_iterator(first_other));
  messages.erase(messages.begin(), first_other);
  return taken;
}

std::string joined_text(const std::vector<Part>& parts) {
  return join_texts(parts);
}

std::string joined_text(const std::vector<ResultPart>& parts) {
  return join_texts(parts);
}

std::string arguments_object(std::string_view arguments) {
  const Result<JsonType> type = scan_json(arguments);
  if (type && *type == JsonType::object) return std::string(arguments);
  if (arguments.find_first_not_of(" \t\r\n") == std::string_view::npos) return "{}";
  std::string object = "{\"input\":";
  append_json_string(object, arguments);
  return object + "}";
}

std::string one_line(std::string json) {
  std::replace_if(
      json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

std::string compact_json(std::string_view json) {
  if (!scan_json(json)) return std::string(json);
  std::string compact;
  compact.reserve(json.size());
  bool inside = false;  // a string
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (inside && c == '\\') compact += json[i++];  // and what it escapes, below
    if (c == '"') inside = !inside;
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (inside || !is_blank) compact += json[i];
  }
  return compact;
}

std::string_view media_kind_name(Media::Kind kind) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"image", "file", "audio", "video"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view audio_format(std::string_view mime_type) noexcept {
  if (mime_type == "audio/mpeg") return "mp3";
  if (mime_type.empty()) return "wav";
  std::string_view subtype = mime_type.substr(mime_type.find('/') + 1);
  if (subtype.starts_with("x-")) subtype.remove_prefix(2);
  return subtype == "wave" || subtype == "vnd.wave" ? "wav" : subtype;
}

Media decode_media_url(Media::Kind kind, std::string_view url) {
  Media media;
  media.kind = kind;
  constexpr std::string_view kScheme = "data:";
  constexpr std::string_view kCoding = ";base64,";
  const std::size_t coding = url.substr(0, 256).find(kCoding);
  if (!url.starts_with(kScheme) || coding == std::string_view::npos) {
    media.url = url;
    return media;
  }
  const std::string_view type = url.substr(kScheme.size(), coding - kScheme.size());
  media.mime_type = type.substr(0, type.find(';'));
  media.data = url.substr(coding + kCoding.size());
  return media;
}

std::string encode_media_url(const Media& media) {
  if (media.data.empty()) return media.url;
  return "data:" + media.mime_type + ";base64," + media.data;
}

std::string encode_signature(const Signature& signature, std::string_view own) {
  if (signature.format.empty() || signature.format == own) return signature.bytes;
  return std::string(kMark) + signature.format + "." + signature.bytes;
}

Signature decode_signature(std::string_view text, std::string_view own) {
  if (text.empty()) return {};
  if (text.starts_with(kMark)) {
    const std::string_view rest = text.substr(kMark.size());
    const std::size_t dot = rest.find('.');
    if (dot != std::string_view::npos && dot > 0) {
      return {std::string(rest.substr(dot + 1)), std::string(rest.substr(0, dot))};
    }
  }
  return {std::string(text), std::string(own)};
}

}  // namespace arouter::chat
