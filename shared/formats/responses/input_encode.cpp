// What a conversation becomes in `input`.
#include <variant>

#include "shared/chat/messages.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/request.hpp"

namespace arouter::responses {

namespace {

using chat::Media;
using chat::Role;

constexpr std::size_t kMostCallId = 64;

std::string_view role_name(Role role, bool has_developers) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::developer:
      return has_developers ? "developer" : "system";
    case Role::assistant:
      return "assistant";
    case Role::user:
    case Role::tool:
      break;
  }
  return "user";
}

/// The provider tells what a file is by its name.
std::string file_name(const Media& media) {
  if (!media.name.empty()) return media.name;
  if (media.mime_type.empty() || media.mime_type == "application/pdf") return "file.pdf";
  return media.mime_type.starts_with("text/") ? "file.txt" : "file";
}

void write_data(JsonWriter& json, std::string_view member, const Media& media,
                std::string_view usual_type) {
  const std::string_view type = media.mime_type.empty() ? usual_type : media.mime_type;
  std::string url = "data:";
  url.reserve(type.size() + media.data.size() + 16);
  url += type;
  url += ";base64,";
  url += media.data;
  json.string(member, url);
}

void write_media(JsonWriter& json, const Media& media) {
  json.begin_object();
  if (media.kind == Media::Kind::audio) {
    json.string("type", "input_audio").begin_object("input_audio");
    json.string("data", media.data)
        .string("format", chat::audio_format(media.mime_type))
        .end_object();
  } else if (media.kind == Media::Kind::image) {
    json.string("type", "input_image");
    if (!media.data.empty()) write_data(json, "image_url", media, "image/png");
    json.string_if("image_url", media.url).string_if("file_id", media.file_id);
    json.string("detail",
                media.detail.empty() ? "auto" : media.detail);  // required by some servers
  } else {
    json.string("type", "input_file");
    if (!media.data.empty()) {
      json.string("filename", file_name(media));
      write_data(json, "file_data", media, "application/pdf");
    } else {
      json.string_if("filename", media.name);
    }
    json.string_if("file_url", media.url).string_if("file_id", media.file_id);
  }
  json.end_object();
}

class InputWriter {
 public:
  InputWriter(JsonWriter& json, std::string_view model, chat::Losses& losses)
      : json_(json), has_developers_(openai_traits(model).younger), losses_(losses) {}

  void write(const chat::Message& message) {
    if (!message.name.empty()) losses_.add("messages.name");
    role_ = message.role;
    for (const chat::Part& part : message.parts) {
      std::visit([this](const auto& each) { write(each); }, part);
    }
    close_message();
  }

 private:
  void write(const chat::Text& text) {
    note_cache(text.cache_control);
    if (!text.signature.format.empty()) losses_.add("messages.thinking");
    open_message();
    write_text(text.text);
  }

  void write(const Media& media) {
    note_cache(media.cache_control);
    const bool is_said = role_ == Role::assistant;
    if (is_said || !can_say(media)) return lose(media);
    open_message();
    write_media(json_, media);
  }

  void write(const chat::Refusal& refusal) {
    open_message();
    write_refusal(refusal.text);
  }

  void write(const chat::ToolCall& call) {
    close_message();
    note_cache(call.cache_control);
    if (!call.signature.format.empty()) losses_.add("messages.thinking");
    json_.begin_object().string("type", "function_call");
    json_.string("call_id", chat::shorten(call.id, kMostCallId));
    json_.string("name", chat::short_tool_name(call.name));
    json_.string("arguments", call.arguments.empty() ? "{}" : call.arguments).end_object();
  }

  void write(const chat::ToolResult& result) {
    close_message();
    note_cache(result.cache_control);
    if (result.is_error) losses_.add("messages.tool_result.is_error");
    for (const chat::ResultPart& part : result.content) {
      std::visit([this](const auto& each) { note_cache(each.cache_control); }, part);
    }
    json_.begin_object().string("type", "function_call_output");
    json_.string("call_id", chat::shorten(result.id, kMostCallId));
    json_.key("output");
    const bool is_text =
        result.content.size() == 1 && std::holds_alternative<chat::Text>(result.content.front());
    if (result.content.empty()) {
      json_.string("");
    } else if (is_text) {
      json_.string(std::get<chat::Text>(result.content.front()).text);
    } else {
      write_content(result.content);
    }
    json_.end_object();
  }

  void write(const chat::Thinking& thinking) {
    if (thinking.signature.format != kFormatName) {
      losses_.add("messages.thinking");
      return;
    }
    close_message();
    json_.begin_object().string("type", "reasoning").begin_array("summary");
    if (!thinking.redacted) {
      json_.begin_object().string("type", "summary_text").string("text", thinking.text);
      json_.end_object();
    }
    json_.end_array().string("encrypted_content", thinking.signature.bytes).end_object();
  }

  void write_content(const std::vector<chat::ResultPart>& content) {
    json_.begin_array();
    for (const chat::ResultPart& part : content) {
      if (const auto* text = std::get_if<chat::Text>(&part)) {
        json_.begin_object().string("type", "input_text").string("text", text->text).end_object();
      } else if (const Media& media = std::get<Media>(part);
                 can_say(media) && media.kind != Media::Kind::audio) {
        write_media(json_, media);
      } else {
        lose(media);
      }
    }
    json_.end_array();
  }

  void write_text(std::string_view text) {
    const bool is_said = role_ == Role::assistant;
    json_.begin_object().string("type", is_said ? "output_text" : "input_text");
    json_.string("text", text);
    if (is_said) json_.begin_array("annotations").end_array();
    json_.end_object();
  }

  void write_refusal(std::string_view text) {
    json_.begin_object().string("type", "refusal").string("refusal", text).end_object();
  }

  static bool can_say(const Media& media) {
    if (media.kind == Media::Kind::audio) return !media.data.empty();
    return media.kind != Media::Kind::video;
  }

  void lose(const Media& media) {
    std::string name = "messages.";
    name += chat::media_kind_name(media.kind);
    const bool is_remote = media.kind == Media::Kind::audio && media.data.empty();
    if (is_remote) name += media.url.empty() ? ".file_id" : ".url";
    losses_.add(name);
  }

  void note_cache(const std::string& cache_control) {
    if (!cache_control.empty()) losses_.add("messages.cache_control");
  }

  void open_message() {
    if (is_open_) return;
    is_open_ = true;
    json_.begin_object()
        .string("type", "message")
        .string("role", role_name(role_, has_developers_));
    json_.begin_array("content");
  }

  void close_message() {
    if (is_open_) json_.end_array().end_object();
    is_open_ = false;
  }

  JsonWriter& json_;
  const bool has_developers_;
  chat::Losses& losses_;
  Role role_ = Role::user;
  bool is_open_ = false;
};

}  // namespace

void write_input(JsonWriter& json, const chat::Request& request, std::size_t first,
                 chat::Losses& losses) {
  const std::vector<chat::Message>& messages = request.messages;
  json.begin_array();
  InputWriter writer(json, request.model, losses);
  for (std::size_t i = first; i < messages.size(); ++i) writer.write(messages[i]);
  json.end_array();
}

}  // namespace arouter::responses
