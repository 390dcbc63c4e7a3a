#include "shared/formats/anthropic/reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/errors/provider_error.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/usage.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::anthropic {

namespace {

using chat::FinishReason;

struct StopRow {
  std::string_view reason;
  FinishReason finish;
};
constexpr std::array<StopRow, 7> kStops{{
    {"end_turn", FinishReason::stop},
    {"stop_sequence", FinishReason::stop_sequence},
    {"max_tokens", FinishReason::length},
    {"model_context_window_exceeded", FinishReason::context_length},
    {"tool_use", FinishReason::tool_calls},
    {"refusal", FinishReason::refusal},
    {"pause_turn", FinishReason::pause},
}};

Error malformed(const std::string& detail) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is no message",
                        detail);
}

void write_part(JsonWriter& writer, const chat::Part& part, chat::Losses& losses) {
  if (const auto* text = std::get_if<chat::Text>(&part)) {
    if (!text->signature.format.empty()) write_redacted(writer, text->signature);
    if (!text->text.empty()) write_text(writer, text->text);
  } else if (const auto* thinking = std::get_if<chat::Thinking>(&part)) {
    write_thinking(writer, *thinking);
  } else if (const auto* refusal = std::get_if<chat::Refusal>(&part)) {
    if (!refusal->text.empty()) write_text(writer, refusal->text);
  } else if (const auto* call = std::get_if<chat::ToolCall>(&part)) {
    if (!call->signature.format.empty()) write_redacted(writer, call->signature);
    write_tool_use(writer, *call, call->id);
  } else if (const auto* media = std::get_if<chat::Media>(&part)) {
    add_media_loss(losses, *media);
  }
}

}  // namespace

FinishReason decode_stop_reason(std::string_view reason) {
  if (reason.empty()) return FinishReason::none;
  for (const StopRow& row : kStops) {
    if (row.reason == reason) return row.finish;
  }
  return FinishReason::stop;  // a reason of a later day: it did stop
}

std::string_view encode_stop_reason(FinishReason reason, bool has_calls) {
  if (reason == FinishReason::content_filter) return "refusal";
  if (has_calls && (reason == FinishReason::stop || reason == FinishReason::none)) {
    return "tool_use";
  }
  for (const StopRow& row : kStops) {
    if (row.finish == reason) return row.reason;
  }
  return "end_turn";
}

void note_finish(FinishReason reason, chat::Losses& losses) {
  if (reason == FinishReason::malformed_call) losses.add("reply.finish_reason.malformed_call");
}

void note_beside_content(const JsonItem& message, chat::Losses& losses) {
  if (says_something(message["container"])) losses.add("reply.container");
  if (says_something(message["stop_details"])) losses.add("reply.stop_details");
}

void note_context_edits(const JsonItem& object, chat::Losses& losses) {
  const JsonItem edits = object["context_management"]["applied_edits"];
  if (says_something(edits)) losses.add("reply.context_management");
}

std::string decode_service_tier(std::string_view tier) {
  return std::string(tier == "standard" ? "default" : tier);
}

void begin_message(JsonWriter& writer, std::string_view id, std::string_view model,
                   const AnswerSpelling& spelling) {
  writer.begin_object();
  if (id.empty()) {
    writer.string("id", "msg_" + std::string(spelling.request_id));
  } else {
    writer.string("id", id);
  }
  writer.string("type", "message")
      .string("role", "assistant")
      .string("model", answer_model(model, spelling));
}

Result<chat::Reply> decode_reply(std::string_view body) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document) return malformed(document.error().message);
  const JsonItem root = document->root();
  if (root["error"].is_set()) return error_in_answer(body);
  if (!root["content"].is_array()) return malformed("no content");
  chat::Losses noted;
  Result<std::vector<chat::Part>> parts =
      decode_content(root["content"], chat::Role::assistant, {nullptr, "content"}, noted);
  if (!parts) return malformed(parts.error().message);
  chat::Reply reply;
  add_reply_losses(reply.losses, noted, "messages.");
  note_beside_content(root, reply.losses);
  note_context_edits(root, reply.losses);
  reply.id = root["id"].text();
  reply.model = root["model"].text();
  chat::Choice choice;
  choice.parts = std::move(*parts);
  choice.finish = decode_stop_reason(root["stop_reason"].text());
  choice.stop_sequence = root["stop_sequence"].text();
  reply.choices.push_back(std::move(choice));
  RunningUsage usage;
  usage.take(root["usage"].raw());
  reply.usage = usage.total();
  reply.service_tier = decode_service_tier(root["usage"]["service_tier"].text());
  return reply;
}

std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses) {
  static const chat::Choice kNone;
  const chat::Choice& choice = reply.choices.empty() ? kNone : reply.choices.front();
  if (reply.choices.size() > 1) losses.add("reply.choices");
  if (holds_logprobs(choice.logprobs)) losses.add("reply.logprobs");
  note_finish(choice.finish, losses);
  std::string out;
  JsonWriter writer(out);
  begin_message(writer, reply.id, reply.model, spelling);
  writer.begin_array("content");
  for (const chat::Part& part : choice.parts) write_part(writer, part, losses);
  writer.end_array();
  const bool has_calls = std::any_of(
      choice.parts.begin(), choice.parts.end(),
      [](const chat::Part& part) { return std::holds_alternative<chat::ToolCall>(part); });
  writer.string("stop_reason", encode_stop_reason(choice.finish, has_calls));
  if (choice.stop_sequence.empty()) {
    writer.null("stop_sequence");
  } else {
    writer.string("stop_sequence", choice.stop_sequence);
  }
  write_usage(writer.key("usage"), reply.usage.value_or(Usage{}), reply.cost);
  writer.end_object();
  return out;
}

}  // namespace arouter::anthropic
