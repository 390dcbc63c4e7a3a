#include <utility>

#include "shared/base64.hpp"
#include "shared/chat/messages.hpp"
#include "shared/formats/anthropic/content.hpp"

namespace arouter::anthropic {

namespace {

using chat::Media;
using chat::Part;
using chat::Role;
using chat::Signature;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;
using chat::ToolResult;

/// The bytes of a cache_control; "" when there is none.
std::string cache_control_of(const JsonItem& block) {
  const JsonItem value = block["cache_control"];
  return value.is_set() ? std::string(value.raw()) : "";
}

Result<std::string> need_string(const JsonItem& object, std::string_view name, const Place& place) {
  const JsonItem value = object[name];
  if (value.is_string()) return value.text();
  return fault({&place, name}, "must be a string");
}

/// Reads the blocks of one content. Holds what it has found so far.
class ContentReader {
 public:
  ContentReader(Role role, chat::Losses& losses) : role_(role), losses_(losses) {}

  Result<void> read(const JsonItem& content, const Place& place) {
    if (content.is_string()) {
      std::string text = content.text();
      if (!text.empty()) parts_.emplace_back(Text{.text = std::move(text)});
      return {};
    }
    if (!content.is_array()) return fault(place, "must be a string or an array of blocks");
    std::size_t index = 0;
    for (const JsonItem block : content) {
      const Place at{&place, {}, index++};
      if (!block.is_object()) return fault(at, "must be an object");
      if (Result<void> good = read_block(block, at); !good) return good;
    }
    return {};
  }

  std::vector<Part> take() { return std::move(parts_); }

 private:
  Result<void> read_block(const JsonItem& block, const Place& place) {
    const JsonItem type_item = block["type"];
    if (!type_item.is_string()) return fault({&place, "type"}, "must be a string");
    const std::string type = type_item.text();
    if (type == "text") return read_text(block, place);
    if (role_ == Role::system) return fault({&place, "type"}, "must be \"text\" here");
    if (type == "image") return read_media(Media::Kind::image, block, place);
    if (type == "document") return read_media(Media::Kind::file, block, place);
    if (type == "search_result") return read_search_result(block, place);
    if (type == "tool_use") return read_tool_use(block, place);
    if (type == "tool_result") return read_tool_result(block, place);
    if (type == "thinking") return read_thinking(block, place);
    if (type == "redacted_thinking") return read_redacted(block, place);
    losses_.add("messages." + type);
    return {};
  }

  Result<void> read_text(const JsonItem& block, const Place& place) {
    Result<std::string> text = need_string(block, "text", place);
    if (!text) return text.error();
    if (block["citations"].is_array() && !block["citations"].empty()) {
      losses_.add("messages.citations");
    }
    if (text->empty()) return {};
    parts_.emplace_back(Text{.text = std::move(*text), .cache_control = cache_control_of(block)});
    return {};
  }

  Result<void> read_search_result(const JsonItem& block, const Place& place) {
    losses_.add("messages.search_result");  // its words stay, that they are a source does not
    return read(block["content"], {&place, "content"});
  }

  Result<void> read_media(Media::Kind kind, const JsonItem& block, const Place& place) {
    const Place at{&place, "source"};
    const JsonItem source = block["source"];
    if (!source.is_object()) return fault(at, "must be an object");
    if (block["citations"]["enabled"].boolean().value_or(false)) {
      losses_.add("messages.citations");
    }
    if (block["context"].is_set()) losses_.add("messages.document.context");
    const std::string type = source["type"].text();
    if (type == "content" && kind == Media::Kind::file) {
      losses_.add("messages.document");
      return read(source["content"], {&at, "content"});
    }
    Result<Media> media = decode_source(kind, type, source, at);
    if (!media) return media.error();
    media->name = block["title"].text();
    media->cache_control = cache_control_of(block);
    parts_.emplace_back(std::move(*media));
    return {};
  }

  static Result<Media> decode_source(Media::Kind kind, const std::string& type,
                                     const JsonItem& source, const Place& place) {
    Media media;
    media.kind = kind;
    std::string_view field;
    if (type == "base64" || (type == "text" && kind == Media::Kind::file)) field = "data";
    if (type == "url") field = "url";
    if (type == "file") field = "file_id";
    if (field.empty()) return fault({&place, "type"}, "names no source that can be read");
    Result<std::string> value = need_string(source, field, place);
    if (!value) return value.error();
    if (value->empty()) return fault({&place, field}, "must not be empty");
    if (type == "base64") {
      Result<std::string> mime_type = need_string(source, "media_type", place);
      if (!mime_type) return mime_type.error();
      media.mime_type = std::move(*mime_type);
      media.data = std::move(*value);
    } else if (type == "text") {
      media.mime_type = "text/plain";
      media.data = encode_base64(*value);
    } else if (type == "url") {
      if (kind == Media::Kind::file) media.mime_type = "application/pdf";  // others are refused
      media.url = std::move(*value);
    } else {
      media.file_id = std::move(*value);
    }
    return media;
  }

  Result<void> read_tool_use(const JsonItem& block, const Place& place) {
    if (role_ != Role::assistant) return fault(place, "tool_use belongs to the assistant");
    Result<std::string> id = need_string(block, "id", place);
    if (!id) return id.error();
    Result<std::string> name = need_string(block, "name", place);
    if (!name) return name.error();
    const JsonItem input = block["input"];
    if (input.is_set() && !input.is_object()) return fault({&place, "input"}, "must be an object");
    parts_.emplace_back(
        ToolCall{.id = std::move(*id),
                 .name = std::move(*name),
                 .arguments = input.is_set() ? chat::compact_json(input.raw()) : "{}",
                 .cache_control = cache_control_of(block)});
    return {};
  }

  Result<void> read_tool_result(const JsonItem& block, const Place& place) {
    if (role_ != Role::user) return fault(place, "tool_result belongs to the user");
    Result<std::string> id = need_string(block, "tool_use_id", place);
    if (!id) return id.error();
    ToolResult result;
    result.id = std::move(*id);
    result.is_error = block["is_error"].boolean().value_or(false);
    result.cache_control = cache_control_of(block);
    if (const JsonItem content = block["content"]; content.is_set()) {
      ContentReader inner(Role::tool, losses_);
      if (Result<void> good = inner.read(content, {&place, "content"}); !good) return good;
      for (Part& part : inner.parts_) {
        if (auto* text = std::get_if<Text>(&part)) result.content.emplace_back(std::move(*text));
        if (auto* media = std::get_if<Media>(&part)) result.content.emplace_back(std::move(*media));
      }
    }
    parts_.emplace_back(std::move(result));
    return {};
  }

  Result<void> read_thinking(const JsonItem& block, const Place& place) {
    if (role_ != Role::assistant) return fault(place, "thinking belongs to the assistant");
    Result<std::string> text = need_string(block, "thinking", place);
    if (!text) return text.error();
    const JsonItem signature = block["signature"];
    parts_.emplace_back(Thinking{.text = std::move(*text),
                                 .signature = chat::decode_signature(signature.text(), kFormat)});
    return {};
  }

  Result<void> read_redacted(const JsonItem& block, const Place& place) {
    if (role_ != Role::assistant) return fault(place, "thinking belongs to the assistant");
    Result<std::string> data = need_string(block, "data", place);
    if (!data) return data.error();
    parts_.emplace_back(
        Thinking{.signature = chat::decode_signature(*data, kFormat), .redacted = true});
    return {};
  }

  const Role role_;
  chat::Losses& losses_;
  std::vector<Part> parts_;
};

/// Where a text or call keeps its signature; null when it has one, or is something else.
Signature* unsigned_place(Part& part) {
  Signature* place = nullptr;
  if (auto* text = std::get_if<Text>(&part)) place = &text->signature;
  if (auto* call = std::get_if<ToolCall>(&part)) place = &call->signature;
  return place != nullptr && place->format.empty() ? place : nullptr;
}

/// Gives the signatures that came as blocks of their own back to what they belong to.
void attach_signatures(std::vector<Part>& parts) {
  std::vector<Part> kept;
  kept.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto* lone = std::get_if<Thinking>(&parts[i]);
    const bool is_lone = lone != nullptr && lone->redacted && lone->signature.format == "gemini";
    Signature* place = nullptr;
    if (is_lone && i + 1 < parts.size()) place = unsigned_place(parts[i + 1]);
    if (is_lone && place == nullptr && !kept.empty()) place = unsigned_place(kept.back());
    if (place != nullptr) {
      *place = std::move(lone->signature);
    } else {
      kept.push_back(std::move(parts[i]));
    }
  }
  parts = std::move(kept);
}

}  // namespace

Result<std::vector<Part>> decode_content(const JsonItem& content, Role role, const Place& place,
                                         chat::Losses& losses) {
  ContentReader reader(role, losses);
  if (Result<void> good = reader.read(content, place); !good) return good.error();
  std::vector<Part> parts = reader.take();
  if (role == Role::assistant) attach_signatures(parts);
  return parts;
}

}  // namespace arouter::anthropic
