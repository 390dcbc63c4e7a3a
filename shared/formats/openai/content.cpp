#include "shared/formats/openai/content.hpp"

#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/peek_fields.hpp"

namespace arouter::openai {

namespace {

using chat::Media;

constexpr std::string_view kLoss = "messages.content.";

/// A URL as Media; a long data: URL is copied once, unless it holds escapes.
Media decode_url(Media::Kind kind, const JsonItem& url) {
  const std::string_view raw = url.raw();
  const std::string_view plain = raw.substr(1, raw.size() - 2);
  if (plain.find('\\') == std::string_view::npos) return chat::decode_media_url(kind, plain);
  return chat::decode_media_url(kind, url.text());
}

/// {"url": "…"}, or the URL alone, which some clients send.
Result<Media> decode_url_part(Media::Kind kind, const JsonItem& value, const Place& place) {
  const JsonItem url = value.is_string() ? value : value["url"];
  if (!url.is_string()) return bad_place(place, "must be an object with a string 'url'");
  Media media = decode_url(kind, url);
  if (media.data.empty() && media.url.empty()) return bad_member(place, "url", "is empty");
  media.detail = value["detail"].text();
  return media;
}

Result<Media> decode_audio(const JsonItem& value, const Place& place) {
  if (!value["data"].is_string()) return bad_place(place, "must be an object with a string 'data'");
  Media media = decode_url(Media::Kind::audio, value["data"]);
  if (media.data.empty()) std::swap(media.data, media.url);  // base64 alone, as it should be
  if (media.data.empty()) return bad_member(place, "data", "is empty");
  const std::string format = value["format"].text();
  if (media.mime_type.empty() && !format.empty()) {
    media.mime_type = format == "mp3" ? "audio/mpeg" : "audio/" + format;
  }
  return media;
}

Result<Media> decode_file(const JsonItem& value, const Place& place) {
  Media media;
  if (value["file_data"].is_string()) {
    media = decode_url(Media::Kind::file, value["file_data"]);
    const bool is_link = media.url.starts_with("http://") || media.url.starts_with("https://");
    if (!is_link && media.data.empty()) std::swap(media.data, media.url);  // base64 alone
  }
  media.kind = Media::Kind::file;
  media.name = value["filename"].text();
  if (media.data.empty() && media.url.empty()) media.file_id = value["file_id"].text();
  if (media.data.empty() && media.url.empty() && media.file_id.empty()) {
    return bad_place(place, "must be an object with 'file_data' or 'file_id'");
  }
  return media;
}

Result<Media> decode_media(std::string_view type, const JsonItem& value, const Place& place) {
  if (type == "input_audio") return decode_audio(value, place);
  if (type == "file") return decode_file(value, place);
  const auto kind = type == "image_url" ? Media::Kind::image : Media::Kind::video;
  return decode_url_part(kind, value, place);
}

void note_unknown(const JsonItem& part, std::string_view payload, chat::Losses& losses) {
  for (const JsonItem member : part) {
    if (member.named("type") || member.named(payload) || member.named("cache_control")) continue;
    if (member.named("index")) continue;  // of an answer's image
    if (member.is_set()) losses.add(std::string(kLoss) + member.key());
  }
}

void add_media_loss(const Media& media, std::string_view what, chat::Losses& losses) {
  losses.add("messages." + std::string(chat::media_kind_name(media.kind)) + "." +
             std::string(what));
}

void write_link_part(JsonWriter& json, std::string_view type, const Media& media) {
  json.begin_object().string("type", type).begin_object(type);
  json.string("url", chat::encode_media_url(media)).string_if("detail", media.detail);
  json.end_object().end_object();
}

/// A file name is asked for beside data, so one is made up where there is none.
std::string file_name(const Media& media) {
  if (!media.name.empty()) return media.name;
  const std::size_t slash = media.mime_type.find('/');
  if (slash == std::string::npos) return "file";
  return "file." + media.mime_type.substr(slash + 1);
}

void write_file_part(JsonWriter& json, const Media& media) {
  json.begin_object().string("type", "file").begin_object("file");
  if (media.data.empty()) {
    json.string("file_id", media.file_id);
  } else {
    json.string("filename", file_name(media));
    json.string("file_data", chat::encode_media_url(media));
  }
  json.end_object().end_object();
}

}  // namespace

std::string Place::text() const {
  std::string path = outer == nullptr ? std::string() : outer->text();
  if (index != kNoIndex) return path + "[" + std::to_string(index) + "]";
  if (!path.empty()) path += '.';
  path += name;
  return path;
}

Error bad_place(const Place& place, std::string_view what) {
  return peek_fields::bad_field(place.text(), std::string(what));
}

Error bad_member(const Place& place, std::string_view member, std::string_view what) {
  return bad_place(Place{&place, member}, what);
}

Result<std::string> decode_text(const JsonItem& item, const Place& place) {
  if (!item.is_string()) return bad_place(place, "must be a string");
  const std::string_view raw = item.raw();
  std::optional<std::string> text = decode_string(raw, {JsonType::string, 0, raw.size()});
  if (!text) return bad_place(place, "holds half of a surrogate pair");
  return *std::move(text);
}

Result<std::string> decode_member(const JsonItem& object, std::string_view name,
                                  const Place& place) {
  const JsonItem member = object[name];
  if (!member.is_set()) return std::string();
  return decode_text(member, Place{&place, name});
}

Result<std::optional<chat::ResultPart>> decode_content_part(const JsonItem& part,
                                                            const Place& place,
                                                            chat::Losses& losses) {
  if (!part.is_object()) return bad_place(place, "must be an object with a 'type'");
  const std::string type = part["type"].text();
  const JsonItem cache = part["cache_control"];
  const std::string cache_control(cache.is_set() ? cache.raw() : std::string_view());
  if (type == "text") {
    Result<std::string> text = decode_text(part["text"], Place{&place, "text"});
    if (!text) return text.error();
    note_unknown(part, "text", losses);
    return std::optional<chat::ResultPart>(
        chat::Text{.text = *std::move(text), .cache_control = cache_control});
  }
  if (type != "image_url" && type != "input_audio" && type != "file" && type != "video_url") {
    if (type.empty()) return bad_member(place, "type", "must be a string such as \"text\"");
    losses.add(std::string(kLoss) + type);
    return std::optional<chat::ResultPart>();
  }
  Result<Media> media = decode_media(type, part[type], Place{&place, type});
  if (!media) return media.error();
  media->cache_control = cache_control;
  note_unknown(part, type, losses);
  return std::optional<chat::ResultPart>(*std::move(media));
}

void write_text_part(JsonWriter& json, std::string_view text) {
  json.begin_object().string("type", "text").string("text", text).end_object();
}

bool can_say(const Media& media) {
  if (media.kind == Media::Kind::file) return !media.data.empty() || !media.file_id.empty();
  return !media.data.empty() || (media.kind != Media::Kind::audio && !media.url.empty());
}

void write_media_part(JsonWriter& json, const Media& media, chat::Losses& losses) {
  if (!can_say(media)) {
    add_media_loss(media, media.url.empty() ? "file_id" : "url", losses);
    return;
  }
  switch (media.kind) {
    case Media::Kind::image:
    case Media::Kind::video:
      write_link_part(json, media.kind == Media::Kind::image ? "image_url" : "video_url", media);
      return;
    case Media::Kind::file:
      write_file_part(json, media);
      return;
    case Media::Kind::audio:
      json.begin_object().string("type", "input_audio").begin_object("input_audio");
      json.string("data", media.data).string("format", chat::audio_format(media.mime_type));
      json.end_object().end_object();
      return;
  }
}

}  // namespace arouter::openai
