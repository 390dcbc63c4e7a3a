#include "shared/formats/openai/reasoning.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "shared/chat/messages.hpp"

namespace arouter::openai {

namespace {

using chat::Part;
using chat::Signature;
using chat::Thinking;

// OpenRouter names the shape of a signature; which one it was must go back with it, so it becomes a
// part of our own signatures' bytes: "anthropic-claude-v1|EqQB…".
constexpr char kShapeEnd = '|';

struct Shape {
  std::string_view format;
  std::string_view shape;
};
constexpr std::array<Shape, 3> kShapes{{{"anthropic", "anthropic-claude-v1"},
                                        {"gemini", "google-gemini-v1"},
                                        {"responses", "openai-responses-v1"}}};

Signature decode_shaped(const JsonItem& detail, std::string_view member) {
  const std::string bytes = detail[member].text();
  Signature signature = chat::decode_signature(bytes, kFormatName);
  if (signature.format != kFormatName) return signature;
  const std::string shape = detail["format"].text();
  if (!shape.empty()) signature.bytes = shape + kShapeEnd + signature.bytes;
  return signature;
}

/// Writes the signature as `member`, and its shape.
void write_shaped(JsonWriter& json, std::string_view member, const Signature& signature) {
  if (signature.format == kFormatName) {
    const std::size_t end = signature.bytes.find(kShapeEnd);
    if (end == std::string::npos) {
      json.string(member, signature.bytes).null("format");
      return;
    }
    const std::string_view bytes = signature.bytes;
    json.string(member, bytes.substr(end + 1)).string("format", bytes.substr(0, end));
    return;
  }
  json.string(member, chat::encode_signature(signature, kFormatName));
  for (const Shape& each : kShapes) {
    if (each.format == signature.format) json.string("format", each.shape);
  }
}

/// Gives the signature to the call or text that it belongs to. False: it is a thought of its own.
bool claim(std::vector<Part>& parts, const ReasoningDetail& detail) {
  for (Part& part : parts) {
    if (auto* call = std::get_if<chat::ToolCall>(&part)) {
      if (detail.id.empty() || call->id != detail.id) continue;
      call->signature = detail.signature;
      return true;
    }
    auto* text = std::get_if<chat::Text>(&part);
    // Gemini signs texts, and has no encrypted thoughts.
    if (text == nullptr || !detail.id.empty() || detail.signature.format != "gemini") continue;
    text->signature = detail.signature;
    return true;
  }
  return false;
}

bool is_signed(const Part& part) {
  return std::visit(
      [](const auto& each) {
        if constexpr (requires { each.signature; }) {
          return has_detail(each.signature);
        } else {
          return false;
        }
      },
      part);
}

void write_detail(JsonWriter& json, const Part& part, std::int64_t index) {
  if (const auto* thought = std::get_if<Thinking>(&part)) {
    if (thought->redacted) {
      write_encrypted_detail(json, thought->signature, "", index);
    } else {
      write_text_detail(json, thought->text, thought->signature, index);
    }
  } else if (const auto* call = std::get_if<chat::ToolCall>(&part)) {
    write_encrypted_detail(json, call->signature, call->id, index);
  } else if (const auto* text = std::get_if<chat::Text>(&part)) {
    write_encrypted_detail(json, text->signature, "", index);
  }
}

}  // namespace

bool is_extra_content(const Signature& signature) {
  return signature.format == kFormatName && signature.bytes.starts_with('{');
}

bool has_detail(const Signature& signature) {
  const bool plain = signature.format == kFormatName && signature.bytes == kPlainThought;
  return !signature.format.empty() && !plain && !is_extra_content(signature);
}

ReasoningDetail decode_reasoning_detail(const JsonItem& item) {
  ReasoningDetail detail;
  const std::string type = item["type"].text();
  detail.id = item["id"].text();
  if (type == "reasoning.encrypted") {
    detail.signature = decode_shaped(item, "data");
    const bool is_blank = detail.signature.bytes.empty();
    detail.kind = is_blank ? ReasoningDetail::Kind::blank : ReasoningDetail::Kind::encrypted;
  } else if (type == "reasoning.text" || type == "reasoning.summary") {
    detail.kind = ReasoningDetail::Kind::text;
    detail.text = item[type == "reasoning.text" ? "text" : "summary"].text();
    if (item["signature"].is_set()) detail.signature = decode_shaped(item, "signature");
  }
  return detail;
}

std::vector<Part> with_thoughts(std::vector<Part> parts, std::string plain, const JsonItem& details,
                                bool from_provider, chat::Losses& losses) {
  std::vector<Part> thoughts;
  bool has_text = false;
  for (const JsonItem item : details) {
    ReasoningDetail detail = decode_reasoning_detail(item);
    if (detail.kind == ReasoningDetail::Kind::unknown) losses.add("messages.reasoning_details");
    const bool is_encrypted = detail.kind == ReasoningDetail::Kind::encrypted;
    if (!is_encrypted && detail.kind != ReasoningDetail::Kind::text) continue;
    if (is_encrypted) {
      if (claim(parts, detail)) continue;
      thoughts.push_back(Thinking{.signature = std::move(detail.signature), .redacted = true});
      continue;
    }
    has_text = has_text || !detail.text.empty();
    thoughts.push_back(Thinking{std::move(detail.text), std::move(detail.signature)});
  }
  if (!has_text && !plain.empty()) {
    // A signature may stand alone in the details, and its text beside them.
    const auto signed_text = std::find_if(thoughts.begin(), thoughts.end(), [](const Part& part) {
      return !std::get<Thinking>(part).redacted;
    });
    if (signed_text != thoughts.end()) {
      std::get<Thinking>(*signed_text).text = std::move(plain);
    } else {
      Thinking thought{.text = std::move(plain)};
      if (from_provider) thought.signature = {std::string(kPlainThought), std::string(kFormatName)};
      thoughts.insert(thoughts.begin(), std::move(thought));
    }
  }
  if (thoughts.empty()) return parts;
  thoughts.insert(thoughts.end(), std::make_move_iterator(parts.begin()),
                  std::make_move_iterator(parts.end()));
  return thoughts;
}

void write_text_detail(JsonWriter& json, std::string_view text, const Signature& signature,
                       std::int64_t index) {
  json.begin_object().string("type", "reasoning.text").string("text", text);
  if (has_detail(signature)) write_shaped(json, "signature", signature);
  json.number("index", index).end_object();
}

void write_encrypted_detail(JsonWriter& json, const Signature& signature, std::string_view id,
                            std::int64_t index) {
  json.begin_object().string("type", "reasoning.encrypted");
  write_shaped(json, "data", signature);
  json.string_if("id", id).number("index", index).end_object();
}

void write_thoughts(JsonWriter& json, const std::vector<Part>& parts, bool for_client) {
  std::string joined;
  for (const Part& part : parts) {
    const auto* thought = std::get_if<Thinking>(&part);
    if (thought == nullptr || thought->text.empty()) continue;
    if (!joined.empty()) joined += "\n\n";
    joined += thought->text;
  }
  json.string_if("reasoning_content", joined);
  const bool is_told = for_client && !joined.empty();
  if (!is_told && std::none_of(parts.begin(), parts.end(), is_signed)) return;
  json.begin_array("reasoning_details");
  std::int64_t index = 0;
  for (const Part& part : parts) {
    if (!std::holds_alternative<Thinking>(part) && !is_signed(part)) continue;
    write_detail(json, part, index++);
  }
  json.end_array();
}

}  // namespace arouter::openai
