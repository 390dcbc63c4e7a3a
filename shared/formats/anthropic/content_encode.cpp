#include <algorithm>

#include "shared/base64.hpp"
#include "shared/chat/messages.hpp"
#include "shared/formats/anthropic/content.hpp"

namespace arouter::anthropic {

namespace {

using chat::Media;

bool is_id_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// The type of an image that nobody named, from its first bytes in base64.
std::string_view sniff_image(std::string_view data) {
  if (data.starts_with("/9j/")) return "image/jpeg";
  if (data.starts_with("R0lG")) return "image/gif";
  if (data.starts_with("UklG")) return "image/webp";
  return "image/png";
}

bool is_pdf(const Media& media) {
  return media.mime_type == "application/pdf" || media.data.starts_with("JVBERi");
}

bool is_plain_text(const Media& media) {
  return media.mime_type.starts_with("text/") || media.mime_type == "application/json";
}

/// Whether it is a document here, whatever it was called.
bool is_document(const Media& media) {
  return media.kind == Media::Kind::file || (media.kind == Media::Kind::image && is_pdf(media));
}

void write_source(JsonWriter& writer, const Media& media) {
  writer.begin_object("source");
  if (!media.url.empty()) {
    writer.string("type", "url").string("url", media.url);
  } else if (!media.file_id.empty()) {
    writer.string("type", "file").string("file_id", media.file_id);
  } else if (is_document(media) && !is_pdf(media)) {
    writer.string("type", "text").string("media_type", "text/plain");
    writer.string("data", decode_base64(media.data).value_or(""));
  } else {
    const bool named = !media.mime_type.empty();
    const std::string_view guess = is_pdf(media) ? "application/pdf" : sniff_image(media.data);
    writer.string("type", "base64");
    writer.string("media_type", named ? std::string_view(media.mime_type) : guess);
    writer.string("data", media.data);
  }
  writer.end_object();
}

}  // namespace

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

std::string encode_call_id(std::string_view id) {
  std::string spelled(id);
  std::replace_if(
      spelled.begin(), spelled.end(), [](char c) { return !is_id_letter(c); }, '_');
  return spelled;
}

void write_text(JsonWriter& writer, std::string_view text, std::string_view cache_control) {
  writer.begin_object().string("type", "text").string("text", text);
  writer.raw_if("cache_control", cache_control).end_object();
}

void write_redacted(JsonWriter& writer, const chat::Signature& signature) {
  writer.begin_object().string("type", "redacted_thinking");
  writer.string("data", chat::encode_signature(signature, kFormat)).end_object();
}

void write_thinking(JsonWriter& writer, const chat::Thinking& thinking) {
  if (thinking.redacted) return write_redacted(writer, thinking.signature);
  writer.begin_object().string("type", "thinking").string("thinking", thinking.text);
  writer.string("signature", chat::encode_signature(thinking.signature, kFormat)).end_object();
}

void write_tool_use(JsonWriter& writer, const chat::ToolCall& call, std::string_view id) {
  writer.begin_object().string("type", "tool_use").string("id", id).string("name", call.name);
  writer.raw("input", chat::arguments_object(call.arguments));
  writer.raw_if("cache_control", call.cache_control).end_object();
}

void write_tool_result(JsonWriter& writer, const chat::ToolResult& result, chat::Losses& losses) {
  writer.begin_object().string("type", "tool_result");
  writer.string("tool_use_id", encode_call_id(result.id));
  const auto* lone =
      result.content.size() == 1 ? std::get_if<chat::Text>(&result.content[0]) : nullptr;
  if (lone != nullptr && lone->cache_control.empty()) {
    writer.string("content", lone->text);
  } else if (!result.content.empty()) {
    writer.begin_array("content");
    for (const chat::ResultPart& part : result.content) {
      if (const auto* text = std::get_if<chat::Text>(&part)) {
        if (!is_blank(text->text)) write_text(writer, text->text, text->cache_control);
      } else {
        write_media(writer, std::get<Media>(part), losses);
      }
    }
    writer.end_array();
  }
  if (result.is_error) writer.boolean("is_error", true);
  writer.raw_if("cache_control", result.cache_control).end_object();
}

bool takes_media(const Media& media) {
  const bool remote = !media.url.empty() || !media.file_id.empty();
  if (media.kind == Media::Kind::audio || media.kind == Media::Kind::video) return false;
  if (remote || !is_document(media) || is_pdf(media)) return remote || !media.data.empty();
  return is_plain_text(media) && !is_blank(decode_base64(media.data).value_or(""));
}

void write_media(JsonWriter& writer, const Media& media, chat::Losses& losses) {
  if (!takes_media(media)) {
    losses.add("messages." + std::string(chat::media_kind_name(media.kind)));
    return;
  }
  if (!media.detail.empty() && media.detail != "auto") losses.add("messages.image.detail");
  writer.begin_object().string("type", is_document(media) ? "document" : "image");
  write_source(writer, media);
  if (is_document(media)) writer.string_if("title", media.name);
  writer.raw_if("cache_control", media.cache_control).end_object();
}

}  // namespace arouter::anthropic
