#include "shared/formats/responses/items.hpp"

#include <utility>
#include <variant>

#include "shared/chat/messages.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

/// The texts of an array of parts, with an empty line between them.
std::string joined_texts(const JsonItem& parts) {
  std::string joined;
  bool first = true;
  for (const JsonItem part : parts) {
    if (!part["text"].is_string()) continue;
    if (!first) joined += "\n\n";
    first = false;
    joined += part["text"].text();
  }
  return joined;
}

chat::Signature* unsigned_place(chat::Part& part) {
  chat::Signature* place = nullptr;
  if (auto* call = std::get_if<chat::ToolCall>(&part)) place = &call->signature;
  if (auto* text = std::get_if<chat::Text>(&part)) place = &text->signature;
  return place != nullptr && place->format.empty() ? place : nullptr;
}

bool is_loose_signature(const chat::Part& part) {
  const auto* thinking = std::get_if<chat::Thinking>(&part);
  return thinking != nullptr && thinking->redacted && thinking->signature.format == "gemini";
}

}  // namespace

chat::Thinking read_reasoning(const JsonItem& item) {
  chat::Thinking thinking;
  thinking.text = joined_texts(item["summary"]);
  if (thinking.text.empty()) thinking.text = joined_texts(item["content"]);
  const std::string encrypted = item["encrypted_content"].text();
  thinking.signature = chat::decode_signature(encrypted, kFormatName);
  // A summary that is there and blank tells a hidden thought from one that is all encrypted.
  thinking.redacted = !encrypted.empty() && item["summary"].empty() && item["content"].empty();
  return thinking;
}

chat::ToolCall read_call(const JsonItem& item) {
  chat::ToolCall call;
  call.id = item["call_id"].text();
  if (call.id.empty()) call.id = item["id"].text();
  const std::string group = item["namespace"].text();
  call.name = flat_name(group == "functions" ? "" : group, item["name"].text());
  const JsonItem arguments = item["arguments"];
  if (item["input"].is_string()) {
    JsonWriter json(call.arguments);
    json.begin_object().string("input", item["input"].text()).end_object();
  } else {
    call.arguments = arguments.is_object() ? std::string(arguments.raw()) : arguments.text();
  }
  return call;
}

chat::Media read_image_call(const JsonItem& item) {
  chat::Media media;
  media.data = item["result"].text();
  media.mime_type = "image/" + (item["output_format"].is_string() ? item["output_format"].text()
                                                                  : std::string("png"));
  return media;
}

void take_signatures(std::vector<chat::Part>& parts) {
  for (std::size_t i = 0; i < parts.size();) {
    if (!is_loose_signature(parts[i])) {
      ++i;
      continue;
    }
    chat::Signature* place = i + 1 < parts.size() ? unsigned_place(parts[i + 1]) : nullptr;
    if (place == nullptr && i > 0) place = unsigned_place(parts[i - 1]);
    if (place == nullptr) {
      ++i;
      continue;
    }
    *place = std::move(std::get<chat::Thinking>(parts[i]).signature);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::string item_id(std::string_view prefix, std::string_view response_id, std::size_t index) {
  std::string id(prefix);
  id += response_id.substr(response_id.starts_with("resp_") ? 5 : 0);
  id += '_';
  return id + std::to_string(index);
}

void write_text_part(JsonWriter& json, std::string_view quoted, std::string_view logprobs) {
  json.begin_object().string("type", "output_text");
  json.begin_array("annotations").end_array().begin_array("logprobs");
  if (!logprobs.empty()) json.raw(logprobs);
  json.end_array().raw("text", quoted).end_object();
}

void write_refusal_part(JsonWriter& json, std::string_view quoted) {
  json.begin_object().string("type", "refusal").raw("refusal", quoted).end_object();
}

void write_message(JsonWriter& json, std::string_view id, std::string_view status,
                   std::string_view content) {
  json.begin_object().string("id", id).string("type", "message").string("status", status);
  json.begin_array("content");
  if (!content.empty()) json.raw(content);
  json.end_array().string("role", "assistant").end_object();
}

void write_reasoning(JsonWriter& json, std::string_view id, std::string_view summary,
                     std::string_view encrypted_content) {
  json.begin_object().string("id", id).string("type", "reasoning").begin_array("summary");
  if (!summary.empty()) {
    json.begin_object().string("type", "summary_text").raw("text", summary).end_object();
  }
  json.end_array().string_if("encrypted_content", encrypted_content).end_object();
}

void write_image_call(JsonWriter& json, std::string_view id, std::string_view data) {
  json.begin_object().string("id", id).string("type", "image_generation_call");
  json.string("status", data.empty() ? "in_progress" : "completed").key("result");
  if (data.empty()) {
    json.null();
  } else {
    json.string(data);
  }
  json.end_object();
}

void write_call(JsonWriter& json, const CallItem& call) {
  const bool freeform = call.tool != nullptr && call.tool->freeform;
  const bool grouped = call.tool != nullptr && !call.tool->group.empty();
  json.begin_object().string("id", call.id);
  json.string("type", freeform ? "custom_tool_call" : "function_call");
  json.string("status", call.status).raw(freeform ? "input" : "arguments", call.quoted);
  json.string("call_id", call.call_id);
  json.string("name", call.tool != nullptr ? own_name(*call.tool) : call.name);
  if (grouped) json.string("namespace", call.tool->group);
  json.end_object();
}

std::string freeform_input(std::string_view arguments) {
  const Result<JsonDoc> doc = JsonDoc::read(arguments);
  if (doc && doc->root()["input"].is_string()) return doc->root()["input"].text();
  return std::string(arguments);
}

}  // namespace arouter::responses
