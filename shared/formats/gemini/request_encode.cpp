#include <algorithm>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/gemini/parts.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/formats/gemini/signature.hpp"
#include "shared/formats/gemini/thinking.hpp"

namespace arouter::gemini {

namespace {

using chat::Media;
using chat::Message;
using chat::Part;
using chat::Request;
using chat::Role;

bool is_instruction(const Message& message) {
  return message.role == Role::system || message.role == Role::developer;
}

/// Writes contents whose roles take turns: neighbours of one role share one, and nothing is opened
/// for a message of which no part is left.
class ContentsWriter {
 public:
  ContentsWriter(JsonWriter& out, const Request& request, chat::Losses& losses)
      : out_(out), way_(thinking_way(request.model)), losses_(losses) {}

  void write(const Message& message) {
    if (!message.name.empty()) losses_.add("messages.name");
    role_ = message.role == Role::assistant ? "model" : "user";
    signed_call_ = false;
    for (const Part& part : message.parts) {
      std::visit([this](const auto& each) { write_part(each); }, part);
    }
    // Behind all results of the message, so that these stand together.
    for (const Media* const media : of_results_) write_part(*media);
    of_results_.clear();
  }

  void finish() {
    if (!open_role_.empty()) out_.end_array().end_object();
    open_role_ = {};
  }

 private:
  void open() {
    if (open_role_ == role_) return;
    finish();
    out_.begin_object().string("role", role_).begin_array("parts");
    open_role_ = role_;
  }

  /// The signature that Gemini can read; others are left out.
  std::string own(const chat::Signature& signature) {
    if (signature.bytes.empty()) return "";
    if (signature.format == kName) return signature.bytes;
    losses_.add("messages.thinking");
    return "";
  }

  void note_cache(const std::string& cache_control) {
    if (!cache_control.empty()) losses_.add("messages.cache_control");
  }

  void write_part(const chat::Text& text) {
    note_cache(text.cache_control);
    const std::string signature = own(text.signature);
    if (text.text.empty() && signature.empty()) return;
    open();
    write_text(out_, text.text, false, signature);
  }

  void write_part(const chat::Thinking& thinking) {
    const std::string signature = own(thinking.signature);
    if (signature.empty() && (thinking.redacted || thinking.text.empty())) return;
    open();
    write_text(out_, thinking.text, true, signature);
  }

  void write_part(const chat::Refusal& refusal) {
    if (refusal.text.empty()) return;
    open();
    write_text(out_, refusal.text, false, "");
  }

  void write_part(const chat::ToolCall& call) {
    note_cache(call.cache_control);
    std::string signature = own(call.signature);
    const bool wanted = way_ == ThinkingWay::level && !signed_call_;
    if (signature.empty() && wanted) signature = kNotOurs;
    signed_call_ = true;
    open();
    if (call.name.size() <= chat::kMostToolName) return write_call(out_, call, signature);
    chat::ToolCall named = call;
    named.name = chat::short_tool_name(call.name);
    write_call(out_, named, signature);
  }

  void write_part(const Media& media) {
    note_cache(media.cache_control);
    if (!can_say(media)) return;
    open();
    write_media(out_, media);
  }

  void write_part(const chat::ToolResult& result) {
    note_cache(result.cache_control);
    open();
    out_.begin_object().begin_object("functionResponse");
    out_.string_if("id", result.id);
    out_.string("name", result.name.empty() ? "unknown" : chat::short_tool_name(result.name));
    out_.begin_object("response");
    out_.string(result.is_error ? "error" : "result", chat::joined_text(result.content));
    out_.end_object();
    write_result_media(result);
    out_.end_object().end_object();
  }

  /// Gemini 3 reads data inside a result; for all else it stands behind the results.
  void write_result_media(const chat::ToolResult& result) {
    bool opened = false;
    for (const chat::ResultPart& part : result.content) {
      std::visit([this](const auto& each) { note_cache(each.cache_control); }, part);
      const auto* media = std::get_if<Media>(&part);
      if (media == nullptr) continue;
      if (way_ != ThinkingWay::level || media->data.empty()) {
        losses_.add("messages.tool_result.media");
        of_results_.push_back(media);
        continue;
      }
      if (!opened) out_.begin_array("parts");
      opened = true;
      write_media(out_, *media);
    }
    if (opened) out_.end_array();
  }

  bool can_say(const Media& media) {
    const std::string name = "messages." + std::string(chat::media_kind_name(media.kind));
    if (!media.detail.empty() && media.detail != "auto") losses_.add(name + ".detail");
    // Its name has no place: a hint that the Gemini API refuses as displayName, which is Vertex's.
    if (!media.data.empty()) return true;
    const std::string_view place = media.url.empty() ? media.file_id : media.url;
    if (is_google_file(place) || place.starts_with("https://")) return true;
    losses_.add(name + (media.url.empty() ? ".file_id" : ".url"));
    return false;
  }

  JsonWriter& out_;
  ThinkingWay way_;
  chat::Losses& losses_;
  std::string_view role_{};
  std::string_view open_role_{};  // "" when no content is open
  bool signed_call_ = false;      // the first call of the message is written
  std::vector<const Media*> of_results_{};
};

void write_instructions(JsonWriter& out, const Request& request, std::size_t count,
                        chat::Losses& losses) {
  out.begin_object("systemInstruction").begin_array("parts");
  for (std::size_t i = 0; i < count; ++i) {
    for (const Part& part : request.messages[i].parts) {
      const auto* text = std::get_if<chat::Text>(&part);
      if (text == nullptr) {
        losses.add("messages.system.content");
        continue;
      }
      if (!text->cache_control.empty()) losses.add("messages.cache_control");
      if (!text->text.empty()) write_text(out, text->text, false, "");
    }
  }
  out.end_array().end_object();
}

void write_messages(JsonWriter& out, const Request& request, chat::Losses& losses) {
  const auto first =
      std::find_if_not(request.messages.begin(), request.messages.end(), is_instruction);
  // Instructions alone are what is to be answered: contents must not be empty.
  const bool alone = first == request.messages.end();
  const auto count = static_cast<std::size_t>(first - request.messages.begin());
  if (count > 0 && !alone) write_instructions(out, request, count, losses);
  out.begin_array("contents");
  ContentsWriter contents(out, request, losses);
  for (std::size_t i = alone ? 0 : count; i < request.messages.size(); ++i) {
    const Message& message = request.messages[i];
    if (is_instruction(message) && !alone) losses.add("messages.system");
    contents.write(message);
  }
  contents.finish();
  out.end_array();
}

void note_unsayable(const Request& request, chat::Losses& losses) {
  const auto note = [&](bool given, std::string_view name) {
    if (given) losses.add(name);
  };
  note(!request.min_p.empty(), "min_p");
  note(!request.repetition_penalty.empty(), "repetition_penalty");
  note(!request.logit_bias.empty() && request.logit_bias != "{}", "logit_bias");
  note(!request.metadata.empty() && request.metadata != "{}", "metadata");
  note(!request.user.empty(), "user");
  note(request.store.value_or(false), "store");
  note(!request.verbosity.empty() && request.verbosity != "medium", "verbosity");
  note(!request.safety_identifier.empty(), "safety_identifier");
  const std::string& tier = request.service_tier;
  note(!tier.empty() && tier != "auto" && tier != "default" && tier != "standard", "service_tier");
}

std::size_t size_of(const Request& request) {
  std::size_t bytes = 1024;
  for (const Message& message : request.messages) {
    for (const Part& part : message.parts) {
      bytes += 64;
      if (const auto* text = std::get_if<chat::Text>(&part)) bytes += text->text.size();
      if (const auto* media = std::get_if<Media>(&part)) bytes += media->data.size();
      if (const auto* call = std::get_if<chat::ToolCall>(&part)) bytes += call->arguments.size();
      if (const auto* result = std::get_if<chat::ToolResult>(&part)) {
        for (const chat::ResultPart& each : result->content) {
          if (const auto* words = std::get_if<chat::Text>(&each)) bytes += words->text.size();
        }
      }
    }
  }
  for (const chat::Tool& tool : request.tools) bytes += 64 + tool.parameters.size();
  return bytes + bytes / 16;  // for escapes
}

void write_members(JsonWriter& out, const Request& request, chat::Losses& losses) {
  write_messages(out, request, losses);
  write_tools(out, request, losses);
  write_generation(out, request, losses);
  note_unsayable(request, losses);
}

}  // namespace

std::string encode_request(const Request& request, chat::Losses& losses) {
  std::string body;
  body.reserve(size_of(request));
  JsonWriter out(body);
  out.begin_object();
  write_members(out, request, losses);
  out.end_object();
  return body;
}

std::string encode_count_request(const Request& request, chat::Losses& losses) {
  std::string body;
  body.reserve(size_of(request));
  JsonWriter out(body);
  out.begin_object().begin_object("generateContentRequest");
  out.string("model", request.model.find('/') == std::string::npos ? "models/" + request.model
                                                                   : request.model);
  write_members(out, request, losses);
  out.end_object().end_object();
  return body;
}

}  // namespace arouter::gemini
