#include "shared/formats/gemini/parts.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/signature.hpp"

namespace arouter::gemini {

namespace {

using chat::Media;

constexpr std::string_view kGoogleFiles = "https://generativelanguage.googleapis.com/";

Media::Kind kind_of(std::string_view mime_type) {
  if (mime_type.starts_with("image/")) return Media::Kind::image;
  if (mime_type.starts_with("audio/")) return Media::Kind::audio;
  return mime_type.starts_with("video/") ? Media::Kind::video : Media::Kind::file;
}

/// Other formats know the standard alphabet of base64 alone.
std::string standard_base64(std::string data) {
  const bool url_safe = data.find('-') != std::string::npos || data.find('_') != std::string::npos;
  if (!url_safe) return data;
  std::replace(data.begin(), data.end(), '-', '+');
  std::replace(data.begin(), data.end(), '_', '/');
  while (data.size() % 4 != 0) data += '=';
  return data;
}

Result<Media> decode_inline_data(const JsonItem& blob, std::string_view field) {
  if (!blob.is_object()) return fault(field, "must be an object");
  Result<std::string> mime_type = read_text(find_field(blob, "mimeType"), "mimeType");
  if (!mime_type) return inside(field, mime_type.error());
  Result<std::string> data = read_text(find_field(blob, "data"), "data");
  if (!data) return inside(field, data.error());
  if (data->empty()) return inside(field, fault("data", "must hold base64"));
  Result<std::string> name = read_text(find_field(blob, "displayName"), "displayName");
  if (!name) return inside(field, name.error());
  Media media;
  media.kind = kind_of(*mime_type);
  media.mime_type = std::move(*mime_type);
  media.data = standard_base64(std::move(*data));
  media.name = std::move(*name);
  return media;
}

Result<Media> decode_file_data(const JsonItem& file, std::string_view field) {
  if (!file.is_object()) return fault(field, "must be an object");
  Result<std::string> mime_type = read_text(find_field(file, "mimeType"), "mimeType");
  if (!mime_type) return inside(field, mime_type.error());
  Result<std::string> uri = read_text(find_field(file, "fileUri"), "fileUri");
  if (!uri) return inside(field, uri.error());
  if (uri->empty()) return inside(field, fault("fileUri", "must name a file"));
  Media media;
  media.mime_type = std::move(*mime_type);
  media.kind = kind_of(media.mime_type);
  const bool film = uri->find("://www.youtube.com/") != std::string::npos ||
                    uri->find("://youtu.be/") != std::string::npos;
  if (film) media.kind = Media::Kind::video;
  (is_google_file(*uri) ? media.file_id : media.url) = std::move(*uri);
  return media;
}

Result<chat::ToolCall> decode_call(const JsonItem& json, chat::Losses& losses) {
  if (!json.is_object()) return fault("functionCall", "must be an object");
  chat::ToolCall call;
  call.arguments = "{}";
  for (const JsonItem member : json) {
    const FieldName name(member);
    if (name == "args") {
      if (!member.is_set()) continue;
      if (!member.is_object()) return fault("functionCall.args", "must be an object");
      call.arguments = chat::compact_json(member.raw());  // Gemini indents it
    } else if (name == "name" || name == "id") {
      Result<std::string> text = read_text(member, name);
      if (!text) return inside("functionCall", text.error());
      (name == "id" ? call.id : call.name) = std::move(*text);
    } else {
      losses.add("contents.parts.functionCall." + member.key());
    }
  }
  if (call.name.empty()) return fault("functionCall.name", "must name a function");
  return call;
}

/// The words of a tool: the text that stands alone under one of the customary names, else all of
/// the object.
void decode_answer(const JsonItem& response, chat::ToolResult& result) {
  if (!response.is_set()) return;
  JsonItem only;
  std::size_t count = 0;
  for (const JsonItem member : response) {
    only = member;
    ++count;
  }
  const bool is_error = only.named("error");
  const bool wrapped = count == 1 && (is_error || only.named("result") || only.named("output"));
  result.is_error = wrapped && is_error;
  const JsonItem said = wrapped ? only : response;
  std::string text = wrapped ? said.text() : std::string();
  const bool whole = wrapped && said.is_string() && (said.raw().size() == 2 || !text.empty());
  if (!whole) text = said.raw();
  if (!text.empty()) result.content.emplace_back(chat::Text{std::move(text)});
}

Result<chat::ToolResult> decode_result(const JsonItem& json, chat::Losses& losses) {
  if (!json.is_object()) return fault("functionResponse", "must be an object");
  chat::ToolResult result;
  JsonItem media;
  for (const JsonItem member : json) {
    const FieldName name(member);
    if (name == "response") {
      if (member.is_set() && !member.is_object()) {
        return fault("functionResponse.response", "must be an object");
      }
      decode_answer(member, result);
    } else if (name == "name" || name == "id") {
      Result<std::string> text = read_text(member, name);
      if (!text) return inside("functionResponse", text.error());
      (name == "id" ? result.id : result.name) = std::move(*text);
    } else if (name == "parts") {
      media = member;
    } else {
      losses.add("contents.parts.functionResponse." + member.key());
    }
  }
  if (result.name.empty()) return fault("functionResponse.name", "must name a function");
  Result<void> good = for_each_in(media, "parts", [&](const JsonItem& part) -> Result<void> {
    const bool is_file = find_field(part, "fileData").is_set();
    Result<Media> found = is_file
                              ? decode_file_data(find_field(part, "fileData"), "fileData")
                              : decode_inline_data(find_field(part, "inlineData"), "inlineData");
    if (!found) return found.error();
    result.content.emplace_back(std::move(*found));
    return {};
  });
  if (!good) return inside("functionResponse", good.error());
  return result;
}

/// A part's members, as they are read.
struct RawPart {
  std::optional<chat::Part> part{};
  ThoughtSignature signature{};
  bool thought = false;
  bool has_text = false;
};

template <class T>
Result<void> take(RawPart& raw, Result<T> decoded) {
  if (!decoded) return decoded.error();
  raw.part = std::move(*decoded);
  return {};
}

Result<void> take_member(RawPart& raw, const JsonItem& member, chat::Losses& losses) {
  if (!member.is_set()) return {};
  const FieldName name(member);
  if (name == "text") {
    Result<std::string> text = read_text(member, name);
    if (!text) return text.error();
    raw.has_text = true;
    raw.part = chat::Text{std::move(*text)};
    return {};
  }
  if (name == "thought") {
    Result<std::optional<bool>> thought = read_flag(member, name);
    if (!thought) return thought.error();
    raw.thought = thought->value_or(false);
    return {};
  }
  if (name == "thoughtSignature") {
    Result<std::string> text = read_text(member, name);
    if (!text) return text.error();
    raw.signature = decode_thought_signature(*text);
    return {};
  }
  if (name == "functionCall") return take(raw, decode_call(member, losses));
  if (name == "functionResponse") return take(raw, decode_result(member, losses));
  if (name == "inlineData") return take(raw, decode_inline_data(member, name));
  if (name == "fileData") return take(raw, decode_file_data(member, name));
  losses.add("contents.parts." + member.key());
  return {};
}

bool is_unsigned(const chat::Signature& signature) {
  return signature.bytes.empty();
}

/// Puts a signature that came with an empty text onto the text or thought before it.
bool sign_last(std::vector<chat::Part>& parts, const RawPart& raw) {
  if (parts.empty() || raw.signature.redacted) return false;
  if (raw.thought) {
    auto* thinking = std::get_if<chat::Thinking>(&parts.back());
    if (thinking == nullptr || !is_unsigned(thinking->signature)) return false;
    thinking->signature = raw.signature.signature;
    return true;
  }
  auto* text = std::get_if<chat::Text>(&parts.back());
  if (text == nullptr || !is_unsigned(text->signature)) return false;
  text->signature = raw.signature.signature;
  return true;
}

void add_part(std::vector<chat::Part>& parts, RawPart raw, chat::Losses& losses) {
  const bool is_signed = !is_unsigned(raw.signature.signature);
  if (!raw.part) {
    if (!is_signed) return;
    raw.part = chat::Text{};
    raw.has_text = true;
  }
  if (raw.has_text) {
    auto& text = std::get<chat::Text>(*raw.part);
    if (text.text.empty() && is_signed && sign_last(parts, raw)) return;
    if (!raw.thought) {
      text.signature = std::move(raw.signature.signature);
      parts.push_back(std::move(*raw.part));
      return;
    }
    parts.emplace_back(chat::Thinking{std::move(text.text), std::move(raw.signature.signature),
                                      raw.signature.redacted});
    return;
  }
  if (raw.thought && std::holds_alternative<Media>(*raw.part)) {
    losses.add("contents.parts.thought");
    return;
  }
  if (auto* call = std::get_if<chat::ToolCall>(&*raw.part)) {
    call->signature = std::move(raw.signature.signature);
  }
  parts.push_back(std::move(*raw.part));
}

struct Beginning {
  std::string_view text;
  std::string_view mime_type;
};
constexpr std::array<Beginning, 9> kData{{{"iVBOR", "image/png"},
                                          {"/9j/", "image/jpeg"},
                                          {"R0lGOD", "image/gif"},
                                          {"UklGR", "image/webp"},
                                          {"JVBERi", "application/pdf"},
                                          {"SUQz", "audio/mp3"},
                                          {"//uQ", "audio/mp3"},
                                          {"T2dnUw", "audio/ogg"},
                                          {"ZkxhQw", "audio/flac"}}};
constexpr std::array<Beginning, 16> kEndings{{{".png", "image/png"},
                                              {".jpg", "image/jpeg"},
                                              {".jpeg", "image/jpeg"},
                                              {".gif", "image/gif"},
                                              {".webp", "image/webp"},
                                              {".heic", "image/heic"},
                                              {".pdf", "application/pdf"},
                                              {".txt", "text/plain"},
                                              {".md", "text/plain"},
                                              {".html", "text/html"},
                                              {".csv", "text/csv"},
                                              {".json", "application/json"},
                                              {".mp3", "audio/mp3"},
                                              {".wav", "audio/wav"},
                                              {".mp4", "video/mp4"},
                                              {".webm", "video/webm"}}};

/// Data must have a type: the likeliest when nobody said it.
std::string_view likely_type(Media::Kind kind) {
  switch (kind) {
    case Media::Kind::image:
      return "image/jpeg";
    case Media::Kind::audio:
      return "audio/wav";
    case Media::Kind::video:
      return "video/mp4";
    case Media::Kind::file:
      break;
  }
  return "application/octet-stream";
}

}  // namespace

Result<std::vector<chat::Part>> decode_parts(const JsonItem& parts, chat::Losses& losses) {
  std::vector<chat::Part> decoded;
  Result<void> good = for_each_in(parts, "parts", [&](const JsonItem& part) -> Result<void> {
    RawPart raw;
    for (const JsonItem member : part) {
      if (Result<void> taken = take_member(raw, member, losses); !taken) return taken;
    }
    add_part(decoded, std::move(raw), losses);
    return {};
  });
  if (!good) return good.error();
  return decoded;
}

bool is_google_file(std::string_view uri) {
  return uri.starts_with(kGoogleFiles) || uri.starts_with("gs://") || uri.starts_with("files/");
}

std::string mime_type_of(const Media& media) {
  if (!media.mime_type.empty()) return media.mime_type;
  for (const Beginning& each : kData) {
    if (std::string_view(media.data).starts_with(each.text)) {
      const bool sound = each.mime_type == "image/webp" && media.kind == Media::Kind::audio;
      return std::string(sound ? "audio/wav" : each.mime_type);  // both are RIFF
    }
  }
  const std::string_view path =
      std::string_view(media.url).substr(0, media.url.find_first_of("?#"));
  for (const Beginning& each : kEndings) {
    if (path.ends_with(each.text)) return std::string(each.mime_type);
  }
  return "";
}

void write_text(JsonWriter& out, std::string_view text, bool thought, std::string_view signature) {
  out.begin_object().string("text", text);
  if (thought) out.boolean("thought", true);
  out.string_if("thoughtSignature", signature).end_object();
}

void write_call(JsonWriter& out, const chat::ToolCall& call, std::string_view signature) {
  out.begin_object().begin_object("functionCall");
  out.string_if("id", call.id).string("name", call.name);
  out.raw("args", chat::arguments_object(call.arguments)).end_object();
  out.string_if("thoughtSignature", signature).end_object();
}

void write_media(JsonWriter& out, const Media& media) {
  const bool has_data = !media.data.empty();
  out.begin_object().begin_object(has_data ? "inlineData" : "fileData");
  const std::string mime_type = mime_type_of(media);
  if (has_data) {
    out.string("mimeType", mime_type.empty() ? likely_type(media.kind) : mime_type);
    out.string("data", media.data);
  } else {
    out.string_if("mimeType", mime_type);
    out.string("fileUri", media.url.empty() ? media.file_id : media.url);
  }
  out.end_object().end_object();
}

}  // namespace arouter::gemini
