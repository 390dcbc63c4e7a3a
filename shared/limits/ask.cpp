#include "shared/limits/ask.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "shared/json_doc.hpp"

namespace arouter::limits {

namespace {

// By the member `type`, and by members that only such parts have.
constexpr std::array<std::string_view, 11> kMediaTypes{
    "image_url", "input_image", "image",       "file",  "input_file", "document",
    "video_url", "input_video", "input_audio", "audio", "video"};
constexpr std::array<std::string_view, 4> kMediaMembers{"inlineData", "inline_data", "fileData",
                                                        "file_data"};
// Their data is no text: a document's may be.
constexpr std::array<std::string_view, 7> kPicturesAndSounds{
    "image_url", "input_image", "image", "video_url", "input_video", "input_audio", "audio"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Bytes of base64 below `item`: of members named `data`, and of URLs that are their own contents.
std::int64_t data_bytes(const JsonItem& item) {
  if (item.is_string()) {
    const bool is_data = item.named("data") || item.raw().starts_with("\"data:");
    return is_data ? static_cast<std::int64_t>(item.raw().size()) : 0;
  }
  std::int64_t bytes = 0;
  if (item.is_object()) {
    for (const JsonItem each : item) bytes += data_bytes(each);
  }
  return bytes;
}

bool is_picture_type(const JsonItem& type) {
  return type.is_string() && is_one_of(kPicturesAndSounds, type.text());
}

/// Gemini's parts say what they are by a MIME type.
bool is_inline_picture(const JsonItem& part) {
  for (const std::string_view member : {"inlineData", "inline_data"}) {
    const JsonItem data = part[member];
    for (const std::string_view key : {"mimeType", "mime_type"}) {
      const std::string kind = data[key].text();
      if (kind.starts_with("image/") || kind.starts_with("audio/")) return true;
    }
  }
  return false;
}

/// Counts the media at and below `item`, whose depth a peek has bounded.
void count_media(const JsonItem& item, Ask& ask) {
  if (!item.is_object() && !item.is_array()) return;
  if (item.is_object()) {
    const JsonItem type = item["type"];
    bool is_media = type.is_string() && is_one_of(kMediaTypes, type.text());
    for (const std::string_view member : kMediaMembers) is_media |= item[member].is_object();
    if (is_media) {
      ++ask.media;
      if (is_picture_type(type) || is_inline_picture(item)) ask.body_bytes -= data_bytes(item);
      return;
    }
  }
  for (const JsonItem each : item) count_media(each, ask);
}

/// Gemini spells members of its generationConfig in two ways; 0 when there is none.
std::int64_t configured(const JsonItem& root, std::string_view name, std::string_view snake_name) {
  for (const std::string_view config : {"generationConfig", "generation_config"}) {
    for (const std::string_view each : {name, snake_name}) {
      if (const auto count = root[config][each].count()) return *count;
    }
  }
  return 0;
}

std::int64_t choices_of(const JsonItem& root) {
  // OpenAI's older endpoint draws more than it returns, and bills all.
  return std::max({root["n"].count().value_or(1), root["best_of"].count().value_or(1),
                   configured(root, "candidateCount", "candidate_count")});
}

}  // namespace

Ask ask_of(CallKind call, std::string_view body, const Peek& peek, std::int64_t began_s) {
  Ask ask{.body_bytes = static_cast<std::int64_t>(body.size()),
          .max_tokens = peek.max_tokens,
          .has_output = call == CallKind::chat || call == CallKind::completions,
          .began_s = began_s};
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document) return ask;  // a peek would have refused it
  const JsonItem root = document->root();
  ask.choices = choices_of(root);
  if (ask.max_tokens == 0) {
    ask.max_tokens = configured(root, "maxOutputTokens", "max_output_tokens");
  }
  ask.messages = 1;  // instructions that stand apart
  for (const std::string_view name : {"messages", "input", "contents"}) {
    const JsonItem list = root[name];
    if (!list.is_array()) continue;
    for (const JsonItem each : list) {
      ++ask.messages;
      count_media(each, ask);
    }
  }
  return ask;
}

}  // namespace arouter::limits
